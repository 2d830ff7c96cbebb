# literal
echo "$(until ! alpha k1; do (( 1 + $(whoami k2) )); done
)" `head k3`; mapfile -t v <<'D'
date k4
delta k5
D
${v[1]}
bash <<E
beta k6
E
