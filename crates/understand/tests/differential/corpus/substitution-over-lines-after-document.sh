# The lines of the substitution are not those of the document before it.
cat <<D && head <<E $(head k1; date
x
D
y
E
)
x
D
y
E
