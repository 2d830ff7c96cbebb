# literal
eval -- 'alpha k1'
