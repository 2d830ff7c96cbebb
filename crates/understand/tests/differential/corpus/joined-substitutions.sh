# literal
cat <(alpha k1)<(beta k2)x "a"<(gamma k3) k4
