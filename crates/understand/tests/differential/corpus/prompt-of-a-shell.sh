PS1='$(alpha k1)' bash -i <<< :
PS0='$(beta k2)' bash -i <<< :
