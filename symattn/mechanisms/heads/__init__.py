"""Whole attention layers: self- and cross-attention, several heads, caches."""
