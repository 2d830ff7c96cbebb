v=(x alpha)
unset 'v[0]'
${v[1]} k1
${v[@]} k2
