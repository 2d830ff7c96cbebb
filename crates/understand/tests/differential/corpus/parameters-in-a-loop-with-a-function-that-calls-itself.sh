# literal
while :; do
v1='delta k1'; set -- $v1; "$@"
f1() { [ $# -gt 0 ] && { shift; f1 "$@"; }; }; f1 a b
break
done
