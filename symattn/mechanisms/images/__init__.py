"""Attention over pixels and channels, and the fusion of features."""
