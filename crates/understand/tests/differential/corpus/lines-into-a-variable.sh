v=date
mapfile -t v < b.txt
$v k1
