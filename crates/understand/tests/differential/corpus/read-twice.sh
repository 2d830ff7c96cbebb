{ read v1; read v2; } <<< $'alpha\nbeta'
$v1 k1
$v2 k2
{ eval "read v3" < b.txt; } <<< date
$v3 k3
