"""Where a query and a key stand: rotations, biases, relative positions."""
