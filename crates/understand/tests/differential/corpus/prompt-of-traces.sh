# known: the text before traced commands is expanded
PS4='$(alpha k1)'
set -x
:
