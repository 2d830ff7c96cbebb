# literal
cat <<E; $(echo alpha) "$(beta k2)" k1 && gamma ${x:-$(delta k3)} $((1 + 1))
$(deploy k4)
E
