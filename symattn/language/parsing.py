"""Text to equations: one formula, or named equations in order, each of which may use the names above it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import NamedTuple

from sympy import Expr, Symbol

from symattn import limits
from symattn.errors import LanguageError, LimitError, ShapeError, SymattnError
from symattn.language.declarations import declare
from symattn.language.names import check_name
from symattn.language.reader import Reader
from symattn.language.scope import Scope, scope_of
from symattn.language.source import SourceText
from symattn.language.vocabulary import WORDS
from symattn.nodes import Node, Value, is_matrix, shape_of


def parse_expression(
    text: str, inputs: Mapping[str, Value], functions: Mapping[str, type[Node]] | None = None
) -> Value:
    """The value that one formula stands for, over the given inputs; ``functions`` are known beside the language's.

    >>> from symattn.shapes import size
    >>> parse_expression("2 * A.T", {"A": declare("A", (size("n"), size("m")))}).shape
    (m, n)

    Errors: ``LanguageError``, ``UnknownNameError``, ``ShapeError`` or ``LimitError``, pointing at the place.
    """
    source = SourceText.of(text)
    body = source.parse().body
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        raise LanguageError("asked for one formula without '='.")
    _check_depth(body[0].value, source)
    scope = scope_of(inputs)
    scope.functions = functions or {}
    return _read(Reader(source, scope), body[0].value)


class ParsedEquation(NamedTuple):
    """``name = value``, or ``name[h] = value`` with its indices and the number of values that each takes."""

    name: str
    value: Value
    axes: tuple[tuple[Symbol, Expr], ...] = ()


def parse_equations(text: str, inputs: Mapping[str, Value]) -> list[ParsedEquation]:
    """The named equations of a text, in order, over the given inputs; each may use the names above it.

    >>> from symattn.shapes import size
    >>> parse_equations("B = A.T", {"A": declare("A", (size("n"), size("m")))})[0].value
    A.T

    Errors: ``LanguageError``, ``UnknownNameError``, ``ShapeError`` or ``LimitError``, pointing at the place.
    """
    source = SourceText.of(text)
    scope = scope_of(inputs)
    equations = []
    for statement in source.parse().body:
        equation = _equation(statement, source, scope)
        lengths = tuple(length for _, length in equation.axes)
        scope.values[equation.name] = declare(equation.name, (*lengths, *shape_of(equation.value)))
        equations.append(equation)
    if not equations:
        raise LanguageError("no equations: write at least one line such as O = softmax(Q @ K.T) @ V.")
    return equations


def _equation(statement: ast.stmt, source: SourceText, scope: Scope) -> ParsedEquation:
    if not isinstance(statement, ast.Assign):
        raise source.error("every line is an equation, a name = a formula.", source.place(statement))
    target, *others = statement.targets
    subscripts: list[ast.expr] = []
    if isinstance(target, ast.Subscript):
        subscripts = list(target.slice.elts) if isinstance(target.slice, ast.Tuple) else [target.slice]
        target = target.value
    if others or not isinstance(target, ast.Name):
        place = source.place(others[0] if others else target)
        raise source.error("the left side of an equation is one name, or a name with indices as in Q[h].", place)
    name = _new_name(target, source, scope)
    _check_depth(statement.value, source)
    reader = Reader(source, scope)
    if len(subscripts) > limits.FAMILY_AXES:
        message = f"{name} has {len(subscripts)} axes; the most is {limits.FAMILY_AXES}."
        raise reader.at(target, LimitError(message))
    symbols = [reader.new_index(subscript) for subscript in subscripts]
    try:
        value = _read(reader, statement.value)
    finally:
        lengths = [reader.forget_index(symbol) for symbol in symbols]
    axes = []
    for symbol, length, subscript in zip(symbols, lengths, subscripts, strict=True):
        if length is None:
            message = f"the index {symbol} selects nothing on the right side, so its range is unknown."
            raise reader.refuse(subscript, message)
        axes.append((symbol, length))
    if axes and not is_matrix(value):
        message = f"{name} would be a family of scalars; write a column, as in {name} = matrix(H, 1, …), and {name}[h]."
        raise reader.refuse(target, message)
    return ParsedEquation(name, value, tuple(axes))


def _read(reader: Reader, tree: ast.expr) -> Value:
    try:
        return reader.read(tree)
    except (RecursionError, OverflowError, MemoryError):
        # SymPy 1.14 takes some formulas apart without end, such as (m - 2) % (n + 1).
        message = f"{reader.text(tree)} is too involved; name its parts, or give a size of its own to what divides."
        raise reader.at(tree, LimitError(message)) from None
    except IndexError:
        # SymPy's own check of a subscript, where only its rules find out that it is outside for all sizes.
        message = f"a subscript in {reader.text(tree)} is outside its matrix for all sizes."
        raise reader.at(tree, ShapeError(message)) from None


def _new_name(target: ast.Name, source: SourceText, scope: Scope) -> str:
    place = source.place(target)
    try:
        name = check_name(target.id, "an equation", WORDS)
    except SymattnError as error:
        raise error.in_context(*source.point(place)) from None
    if name in scope.values:
        raise source.error(f"{name} already has a meaning; give this equation a name of its own.", place)
    return name


def _check_depth(tree: ast.expr, source: SourceText) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(limits.NESTING_DEPTH):
        level = [child for parent in level for child in ast.iter_child_nodes(parent) if isinstance(child, ast.expr)]
        if not level:
            return
    message = f"a formula of more than {limits.NESTING_DEPTH} operations inside one another; name its parts."
    raise LimitError(message).in_context(*source.point(source.place(tree)))
