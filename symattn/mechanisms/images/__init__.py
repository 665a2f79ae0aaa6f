"""Attention over pixels and channels, and the fusion of features."""

# A feature map is a family of channel images, C × H × W, as convolutions give and take them: means over U[c] and gates
# s[c] * U[c] read as in the papers. Where pixels are tokens, an equation lays them side by side as the papers do, a
# matrix of channels × pixels named by the small letter: x = matrix(C, H*W, X[i][j // W, j % W]), pixel p = y*W + x;
# then a 1 × 1 convolution is a product W @ x, and matrix(H, W, z[c, i*W + j]) is the way back.
