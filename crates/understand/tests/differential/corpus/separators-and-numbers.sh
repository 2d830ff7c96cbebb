IFS=0
alpha $((101)) k1
unset IFS
