shopt -s expand_aliases
alias first='alpha '
alias second=k1
first second
