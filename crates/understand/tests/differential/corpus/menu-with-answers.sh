# literal
# An answer that is the number of no word leaves the variable empty, and `read` takes the lines of answers.
select v in alpha beta; do $v k1; head "$v" k2; read w; head $w; done <<D
2
k3
9
k4
D
head "$v" k5
