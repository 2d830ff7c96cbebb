compgen -C 'alpha k1' x
compgen -Cbeta
complete -C 'gamma k2' x
