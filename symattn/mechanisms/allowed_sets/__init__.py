"""Which keys a query may attend to: causal, padded, local."""
