# literal
echo $(cat <<E; alpha k1 # it's "
k2
E
); if beta k3; then gamma k4 <<D
${x:-$(delta k5)} `head k6` it's
D
fi; cat <<A; date $(case x in x) wc k7;; esac) k8
A
