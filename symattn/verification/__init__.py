"""Verification: every value against witnesses that share no code with it."""
