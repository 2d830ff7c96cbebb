# literal
coproc { (alpha k1) || beta k2
}
wait
coproc v while gamma k3; do break; done
wait
echo coproc { x }
