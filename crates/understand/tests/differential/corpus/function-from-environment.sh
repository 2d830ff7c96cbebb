env 'BASH_FUNC_f%%=() { alpha k1; }' bash -c f
