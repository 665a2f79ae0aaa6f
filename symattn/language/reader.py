"""Text to nodes: each form of Python's syntax tree that the language admits, and an error for every other."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from sympy import Expr, Integer, MatrixExpr, MatrixSymbol, Number, Rational, S, Transpose, nan, oo, zoo
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn import limits
from symattn.errors import LanguageError, LimitError, ShapeError, SymattnError, UnknownNameError
from symattn.language.allowed import ALLOWED_WORDS, COLUMN, ROW, AllowedReader
from symattn.language.declarations import declare
from symattn.language.hints import Operand, broadcast_mistake, product_mistake
from symattn.language.names import check_name, suggestion
from symattn.language.scope import Scope, scope_of
from symattn.language.source import SourceText, number_parts
from symattn.language.vocabulary import CONSTANTS, NODES, SOFTMAX, SUM, WORDS
from symattn.nodes import (
    Arithmetic,
    Column,
    ElementwiseDifference,
    ElementwiseFunction,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    IndexSum,
    MatrixProduct,
    Negation,
    Row,
    Softmax,
    Value,
    index,
    is_matrix,
    shape_of,
)
from symattn.shapes import broadcast, same_size, show

BINARY: dict[type[ast.operator], type[Arithmetic]] = {
    ast.Add: ElementwiseSum,
    ast.Sub: ElementwiseDifference,
    ast.Mult: ElementwiseProduct,
    ast.Div: ElementwiseQuotient,
}

REFUSED = {
    ast.Lambda: "a lambda",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.IfExp: "a condition",
    ast.Compare: "a comparison",
    ast.BoolOp: "a logical operation",
    ast.NamedExpr: "an assignment inside a formula",
    ast.JoinedStr: "a string",
    ast.Tuple: "a list of values",
    ast.List: "a list of values",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
    ast.Starred: "a starred value",
    ast.Await: "await",
    ast.Yield: "yield",
}


def parse_expression(text: str, inputs: Mapping[str, Value]) -> Value:
    """The value that one formula stands for, over the given inputs.

    >>> from symattn.shapes import size
    >>> parse_expression("2 * A.T", {"A": MatrixSymbol("A", size("n"), size("m"))}).shape
    (m, n)

    Errors: ``LanguageError``, ``UnknownNameError``, ``ShapeError`` or ``LimitError``, pointing at the place.
    """
    source = SourceText.of(text)
    body = source.parse().body
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        raise LanguageError("asked for one formula without '='.")
    _check_depth(body[0].value, source)
    return _Reader(source, scope_of(inputs)).read(body[0].value)


def parse_equations(text: str, inputs: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """The named equations of a text, in order, over the given inputs; each may use the names above it.

    >>> from symattn.shapes import size
    >>> parse_equations("B = A.T", {"A": MatrixSymbol("A", size("n"), size("m"))})
    [('B', A.T)]

    Errors: ``LanguageError``, ``UnknownNameError``, ``ShapeError`` or ``LimitError``, pointing at the place.
    """
    source = SourceText.of(text)
    scope = scope_of(inputs)
    equations = []
    for statement in source.parse().body:
        name, tree = _left_and_right(statement, source, scope)
        _check_depth(tree, source)
        value = _Reader(source, scope).read(tree)
        scope.values[name] = declare(name, shape_of(value))
        equations.append((name, value))
    if not equations:
        raise LanguageError("no equations: write at least one line such as O = softmax(Q @ K.T) @ V.")
    return equations


def _left_and_right(statement: ast.stmt, source: SourceText, scope: Scope) -> tuple[str, ast.expr]:
    place = source.place(statement)
    if not isinstance(statement, ast.Assign):
        raise source.error("every line is an equation, a name = a formula.", place)
    if len(statement.targets) != 1 or not isinstance(statement.targets[0], ast.Name):
        raise source.error("the left side of an equation is one name.", source.place(statement.targets[0]))
    target = statement.targets[0]
    try:
        name = check_name(target.id, "an equation", WORDS)
    except SymattnError as error:
        raise error.in_context(*source.point(source.place(target))) from None
    if name in scope.values:
        raise source.error(f"{name} already has a meaning; give this equation a name of its own.", source.place(target))
    return name, statement.value


def _check_depth(tree: ast.expr, source: SourceText) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(limits.NESTING_DEPTH):
        level = [child for parent in level for child in ast.iter_child_nodes(parent) if isinstance(child, ast.expr)]
        if not level:
            return
    message = f"a formula of more than {limits.NESTING_DEPTH} operations inside one another; name its parts."
    raise LimitError(message).in_context(*source.point(source.place(tree)))


class _Reader:
    """Reads one formula; a method a form of syntax."""

    def __init__(self, source: SourceText, scope: Scope) -> None:
        self.source = source
        self.scope = scope

    def read(self, tree: ast.expr) -> Value:
        self.scope.count()
        if isinstance(tree, ast.Constant):
            return self._number(tree)
        if isinstance(tree, ast.Name):
            return self._name(tree)
        if isinstance(tree, ast.BinOp):
            return self._binary(tree)
        if isinstance(tree, ast.UnaryOp):
            return self._unary(tree)
        if isinstance(tree, ast.Attribute):
            return self._attribute(tree)
        if isinstance(tree, ast.Call):
            return self._call(tree)
        if isinstance(tree, ast.Subscript):
            return self._subscript(tree)
        what = REFUSED.get(type(tree), type(tree).__name__)
        raise self._refuse(tree, f"{what} is not in the language of equations.")

    def _refuse(self, tree: ast.expr, message: str) -> LanguageError:
        return self.source.error(message, self.source.place(tree))

    def _at(self, tree: ast.expr, error: SymattnError) -> SymattnError:
        return error.in_context(*self.source.point(self.source.place(tree)))

    def _number(self, tree: ast.Constant) -> Expr:
        text = self.source.segment(tree)
        if isinstance(tree.value, (str, bytes)):
            raise self._refuse(tree, "a string is not in the language of equations.")
        try:
            digits, power = number_parts(text)
        except ValueError:
            raise self._refuse(tree, f"{text} is not a decimal number.") from None
        if abs(power) > limits.EXPONENT:
            message = f"{text} has an exponent beyond {limits.EXPONENT}."
            raise self._at(tree, LimitError(message))
        return Integer(int(digits)) * Rational(10) ** power

    def _name(self, tree: ast.Name) -> Value:
        if tree.id in self.scope.values:
            return self.scope.values[tree.id]
        if tree.id in ALLOWED_WORDS:
            raise self._refuse(tree, f"{tree.id} is an allowed set; write it as in softmax(S, where={tree.id}).")
        if tree.id in WORDS:
            raise self._refuse(tree, f"{tree.id} is a function; write {tree.id}(…).")
        known = {*self.scope.values, *WORDS}
        message = f"{tree.id} is not defined.{suggestion(tree.id, known)} Known here: {self.scope.listing()}."
        raise self._at(tree, UnknownNameError(message))

    def _unary(self, tree: ast.UnaryOp) -> Value:
        value = self.read(tree.operand)
        if isinstance(tree.op, ast.UAdd):
            return value
        if isinstance(tree.op, ast.USub):
            return Negation(value) if is_matrix(value) else -value
        raise self._refuse(tree, "'not' and '~' are not in the language of equations.")

    def _binary(self, tree: ast.BinOp) -> Value:
        if isinstance(tree.op, ast.BitXor):
            raise self._refuse(tree, "^ is not a power here; write **.")
        left, right = self.read(tree.left), self.read(tree.right)
        if isinstance(tree.op, ast.MatMult):
            return self._matrix_product(tree, left, right)
        if isinstance(tree.op, ast.Pow):
            return self._power(tree, left, right)
        node = BINARY.get(type(tree.op))
        if node is None:
            raise self._refuse(tree, "operations between values are + - * / @ and **.")
        if is_matrix(left) or is_matrix(right):
            return self._arithmetic(tree, node, left, right)
        return self._finite(tree, node.combine(left, right).doit(deep=False))

    def _finite(self, tree: ast.expr, value: Expr) -> Expr:
        if value.has(zoo, oo, -oo, nan):
            raise self._refuse(tree, f"{self.source.segment(tree)} is not a finite number (a division by zero?).")
        if value.is_real is False:
            raise self._refuse(tree, f"{self.source.segment(tree)} is not a real number.")
        return value

    def _power(self, tree: ast.BinOp, base: Value, exponent: Value) -> Value:
        if not isinstance(exponent, Number):
            raise self._refuse(tree.right, "an exponent is a number.")
        if abs(exponent) > limits.EXPONENT:
            raise self._at(tree.right, LimitError(f"an exponent of {exponent}; the largest is {limits.EXPONENT}."))
        if is_matrix(base):
            return ElementwisePower(base, exponent)
        if isinstance(base, Rational):
            digits = max(len(str(base.p)), len(str(base.q))) * abs(exponent)
            if digits > limits.NUMBER_DIGITS:
                message = f"a power of about {int(digits)} digits; the most is {limits.NUMBER_DIGITS}."
                raise self._at(tree, LimitError(message))
        return self._finite(tree, base**exponent)

    def _arithmetic(self, tree: ast.BinOp, node: type[Arithmetic], left: Value, right: Value) -> MatrixExpr:
        if node is ElementwiseQuotient and right == 0:
            raise self._refuse(tree, f"{self.source.segment(tree)} is a division by zero.")
        if broadcast(shape_of(left), shape_of(right)) is not None:
            return node(left, right)
        message = broadcast_mistake(self._operand(tree.left, left), node.sign, self._operand(tree.right, right))
        raise self._at(tree, ShapeError(message))

    def _operand(self, tree: ast.expr, value: Value) -> Operand:
        return Operand(self.source.segment(tree), tree, value)

    def _matrix_product(self, tree: ast.BinOp, left: Value, right: Value) -> MatrixExpr:
        if not (is_matrix(left) and is_matrix(right)):
            a, b = self.source.segment(tree.left), self.source.segment(tree.right)
            scalar = b if is_matrix(left) else a
            message = f"{a} @ {b} is a matrix product, but {scalar} is a scalar. Did you mean {a} * {b}?"
            raise self._at(tree, ShapeError(message))
        if same_size(left.shape[1], right.shape[0]):
            return MatrixProduct(left, right)
        message = product_mistake(self._operand(tree.left, left), self._operand(tree.right, right))
        raise self._at(tree, ShapeError(message))

    def _attribute(self, tree: ast.Attribute) -> Value:
        if tree.attr != "T":
            raise self._refuse(tree, f".{tree.attr} is not in the language; the one attribute is .T, the transpose.")
        value = self.read(tree.value)
        return Transpose(value) if is_matrix(value) else value

    def _call(self, tree: ast.Call) -> Value:
        if not isinstance(tree.func, ast.Name):
            raise self._refuse(tree, "only the functions of the language can be called.")
        name = tree.func.id
        if tree.keywords and not (name == SOFTMAX and [word.arg for word in tree.keywords] == ["where"]):
            also = "; an allowed set is given as where=…" if name == SOFTMAX else ""
            raise self._refuse(tree, f"{name} takes its arguments by position{also}.")
        if name == SUM:
            return self._index_sum(tree)
        if name in CONSTANTS:
            return self._constant(tree, name)
        if name not in NODES:
            message = f"{name} is not a function of the language.{suggestion(name, WORDS)}"
            raise self._at(tree.func, UnknownNameError(message))
        if len(tree.args) != 1:
            raise self._refuse(tree, f"{name} takes one argument, found {len(tree.args)}.")
        argument = self.read(tree.args[0])
        node = NODES[name]
        if is_matrix(argument):
            return Softmax(argument, self._allowed(tree, argument)) if tree.keywords else node(argument)
        if not issubclass(node, ElementwiseFunction):
            raise self._at(
                tree, ShapeError(f"{name} takes a matrix, but {self.source.segment(tree.args[0])} is a scalar.")
            )
        return self._finite(tree, node.of_number(argument))

    def _allowed(self, tree: ast.Call, scores: MatrixExpr) -> MatrixExpr:
        """The allowed set of a softmax; the indices i and j have their meaning there and nowhere else."""
        values = self.scope.values
        for symbol in (ROW, COLUMN):
            if symbol.name in values:
                message = f"{symbol.name} is an index inside where=…, and a name of its own outside; rename that one."
                raise self._refuse(tree, message)
        self.scope.values = {**values, ROW.name: ROW, COLUMN.name: COLUMN}
        try:
            return AllowedReader(self.source, scores.shape, self.read)(tree.keywords[0].value)
        finally:
            self.scope.values = values

    def _constant(self, tree: ast.Call, name: str) -> MatrixExpr:
        constant = CONSTANTS[name]
        if len(tree.args) != constant.size_count:
            raise self._refuse(tree, f"{name} takes {constant.size_count} size(s), found {len(tree.args)}.")
        sizes = [self.read(argument) for argument in tree.args]
        for argument, length in zip(tree.args, sizes, strict=True):
            if is_matrix(length) or not (length.is_integer and length.is_positive):
                raise self._refuse(argument, f"{self.source.segment(argument)} is not a size.")
        return constant.build(*sizes)

    def _index_sum(self, tree: ast.Call) -> MatrixExpr:
        if len(tree.args) != 2 or not isinstance(tree.args[0], ast.Name):
            raise self._refuse(
                tree, "sum takes an index and a formula, as in sum(a, v[a] * A[:, a]); rowsum sums rows."
            )
        try:
            name = check_name(tree.args[0].id, "an index", WORDS)
        except SymattnError as error:
            raise self._at(tree.args[0], error) from None
        if name in self.scope.values:
            raise self._refuse(tree.args[0], f"{name} already has a meaning; an index needs a name of its own.")
        symbol = index(name)
        self.scope.values[name] = symbol
        self.scope.lengths[symbol] = None
        try:
            term = self.read(tree.args[1])
            length = self.scope.lengths[symbol]
        finally:
            del self.scope.values[name], self.scope.lengths[symbol]
        if length is None:
            raise self._refuse(
                tree, f"the index {name} selects nothing, so its range is unknown; use it as in A[:, {name}]."
            )
        if not is_matrix(term):
            raise self._refuse(tree, "the terms of this sum are scalars; write it as a product such as v.T @ w.")
        return IndexSum(term, symbol, length)

    def _subscript(self, tree: ast.Subscript) -> Value:
        value = self.read(tree.value)
        if not isinstance(value, MatrixSymbol):
            raise self._refuse(tree, "only a named matrix can be indexed; name the formula first.")
        parts = list(tree.slice.elts) if isinstance(tree.slice, ast.Tuple) else [tree.slice]
        if len(parts) == 1 and not isinstance(parts[0], ast.Slice):
            return self._vector_entry(tree, value, parts[0])
        if len(parts) != 2:
            raise self._refuse(tree, "a matrix takes two subscripts, as in A[:, a], A[a, :] or A[i, j].")
        whole = [self._is_whole(part) for part in parts]
        if all(whole):
            return value
        if whole[0]:
            return Column(value, self._position(parts[1], value.shape[1]))
        if whole[1]:
            return Row(value, self._position(parts[0], value.shape[0]))
        positions = [self._position(part, length) for part, length in zip(parts, value.shape, strict=True)]
        return MatrixElement(value, *positions)

    def _vector_entry(self, tree: ast.Subscript, value: MatrixSymbol, part: ast.expr) -> Expr:
        rows, columns = value.shape
        if columns == 1:
            return MatrixElement(value, self._position(part, rows), S.Zero)
        if rows == 1:
            return MatrixElement(value, S.Zero, self._position(part, columns))
        name = value.name
        raise self._refuse(tree, f"{name} is {show(value.shape)}; write {name}[:, a], {name}[a, :] or {name}[i, j].")

    def _is_whole(self, part: ast.expr) -> bool:
        if not isinstance(part, ast.Slice):
            return False
        if part.lower or part.upper or part.step:
            raise self._refuse(part, "a stretch of rows or columns is not in the language; ':' alone takes all.")
        return True

    def _position(self, part: ast.expr, length: Expr) -> Expr:
        position = self.read(part)
        if position in self.scope.lengths:
            known = self.scope.lengths[position]
            if known is not None and not same_size(known, length):
                message = f"the index {position} runs over {known} values elsewhere and over {length} here."
                raise self._at(part, ShapeError(message))
            self.scope.lengths[position] = length
            return position
        if not isinstance(position, Integer):
            raise self._refuse(part, "a subscript is an index of a sum around it, or a whole number from 0 on.")
        if position < 0 or (length.is_Integer and position >= length):
            message = f"the subscript {position} is outside 0 … {length - 1}."
            raise self._at(part, ShapeError(message))
        return position
