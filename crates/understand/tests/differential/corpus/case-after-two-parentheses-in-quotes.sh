echo "$((( 1 + $(alpha k1) )) || head k2
case x in x) beta k3 ;; esac
gamma k4 <<'D'
$(alpha k5) `uname k6`
D
)"
