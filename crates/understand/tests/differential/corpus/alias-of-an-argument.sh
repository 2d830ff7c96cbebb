# known: the word after an alias that ends in a blank is expanded too
shopt -s expand_aliases
alias first='alpha '
alias second=k1
first second
