# literal
bash <<'FRAME'
env bash -c 'echo $(case x in (x) delta k1 '\''a b'\'';; (y) uname k2;; esac)'
FRAME
cat <<'E'; beta k3
$(case
E
