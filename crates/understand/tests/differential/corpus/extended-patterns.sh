# literal
shopt -s extglob
alpha @(a|b).txt !(x).txt +(a).txt k1
[[ x =~ (x|y) ]] && beta k2
case 12 in +([0-9])) gamma k3;; esac
