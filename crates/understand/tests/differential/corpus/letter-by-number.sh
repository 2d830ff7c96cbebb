alpha $'\u00e9' k1
