# literal
f1() { [ $# -gt 0 ] && { shift; f1 "$@"; }; }; f1 a b
v1='delta k1 k2'; $v1
readarray v2 <<< 'beta k3'; ${v2[0]}
