# known: what follows the escape is taken for a part of the word
alpha $'k1\cA' k2
