shopt -s expand_aliases
alias k5='k6; v1=gamma'
trap "wc k5" DEBUG
alias wc='wc '
v1=ls
$v1 k7
