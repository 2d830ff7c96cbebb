export v=alpha w=beta
export -n v
bash -c '${v-gamma} k1'
env -u w bash -c '${w:-delta} k2'
env -i "PATH=$PATH" bash -c '${w:-date} k3'
