# literal
echo $(cat <<E; alpha k1
it's
E
) "$(cat <<'E'
$(date k2) "
E
beta k3)"
