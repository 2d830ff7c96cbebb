# literal
bash <<'FRAME'
mapfile -t v <<'D'
date k1
delta k2
D
${v[1]}
eval "$(printf '\x61lpha k3')"
FRAME
