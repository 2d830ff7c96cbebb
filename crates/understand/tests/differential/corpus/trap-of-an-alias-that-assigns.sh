shopt -s expand_aliases
v1=deploy
trap "gamma k5" DEBUG
alias gamma='v1=gamma; true'
v1=wc
$v1 k7
