bash -c 'compgen -C "alpha k1" x'
