declare -i w
v=1
w=v++
alpha $v $w k1
