v=1
w=(a b c)
alpha ${w[v++]} $v k1
s=abc
alpha ${s:v++:1} k2
alpha $v k3
w[v++]=x
alpha $v k4
read 'w[v++]' <<< x
alpha $v k5
test -v 'w[v++]'
alpha $v k6
