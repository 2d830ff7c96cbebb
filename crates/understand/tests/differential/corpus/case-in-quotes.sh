# literal
echo "$(case x in (a|b) alpha k1;; x) beta k2;& *) gamma k3;; esac # it's "
delta k4)"
