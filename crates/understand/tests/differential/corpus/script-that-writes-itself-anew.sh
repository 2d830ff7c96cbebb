cat > made.sh <<'D11'
echo 'alpha'>made.sh;bash made.sh
D11
bash ./made.sh
