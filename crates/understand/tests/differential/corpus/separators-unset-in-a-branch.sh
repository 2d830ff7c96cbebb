# literal
if alpha k1; then IFS=:; v=a:b; ls $v k2; unset IFS; fi
while beta k3; do IFS=:; v=a:b; ls $v k4; unset IFS; break; done
v=($(echo wc k5)); "${v[@]}"
[ x ] || IFS=,
unset IFS
v=$(echo wc k6); $v
