"""Text to nodes: each form of Python's syntax tree that the language admits, and an error for every other."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from sympy import Expr, Integer, MatrixExpr, Mod, Number, Rational, Transpose, floor, signsimp

from symattn import limits
from symattn.errors import LimitError, ShapeError, UnknownNameError
from symattn.language.calls import Calls
from symattn.language.comparisons import ConditionReader
from symattn.language.hints import Operand, broadcast_mistake, product_mistake
from symattn.language.named_sets import ALLOWED_WORDS
from symattn.language.names import suggestion
from symattn.language.part import Part, of_indices
from symattn.language.scope import Scope
from symattn.language.source import SourceText, number_parts
from symattn.language.subscripts import Subscripts, example
from symattn.language.vocabulary import NUMBERS, WORDS
from symattn.nodes import (
    Arithmetic,
    Cases,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    FamilySymbol,
    MatrixProduct,
    Negation,
    Value,
    is_matrix,
    shape_of,
)
from symattn.nodes.bounded import check_multiplied_out, check_power
from symattn.shapes import broadcast, same_size

BINARY: dict[type[ast.operator], type[Arithmetic]] = {
    ast.Add: ElementwiseSum,
    ast.Sub: ElementwiseDifference,
    ast.Mult: ElementwiseProduct,
    ast.Div: ElementwiseQuotient,
}

OF_SIZES: dict[type[Arithmetic], Callable[[Expr, Expr], Expr]] = {
    ElementwiseSum: operator.add,
    ElementwiseDifference: operator.sub,
    ElementwiseProduct: operator.mul,
    ElementwiseQuotient: operator.truediv,
}

REFUSED = {
    ast.Lambda: "a lambda",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
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


class Reader(Part):
    """Reads one formula; a method a form of syntax."""

    def __init__(self, source: SourceText, scope: Scope) -> None:
        super().__init__(source, scope, self._read)

    def _read(self, tree: ast.expr) -> Value:
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
            return Calls(self.source, self.scope, self.read)(tree)
        if isinstance(tree, ast.Subscript):
            return Subscripts(self.source, self.scope, self.read)(tree)
        if isinstance(tree, ast.IfExp):
            return self._cases(tree)
        if isinstance(tree, ast.Compare):
            raise self.refuse(tree, "a condition stands in softmax(…, where=…), or as in 1 if i < j else 0.")
        if isinstance(tree, ast.BoolOp):
            raise self.refuse(tree, "conditions are joined by &, each in brackets, as in (j <= i) & (i - j < 3).")
        what = REFUSED.get(type(tree), type(tree).__name__)
        raise self.refuse(tree, f"{what} is not in the language of equations.")

    def _number(self, tree: ast.Constant) -> Expr:
        text = self.text(tree)
        if isinstance(tree.value, (str, bytes)):
            raise self.refuse(tree, "a string is not in the language of equations.")
        try:
            digits, power = number_parts(text)
        except ValueError:
            raise self.refuse(tree, f"{text} is not a decimal number.") from None
        if abs(power) > limits.EXPONENT:
            message = f"{text} has an exponent beyond {limits.EXPONENT}."
            raise self.at(tree, LimitError(message))
        return self.finite(tree, Integer(int(digits)) * Rational(10) ** power)

    def _name(self, tree: ast.Name) -> Value:
        if tree.id in self.scope.values:
            value = self.scope.values[tree.id]
            if isinstance(value, FamilySymbol):
                raise self.refuse(tree, f"{tree.id} is a family; write one of its members, as in {example(value)}.")
            return value
        if tree.id in NUMBERS:
            return NUMBERS[tree.id]
        if tree.id in ALLOWED_WORDS:
            raise self.refuse(tree, f"{tree.id} is an allowed set; write it as in softmax(S, where={tree.id}).")
        if tree.id in WORDS:
            raise self.refuse(tree, f"{tree.id} is a function; write {tree.id}(…).")
        known = {*self.scope.values, *WORDS}
        message = f"{tree.id} is not defined.{suggestion(tree.id, known)} Known here: {self.scope.listing()}."
        raise self.at(tree, UnknownNameError(message))

    def _unary(self, tree: ast.UnaryOp) -> Value:
        value = self.read(tree.operand)
        if isinstance(tree.op, ast.UAdd):
            return value
        if isinstance(tree.op, ast.USub):
            return Negation(value) if is_matrix(value) else -value
        raise self.refuse(tree, "'not' and '~' are not in the language of equations.")

    def _binary(self, tree: ast.BinOp) -> Value:
        if isinstance(tree.op, ast.BitXor):
            raise self.refuse(tree, "^ is not a power here; write **.")
        left, right = self.read(tree.left), self.read(tree.right)
        if isinstance(tree.op, ast.MatMult):
            return self._matrix_product(tree, left, right)
        if isinstance(tree.op, ast.Pow):
            return self._power(tree, left, right)
        if isinstance(tree.op, (ast.FloorDiv, ast.Mod)):
            return self._whole_quotient(tree, left, right)
        node = BINARY.get(type(tree.op))
        if node is None:
            raise self.refuse(tree, "operations between values are + - * / @ and **.")
        if is_matrix(left) or is_matrix(right):
            return self._arithmetic(tree, node, left, right)
        return self.finite(tree, self._combined(tree, node, left, right))

    def _combined(self, tree: ast.BinOp, node: type[Arithmetic], left: Expr, right: Expr) -> Expr:
        """Two scalars: formulas of indices and sizes in SymPy's one form, of values as they were written."""
        if of_indices(left, right):
            made = OF_SIZES[node](left, right)
            self.bounded(tree, check_multiplied_out, made)
            return signsimp(made) if made.is_Mul else made
        return node.combine(left, right).doit(deep=False)

    def _power(self, tree: ast.BinOp, base: Value, exponent: Value) -> Value:
        if not isinstance(exponent, Number):
            return self._symbolic_power(tree, base, exponent)
        if abs(exponent) > limits.EXPONENT:
            raise self.at(tree.right, LimitError(f"an exponent of {exponent}; the largest is {limits.EXPONENT}."))
        if is_matrix(base):
            return ElementwisePower(base, exponent)
        self.bounded(tree, check_power, base, exponent)
        made = base**exponent
        if of_indices(made):
            self.bounded(tree, check_multiplied_out, made)
        return self.finite(tree, made)

    def _symbolic_power(self, tree: ast.BinOp, base: Value, exponent: Value) -> Expr:
        if is_matrix(base) or is_matrix(exponent):
            message = f"an exponent of a matrix is a number. {self._by_logarithm(tree)}"
            raise self.refuse(tree.right, message)
        if not (base.is_positive or (exponent.is_integer and exponent.is_nonnegative)):
            message = f"{self.text(tree)} is real for all values only if its base is positive, as 10000 or a size is."
            raise self.refuse(tree, f"{message} {self._by_logarithm(tree)}")
        return self.finite(tree, base**exponent)

    def _by_logarithm(self, tree: ast.BinOp) -> str:
        """What would do for a base whose values are positive, which the language cannot know."""
        exponent = self.text(tree.right)
        factor = exponent if isinstance(tree.right, (ast.Name, ast.Subscript, ast.Call)) else f"({exponent})"
        return f"For a positive base write exp({factor} * log({self.text(tree.left)}))."

    def _whole_quotient(self, tree: ast.BinOp, left: Value, right: Value) -> Expr:
        """``a // b`` and ``a % b``, of whole numbers: sizes, indices, and what is made of them."""
        for side, value in ((tree.left, left), (tree.right, right)):
            if is_matrix(value) or value.is_integer is not True:
                raise self.refuse(
                    side, f"// and % take whole numbers made of indices and sizes; {self.text(side)} is none."
                )
        if not right.is_positive:
            raise self.refuse(tree.right, f"{self.text(tree.right)} is not positive for all sizes.")
        return floor(left / right) if isinstance(tree.op, ast.FloorDiv) else Mod(left, right)

    def _arithmetic(self, tree: ast.BinOp, node: type[Arithmetic], left: Value, right: Value) -> MatrixExpr:
        if node is ElementwiseQuotient and right == 0:
            raise self.refuse(tree, f"{self.text(tree)} is a division by zero.")
        if broadcast(shape_of(left), shape_of(right)) is not None:
            return node(left, right)
        message = broadcast_mistake(self._operand(tree.left, left), node.sign, self._operand(tree.right, right))
        raise self.at(tree, ShapeError(message))

    def _operand(self, tree: ast.expr, value: Value) -> Operand:
        return Operand(self.text(tree), tree, value)

    def _matrix_product(self, tree: ast.BinOp, left: Value, right: Value) -> MatrixExpr:
        if not (is_matrix(left) and is_matrix(right)):
            a, b = self.text(tree.left), self.text(tree.right)
            scalar = b if is_matrix(left) else a
            message = f"{a} @ {b} is a matrix product, but {scalar} is a scalar. Did you mean {a} * {b}?"
            raise self.at(tree, ShapeError(message))
        if same_size(left.shape[1], right.shape[0]):
            return MatrixProduct(left, right)
        message = product_mistake(self._operand(tree.left, left), self._operand(tree.right, right))
        raise self.at(tree, ShapeError(message))

    def _attribute(self, tree: ast.Attribute) -> Value:
        if tree.attr != "T":
            raise self.refuse(tree, f".{tree.attr} is not in the language; the one attribute is .T, the transpose.")
        value = self.read(tree.value)
        return Transpose(value) if is_matrix(value) else value

    def _cases(self, tree: ast.IfExp) -> Expr:
        """``a if condition else b``, of scalars."""
        condition = ConditionReader(self.source, self.scope, self.read)(tree.test)
        value = self.scalar(tree.body, "a value by cases")
        return Cases.of(condition, value, self.scalar(tree.orelse, "a value by cases"))
