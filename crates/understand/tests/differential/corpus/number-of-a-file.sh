alpha k1 {v}>out
beta k2 {w}<a.txt x{w}>out
