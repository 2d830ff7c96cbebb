# literal
for v in a b; do
{ read -r x; read -r y; } <<< $'beta\nk1'; $x $y
done
