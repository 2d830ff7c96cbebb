exec 3<<< 'alpha k1'
bash /dev/fd/3
exec 3<&-
bash /dev/fd/4 4<<< 'beta k2'
