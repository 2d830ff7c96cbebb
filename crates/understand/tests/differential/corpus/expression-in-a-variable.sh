v='w=7'
w=1
: $((v))
alpha $w k1
