"""Random systems of equations, and their values by the plainest NumPy: every bound index a number, nothing shared."""

import math

import numpy as np
from sympy import Identity, Integer, MatrixSymbol, OneMatrix, Rational, Symbol, Transpose, ZeroMatrix, lambdify, sqrt
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn import nodes
from symattn.equations import Equation, EquationSystem
from symattn.nodes import (
    Column,
    Concatenation,
    FamilySymbol,
    IndexCondition,
    IndexSum,
    Intersection,
    MatrixProduct,
    Member,
    Negation,
    Row,
    Softmax,
    full_shape,
    index,
    is_matrix,
)
from symattn.shapes import broadcast, size

N, M, D, ONE = size("n"), size("m"), size("d"), Integer(1)
LENGTHS = {"n": 3, "m": 4, "d": 2}
INPUTS = (MatrixSymbol("A", N, D), MatrixSymbol("B", M, D), MatrixSymbol("C", N, M), MatrixSymbol("v", D, ONE))
FAMILIES = (FamilySymbol("F", N, D, M), FamilySymbol("G", N, M, D, M))
MASKS = (MatrixSymbol("M", N, M), MatrixSymbol("p", ONE, M))
T = Symbol("t", real=True)

FUNCTIONS = {
    nodes.Exponential: np.exp,
    nodes.HyperbolicTangent: np.tanh,
    nodes.Sigmoid: lambda x: (1 + np.tanh(x / 2)) / 2,
    nodes.RectifiedLinear: lambda x: (x + np.abs(x)) / 2,
    nodes.ExponentialLinear: lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1),
    nodes.GaussianLinear: lambda x: x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2,
    nodes.AbsoluteValue: np.abs,
    nodes.ErrorFunction: np.vectorize(math.erf),
    nodes.Step: lambda x: np.where(x > 0, 1.0, 0.0),
    nodes.Sign: np.sign,
    Negation: np.negative,
}
ARITHMETIC = {
    nodes.ElementwiseSum: np.add,
    nodes.ElementwiseDifference: np.subtract,
    nodes.ElementwiseProduct: np.multiply,
    nodes.ElementwiseQuotient: np.divide,
    nodes.ElementwisePower: np.power,
    MatrixProduct: np.matmul,
}
OVER_ROWS = {
    nodes.RowSum: np.sum,
    nodes.RowMean: np.mean,
    nodes.RowMax: np.max,
    nodes.LogSumExp: lambda x, axis, keepdims: np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims)),
}
OVER_COLUMNS = {nodes.ColumnSum: np.sum, nodes.ColumnMean: np.mean, nodes.ColumnMax: np.max}


def value(expression, known):
    """The value of an expression; ``known`` has arrays by name, and bound indices as whole numbers."""
    kind = type(expression)
    if isinstance(expression, MatrixSymbol):
        return known[expression.name]
    if isinstance(expression, Symbol):
        return known.get(expression.name, LENGTHS.get(expression.name))
    if isinstance(expression, MatrixElement):
        matrix, i, j = expression.args
        return known[matrix.name][..., position(i, known), position(j, known), None, None]
    if not is_matrix(expression):
        if expression.is_number:
            return float(expression)
        parts = [value(part, known) for part in expression.args]
        return sum(parts) if expression.is_Add else math.prod(parts) if expression.is_Mul else parts[0] ** parts[1]
    if isinstance(expression, (OneMatrix, ZeroMatrix, Identity)):
        rows, columns = (
            length.subs({size(name): number for name, number in LENGTHS.items()}) for length in expression.shape
        )
        made = {OneMatrix: np.ones, ZeroMatrix: np.zeros, Identity: lambda shape: np.eye(shape[0])}[kind]
        return made((int(rows), int(columns)))
    if kind is IndexSum:
        count = LENGTHS[expression.length.name]
        return sum(value(expression.term, {**known, expression.symbol.name: at}) for at in range(count))
    if kind is Concatenation:
        count = LENGTHS[expression.length.name]
        terms = [value(expression.term, {**known, expression.symbol.name: at}) for at in range(count)]
        return np.concatenate(terms, axis=-1)
    if kind is Member:
        places = tuple(position(at, known) for at in expression.positions)
        return known[expression.name][(..., *places, slice(None), slice(None))]
    if kind in (nodes.HorizontalStack, nodes.VerticalStack):
        parts = [value(part, known) for part in expression.args]
        batches = np.broadcast_shapes(*(part.shape[:-2] for part in parts))
        parts = [np.broadcast_to(part, batches + part.shape[-2:]) for part in parts]
        return np.concatenate(parts, axis=-1 if kind is nodes.HorizontalStack else -2)
    if kind is Row:
        return value(expression.matrix, known)[..., [position(expression.position, known)], :]
    if kind is Column:
        return value(expression.matrix, known)[..., [position(expression.position, known)]]
    if kind is IndexCondition:
        sizes = {size(name): number for name, number in LENGTHS.items()}
        rows, columns = (int(length.subs(sizes)) for length in expression.shape)
        bound = {symbol: known[symbol.name] for symbol in expression.condition.free_symbols if symbol.name in known}
        at = lambdify([expression.row, expression.column], expression.condition.subs({**sizes, **bound}))
        return np.array([[float(at(i, j)) for j in range(columns)] for i in range(rows)])
    parts = [value(part, known) for part in expression.args]
    if kind is Intersection:
        return np.where((parts[0] != 0) & (parts[1] != 0), 1.0, 0.0)
    if kind is Softmax and expression.allowed is not None:
        exponentials = np.exp(parts[0]) * np.where(parts[1] != 0, 1.0, 0.0)
        total = exponentials.sum(axis=-1, keepdims=True)
        return exponentials / np.where(total == 0, 1.0, total)
    if kind is Transpose:
        return np.swapaxes(parts[0], -1, -2)
    if kind is Softmax:
        return np.exp(parts[0]) / np.exp(parts[0]).sum(axis=-1, keepdims=True)
    if kind in OVER_ROWS:
        return OVER_ROWS[kind](parts[0], axis=-1, keepdims=True)
    if kind in OVER_COLUMNS:
        return OVER_COLUMNS[kind](parts[0], axis=-2, keepdims=True)
    return {**FUNCTIONS, **ARITHMETIC}[kind](*parts)


def over_axes(expression, axes, known):
    """The value for every value of some indices, each an axis before the last two."""
    if not axes:
        return value(expression, known)
    (symbol, length), *rest = axes
    each = [over_axes(expression, rest, {**known, symbol.name: at}) for at in range(LENGTHS[length.name])]
    return np.stack(each, axis=-3 - len(rest))


def position(at, known):
    return int(at) if at.is_Integer else known[at.name]


class Growing:
    """Grows random expressions of given shapes over the matrices in ``pool``."""

    def __init__(self, random, pool):
        self.random, self.pool, self.families = random, list(pool), list(FAMILIES)

    def grow(self, shape, depth, bound=()):
        if depth == 0 or self.random.random() < 0.12:
            return self.leaf(shape, bound)
        kinds = (self.product, self.function, self.function, self.arithmetic, self.arithmetic, self.arithmetic)
        kinds += (self.reduction, self.softmax, self.selection, self.index_sum, self.transpose, self.square)
        return self.random.choice(kinds)(shape, depth - 1, bound)

    def members(self, shape, bound):
        """One member of each family of this shape, at indices bound here or at whole numbers."""
        found = []
        for family in self.families:
            places = [[Integer(0), *(at for at, known in bound if known == length)] for length in family.lengths]
            if family.shape == shape:
                found.append(Member(family, *map(self.random.choice, places)))
        return found

    def leaf(self, shape, bound):
        members = self.members(shape, bound) + [Transpose(one) for one in self.members(shape[::-1], bound)]
        if members and self.random.random() < 0.5:
            return self.random.choice(members)
        fitting = [matrix for matrix in self.pool if matrix.shape == shape]
        fitting += [Transpose(matrix) for matrix in self.pool if matrix.shape == shape[::-1]]
        constant = Identity(shape[0]) if shape[0] == shape[1] != 1 else OneMatrix(*shape)
        return self.random.choice([*fitting, *fitting, constant, self.condition(shape, ())])

    def product(self, shape, depth, bound):
        inner = self.random.choice([N, M, D, ONE])
        return MatrixProduct(self.grow((shape[0], inner), depth, bound), self.grow((inner, shape[1]), depth, bound))

    def function(self, shape, depth, bound):
        return self.random.choice(list(FUNCTIONS))(self.grow(shape, depth, bound))

    def softmax(self, shape, depth, bound):
        scores = self.grow(shape, depth, bound)
        return Softmax(scores, self.allowed(shape, bound)) if self.random.random() < 0.6 else Softmax(scores)

    def allowed(self, shape, bound):
        fitting = [mask for mask in MASKS if broadcast(mask.shape, shape) == shape]
        fitting += [Transpose(mask) for mask in MASKS if broadcast(mask.shape[::-1], shape) == shape]
        sets = [self.condition(shape, bound), *fitting]
        return self.random.choice([*sets, Intersection(self.random.choice(sets), self.random.choice(sets))])

    def condition(self, shape, bound):
        i, j = index("i"), index("j")
        conditions = [j <= i, j <= i + shape[1] - shape[0], i / 2 + j / 3 < 1, (i - 1 <= j) & (j < 3), j < 1, i > 0]
        return IndexCondition(self.random.choice([*conditions, *(j <= at for at, _ in bound)]), i, j, *shape)

    def transpose(self, shape, depth, bound):
        return Transpose(self.grow(shape[::-1], depth, bound))

    def square(self, shape, depth, bound):
        return nodes.ElementwisePower(self.grow(shape, depth, bound), 2)

    def scalar(self, bound):
        entries = [MatrixElement(INPUTS[0], 0, 0)]
        entries += [MatrixElement(INPUTS[3], at, 0) for at, length in bound if length == D]
        return self.random.choice([T, Integer(3), sqrt(D), Rational(1, 3), *entries])

    def arithmetic(self, shape, depth, bound):
        node = self.random.choice([kind for kind in ARITHMETIC if kind not in (MatrixProduct, nodes.ElementwisePower)])
        left = self.grow(shape, depth, bound)
        narrow = self.random.choice([shape, (ONE, shape[1]), (shape[0], ONE), None])
        right = self.grow(narrow, depth, bound) if narrow else self.scalar(bound)
        if node is nodes.ElementwiseQuotient:
            return node(left, nodes.ElementwiseSum(nodes.ElementwisePower(right, 2), 1) if narrow else right**2 + 1)
        if self.random.random() < 0.4 and (not narrow or broadcast(narrow, shape) == shape):
            left, right = right, left
        return node(left, right)

    def reduction(self, shape, depth, bound):
        length = self.random.choice([N, M, D])
        if shape[1] == 1:
            return self.random.choice(list(OVER_ROWS))(self.grow((shape[0], length), depth, bound))
        if shape[0] == 1:
            return self.random.choice(list(OVER_COLUMNS))(self.grow((length, shape[1]), depth, bound))
        return self.grow(shape, depth, bound)

    def selection(self, shape, depth, bound):
        node, kept, taken = (Column, 0, 1) if shape[1] == 1 else (Row, 1, 0)
        fitting = [matrix for matrix in self.pool if matrix.shape[kept] == shape[kept]]
        if shape[taken] != 1 or not fitting:
            return self.grow(shape, depth, bound)
        matrix = self.random.choice(fitting)
        places = [Integer(0), *(at for at, length in bound if length == matrix.shape[taken])]
        return node(matrix, self.random.choice(places))

    def index_sum(self, shape, depth, bound):
        length = self.random.choice([N, M, D])
        symbol = index(f"{self.random.choice('ab')}{length.name}")
        if len(bound) > 2 or any(symbol == at for at, _ in bound):
            return self.grow(shape, depth, bound)
        if shape[1] == length and self.random.random() < 0.3:
            return Concatenation(self.grow((shape[0], ONE), depth, (*bound, (symbol, length))), symbol, length)
        return IndexSum(self.grow(shape, depth, (*bound, (symbol, length))), symbol, length)


def random_case(random):
    """A random system, and arrays for its inputs with random leading axes."""
    growing, equations = Growing(random, INPUTS), []
    for number in range(random.randrange(1, 5)):
        shape = random.choice([(N, M), (N, D), (M, D), (N, N), (N, ONE), (ONE, M)])
        letters = random.sample(
            [(index(f"{letter}{length.name}"), length) for letter in "ab" for length in (N, M, D)], 2
        )
        axes = tuple(letters[: random.choice([0, 0, 1, 2])])
        equations.append(Equation(f"E{number}", growing.grow(shape, 4, axes), axes))
        if axes:
            growing.families.append(equations[-1].symbol)
        else:
            growing.pool.append(MatrixSymbol(f"E{number}", *shape))
    masks = [mask for mask in MASKS if any(equation.expression.has(mask) for equation in equations)]
    made = EquationSystem("random", (*INPUTS, *FAMILIES, *masks, T), tuple(equations), equations[-1].name)
    generator = np.random.default_rng(random.randrange(2**32))

    def batch():
        return random.choice([(), (), (2,), (5, 1), (5, 2)])

    given = {
        matrix.name: 0.7
        * generator.standard_normal((*batch(), *(LENGTHS.get(str(length), 1) for length in full_shape(matrix))))
        for matrix in (*INPUTS, *FAMILIES)
    }
    for mask in masks:
        shape = (*batch(), *(LENGTHS.get(str(length), 1) for length in mask.shape))
        given[mask.name] = generator.random(shape) < 0.6
    axes = batch()
    given["t"] = generator.standard_normal(axes) if axes else 0.6
    return made, given


def values(made, given):
    """Every equation's value by the plain route."""
    known = dict(given)
    if np.ndim(given["t"]):
        known["t"] = given["t"][..., None, None]
    with np.errstate(all="ignore"):
        for equation in made:
            known[equation.name] = over_axes(equation.expression, equation.axes, known)
    return {equation.name: known[equation.name] for equation in made}
