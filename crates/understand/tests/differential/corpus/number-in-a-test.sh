v=1
[[ v++ -eq 1 ]]
alpha $v k1
x='w=7'
w=1
[[ x -eq 7 ]]
alpha $w k2
