"""Inputs, formulas and nodes that the tests of printing share."""

from sympy import Integer, Le, MatrixSymbol

from symattn.language import parse_expression
from symattn.language.declarations import declare
from symattn.nodes import (
    Arithmetic,
    Column,
    ElementwiseFunction,
    IndexCondition,
    IndexSum,
    Intersection,
    Node,
    Reduction,
    index,
)
from symattn.shapes import size

SHAPES = {
    "Q": ("n", "d_k"),
    "K": ("m", "d_k"),
    "V": ("m", "d_v"),
    "W_Q": ("d_k", "d_k"),
    "S": ("n", "m"),
    "B": ("n", "m"),
    "M": ("n", "m"),
}
INPUTS = {name: declare(name, tuple(map(size, shape))) for name, shape in SHAPES.items()}
INPUTS |= {"v": declare("v", (size("m"), Integer(1))), "tau": declare("tau", ()), "c": declare("c", ())}
INPUTS["padding"] = declare("padding", (Integer(1), size("m")))

A = MatrixSymbol("A", 2, 3)


def parsed(text):
    return parse_expression(text, INPUTS)


def concrete_nodes(kind=Node):
    """The node classes that can stand in an equation."""
    found = []
    for child in kind.__subclasses__():
        if child not in (Arithmetic, ElementwiseFunction, Reduction) and child.__module__.startswith("symattn."):
            found.append(child)
        found.extend(concrete_nodes(child))
    return found


def example_of(kind):
    """A value whose outermost node is of a class."""
    if issubclass(kind, IndexSum):
        return IndexSum(Column(A, index("a")), index("a"), 3)
    if issubclass(kind, Column):
        return kind(A, Integer(1))
    if kind.__name__ == "MatrixProduct":
        return kind(A, MatrixSymbol("B", 3, 4))
    if kind.__name__ == "ElementwisePower":
        return kind(A, Integer(2))
    if issubclass(kind, IndexCondition):
        return kind(Le(index("j"), index("i")), index("i"), index("j"), 2, 3)
    if issubclass(kind, (Arithmetic, Intersection)):
        return kind(A, A)
    return kind(A)
