"""Inputs, formulas and nodes that the tests of printing share."""

from sympy import Integer, Le, MatrixSymbol, Rational

from symattn.errors import ExactnessError, InputError, ShapeError
from symattn.examples import has_numbers, numbers_for
from symattn.language import parse_expression
from symattn.language.declarations import declare
from symattn.mechanisms import named, names
from symattn.nodes import (
    Arithmetic,
    Block,
    ByRowAndColumn,
    Column,
    Concatenation,
    ElementwiseFunction,
    Entmax,
    FamilySymbol,
    IndexCondition,
    IndexedMatrix,
    IndexSum,
    Intersection,
    Member,
    Node,
    OverAllowedKeys,
    OverAnIndex,
    Reduction,
    Scatter,
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
FAMILY = FamilySymbol("O", 2, 3, 5)


def parsed(text):
    return parse_expression(text, INPUTS)


BASES = (Arithmetic, ByRowAndColumn, ElementwiseFunction, OverAllowedKeys, OverAnIndex, Reduction)


def concrete_nodes(kind=Node):
    """The node classes that can stand in an equation."""
    found = []
    for child in kind.__subclasses__():
        if child not in BASES and child.__module__.startswith("symattn.nodes."):
            found.append(child)
        found.extend(concrete_nodes(child))
    return found


def example_of(kind):
    """A value whose outermost node is of a class."""
    if kind is Member:
        return Member(FAMILY, index("h"))
    if kind is Concatenation:
        return kind(Member(FAMILY, index("h")), index("h"), 5)
    if kind is Block:
        return kind(A, 0, 1, 2, 2)
    if kind is IndexedMatrix:
        return kind(index("i") - 2 * index("j"), index("i"), index("j"), 2, 3)
    if kind is Scatter:
        return kind(A, index("i") + index("j"), index("j") // 2, index("i"), index("j"), 4, 2)
    if kind is Entmax:
        return kind(A, Rational(3, 2))
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


def worked(name):
    """A mechanism of the library with the worked example's numbers, or nothing where they do not fit it."""
    system = named(name)
    if not has_numbers(system):
        return None
    try:
        bound = system.bind(numbers_for(system))
        bound.exact(system.output)
    except (InputError, ShapeError, ExactnessError):
        return None
    return bound


def with_numbers():
    """The names of the mechanisms that the worked example's numbers fit."""
    return [name for name in names() if worked(name) is not None]
