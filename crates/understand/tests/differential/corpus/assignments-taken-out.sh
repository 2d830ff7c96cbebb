set -k
alpha k1 x=1
