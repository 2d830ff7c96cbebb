unset v1
alpha ${v1-k5}
