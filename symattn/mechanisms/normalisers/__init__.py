"""From scores to weights: softmax and what is used in its place, linear attention among it."""
