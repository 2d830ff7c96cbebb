echo 'alpha k1' > .bashrc
bash -i <<< :
