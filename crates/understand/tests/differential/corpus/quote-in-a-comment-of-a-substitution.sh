x=$( (uname) # it's "
bash -c '! head \
	k19' # it's "
)
