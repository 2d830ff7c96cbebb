# literal
trap 'alpha k1' ERR
false
v=wc
$v k2
