# literal
shopt -s expand_aliases
alias ls='ls '6
ls 1 1 1
ls {1,1} "1"
ls {a,b}{1,2}
eval 'ls 1 1 1'
f() { ls 1 1 1; }
f; f
