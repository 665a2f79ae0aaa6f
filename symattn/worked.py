"""A mechanism bound to exact numbers."""
