# literal
v=(al be)
alpha "${v[@]/#/x}" "${v[@]/%/y}" k1
