echo "$(if [ . ]; then cat <<'B'
B
for v in b; do for w in c; do beta k1; continue 2; done; done
fi)" $(cat <<E
E
alpha k2; beta k3; gamma k4) <(cat <<E; delta k5; date k6
E
)
