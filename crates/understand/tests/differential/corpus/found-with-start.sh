find . -maxdepth 1 -exec alpha k1 {} +
find d -exec beta {} \;
