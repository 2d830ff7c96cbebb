# known: what mapfile reads does not replace what the variable was
v=date
mapfile -t v < b.txt
$v k1
