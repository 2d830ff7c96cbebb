# known: a variable that was unset is taken for an empty one
unset v1
alpha ${v1-k5}
