shopt -s expand_aliases
alias if='alpha k1; if' [[='beta k2' '{=gamma k3; {'
if date k4; then :; fi
[[ a ]]
{ date k5; }
