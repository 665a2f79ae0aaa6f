"""The language of equations: text to nodes, through a whitelist over Python's own syntax tree."""

from symattn.language.declarations import parse_shape
from symattn.language.parsing import parse_equations, parse_expression
from symattn.language.vocabulary import WORDS

__all__ = ["WORDS", "parse_equations", "parse_expression", "parse_shape"]
