set +B
alpha {a,b} k1
