# literal
# A substitution in the output of a process is printed twice too, and loses two semicolons.
cat <(echo $(cat <<D
x
D
head k2; date k3; gamma k4))
