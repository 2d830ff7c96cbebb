# literal
shopt -s expand_aliases
alias ls='ls '6
ls {,}1 $()"";(())
