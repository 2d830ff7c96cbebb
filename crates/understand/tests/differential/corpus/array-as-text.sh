declare -a v='($(alpha k1) x)'
typeset -A w='([$(beta k2)]=`gamma k3`)'
