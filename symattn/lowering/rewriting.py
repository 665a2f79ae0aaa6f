"""Rules that make the same mathematics cheaper before any code is written; they know nothing of targets."""

from __future__ import annotations

from sympy import Expr, Symbol, Transpose

from symattn.lowering.contracting import product_by_product
from symattn.lowering.costs import Costs
from symattn.nodes import ElementwiseProduct, ElementwiseQuotient, MatrixProduct, Node, Value, is_matrix


def rebuilt(value: Value, arguments: tuple[Expr, ...]) -> Value:
    """The node with other arguments; the node itself if they are the same."""
    return value if arguments == value.args else value.func(*arguments)


def cheaper(value: Value, numbers: frozenset[Symbol], costs: Costs) -> Value:
    """The value with every rule applied, innermost first; ``numbers`` are the symbols known before any array is."""
    if not is_matrix(value) or not isinstance(value, (Node, Transpose)):
        return value
    value = rebuilt(value, tuple(cheaper(part, numbers, costs) for part in value.args))
    return scale_an_operand(product_by_product(value), numbers, costs)


def scale_an_operand(value: Value, numbers: frozenset[Symbol], costs: Costs) -> Value:
    """``(A @ B) / c -> (A / c) @ B`` or ``A @ (B / c)`` where an operand is smaller than the product; likewise ``* c``.

    For scores ``Q @ K.T / sqrt(d_k)`` this scales n x d_k numbers instead of n x m; on a tie scores, a product with
    a transposed matrix, count as the larger. Only a number of sizes moves: an array of scales, one a batch, could
    make a batch of a matrix that had none.
    """
    if isinstance(value, ElementwiseQuotient):
        product, scalar = value.left, value.right
    elif isinstance(value, ElementwiseProduct):
        product, scalar = (value.left, value.right) if is_matrix(value.left) else (value.right, value.left)
    else:
        return value
    if is_matrix(scalar) or not isinstance(product, MatrixProduct) or not scalar.free_symbols <= numbers:
        return value
    left, right = costs.entries(product.left.shape), costs.entries(product.right.shape)
    whole = costs.entries(product.shape)
    if min(left, right) > whole or (min(left, right) == whole and not isinstance(product.right, Transpose)):
        return value
    if left <= right:
        return MatrixProduct(_scaled(value, product.left, scalar), product.right)
    return MatrixProduct(product.left, _scaled(value, product.right, scalar))


def _scaled(value: Value, operand: Value, scalar: Expr) -> Value:
    """The scalar on an operand, under the transpose where there is one."""
    if isinstance(operand, Transpose):
        return Transpose(_scaled(value, operand.arg, scalar))
    if isinstance(value, ElementwiseQuotient):
        return ElementwiseQuotient(operand, scalar)
    return ElementwiseProduct(operand, scalar)
