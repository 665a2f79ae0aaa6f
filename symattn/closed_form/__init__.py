"""Entries in closed form: indexed sums for symbolic sizes, shared terms for concrete ones."""
