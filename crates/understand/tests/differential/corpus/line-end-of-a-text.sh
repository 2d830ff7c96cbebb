# literal
xargs -d, -n1 alpha <<< 'a,b'
xargs -0 sh -c 'beta "$@" k1' x <<< a
