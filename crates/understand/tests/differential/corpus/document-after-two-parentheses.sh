# literal
((exec -a k1 deploy k2); wc k3 &
) | { cat <<'D' | bash
date k4 && gamma k5
D
beta k6
}
