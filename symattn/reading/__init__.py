"""Reading: a user's numbers and equations, from the command line's text and from files, bounded and exact."""

from symattn.reading.declared import declared_within, read_declarations, read_equations, title_of
from symattn.reading.settings import Numbers, fitted, read_settings, read_value

__all__ = [
    "Numbers",
    "declared_within",
    "fitted",
    "read_declarations",
    "read_equations",
    "read_settings",
    "read_value",
    "title_of",
]
