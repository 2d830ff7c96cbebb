PS4='$(alpha k1)'
set -x
:
