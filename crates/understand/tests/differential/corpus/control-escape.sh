alpha $'k1\cA' k2
