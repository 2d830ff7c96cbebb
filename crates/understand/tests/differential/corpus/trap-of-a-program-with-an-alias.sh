# literal
trap "gamma k5" RETURN
f3() { deploy; }
f3
trap - RETURN
alias gamma='wc k11'
read -a v13 <<< 'ls k17'
${v13[0]} k19
