"""One small formula for every node, and every scalar, that tables of verification must know."""

import random

from symattn.equations import Equation, EquationSystem
from symattn.language.declarations import declare, parse_shape
from symattn.language.parsing import parse_equations
from symattn.nodes import Arithmetic, ByRowAndColumn, ElementwiseFunction, Node, OverAllowedKeys, OverAnIndex, Reduction
from symattn.shapes import size

INPUTS = {"A": "n m", "B": "n m", "C": "m k", "t": "scalar"}
FAMILY = {"D": "p m 2*k"}
SIZES = {"n": 2, "m": 3, "k": 4, "p": 2}

FORMULAS = {
    "MatrixProduct": "A @ C",
    "ElementwiseSum": "A + B[:, 0]",
    "ElementwiseDifference": "A - B[1, :]",
    "ElementwiseProduct": "A * B",
    "ElementwiseQuotient": "A / B",
    "ElementwisePower": "A ** 3",
    "Negation": "-A",
    "Exponential": "exp(A)",
    "Logarithm": "log(A * A + 1/3)",
    "HyperbolicTangent": "tanh(A)",
    "Sigmoid": "sigmoid(A)",
    "RectifiedLinear": "relu(A)",
    "ExponentialLinear": "elu(A)",
    "GaussianLinear": "gelu(A)",
    "SquareRoot": "sqrt(A * A + 0.1)",
    "AbsoluteValue": "abs(A)",
    "ErrorFunction": "erf(A @ C) * erf(t)",
    "Step": "step(A @ C) * t",
    "Sign": "sign(A) * A",
    "Softmax": "softmax(A @ C)",
    "RowSum": "rowsum(A)",
    "ColumnSum": "colsum(A)",
    "RowMean": "rowmean(A)",
    "ColumnMean": "colmean(A)",
    "RowMax": "rowmax(A)",
    "ColumnMax": "colmax(A)",
    "RowNorm": "rownorm(A)",
    "LogSumExp": "lse(A)",
    "Column": "A[:, 1]",
    "Row": "A[1, :]",
    "IndexSum": "sum(a, A[:, a] * C[a, :])",
    "IndexCondition": "softmax(A, where=causal)",
    "Intersection": "softmax(A @ C, where=(relu(A) @ C) & (j <= i + 1))",
    "Cosine": "cos(A)",
    "Sine": "sin(3 * A)",
    "Hardmax": "hardmax(A @ C) * t",
    "Entmax": "entmax(A @ C, 3/2)",
    "Member": "A @ D[1]",
    "Concatenation": "concat(h, A @ D[h])",
    "Block": "A @ D[0][:, k:]",
    "HorizontalStack": "hstack(A, B[:, 0], A * B)",
    "VerticalStack": "vstack(A, B[1, :]) @ C",
    "Scatter": "scatter(m + n, 2, A * B, i + j, j // 2)",
    "IndexedMatrix": "matrix(n, m + 1, A[i, j - 1] * cos(i * 10 ** (-(j // 2) / 3)) if j > 0 else t * (i % 2))",
}

MORE = {
    "a number with a name": "exp(-A * A / 2) / sqrt(2 * pi) + matrix(n, m, cos(pi * i / m) * pi ** j)",
    "constants": "eye(n) @ A + ones(n, 1) - zeros(1, m)",
    "transposes": "(A.T @ B).T",
    "roots of sizes": "A @ C / sqrt(m) * (2 / 3)",
    "a scalar input": "t * A - exp(t) + tanh(t)",
    "scalar functions": "A * relu(t) + elu(t) * sigmoid(t) - gelu(t) * abs(t) + log(t * t + 2)",
    "entries": "A * B[0, 2] + A[1, 1]",
    "an inverse power": "(A * A + 1) ** -2",
    "a set among the values": "softmax(A, where=relu(B)) @ C",
    "rows without keys": "softmax(A.T, where=causal_lower_right) @ B",
    "a set that stretches": "softmax(A, where=B[0, :] * 2) * softmax(A, where=relu(A[:, 0]))",
    "a scatter for each member": "A @ sum(h, scatter(m, k, D[h], (i + h) % m, j - 1 if i > j else h)) * t",
    "a scatter of roots": "scatter(n, m, A @ C, floor(8 * log(j + 1) / log(16)), clip(j - i, -1, 2))",
    "a sum over members": "sum(h, A @ D[h]) * t",
    "a sparse maximum of allowed scores": "sparsemax(A.T, where=causal) @ B",
    "a steep entmax": "entmax(A, 4)",
    "a gentle entmax": "entmax(A, 5/4, where=B[0, :])",
    "a hard maximum of allowed scores": "hardmax(A @ C, where=C[0, :]) @ C.T",
    "lse of allowed scores": "relu(lse(A, where=(j <= i)))",
    "clipped subscripts": "matrix(n, n, A[max(i, 0), clip(j - i, -1, 1) + 1] if i > j else min(t, 2) * (i - j))",
    "cases by value": "matrix(n, m, A[i, j] / 3 if A[i, j] > B[i, j] else -B[i, j])",
    "logarithms of indices": "A + matrix(n, m, floor(8 * log(j + 1) / log(16)) * 2 ** (i - j))",
    "a whole part": "A * matrix(n, m, floor(7 * t) % 2 + floor(B[i, j] * 2))",
    "powers of entries": "matrix(n, m, (A[i, j] ** 2 + t ** 2) ** 1.5 * exp(A[i, j]) ** 3)",
    "a condition on the index of a sum": "sum(a, A[:, a] * softmax(B, where=(a / 3 + 1/3 != j / 3) & (j < i + 2)))",
}


def symbolic(formula):
    """The formula as a system whose sizes are symbols."""
    inputs = {**INPUTS, **FAMILY} if "D" in formula else INPUTS
    symbols = {name: declare(name, parse_shape(shape, name)) for name, shape in inputs.items()}
    equations = tuple(Equation(*each) for each in parse_equations(f"Y = {formula}", symbols))
    return EquationSystem("case", tuple(symbols.values()), equations, "Y")


def system(formula):
    """The formula as a system of concrete sizes."""
    made = symbolic(formula)
    return made.with_sizes(**{each.name: SIZES[each.name] for each in made.sizes})


def numbers(seed=0, of=None):
    generator = random.Random(seed)

    def nested(lengths):
        return [nested(lengths[1:]) for _ in range(lengths[0])] if lengths else generator.gauss(0, 1)

    def lengths(shape, name):
        values = {size(each): value for each, value in SIZES.items()}
        return [int(length.subs(values)) for length in parse_shape(shape, name)]

    return {name: nested(lengths(shape, name)) for name, shape in (of or {**INPUTS, **FAMILY}).items()}


def concrete_nodes():
    pending, found = list(Node.__subclasses__()), set()
    while pending:
        kind = pending.pop()
        pending.extend(kind.__subclasses__())
        if kind not in (
            Arithmetic,
            ByRowAndColumn,
            ElementwiseFunction,
            OverAllowedKeys,
            OverAnIndex,
            Reduction,
        ) and kind.__module__.startswith("symattn.nodes."):
            found.add(kind)
    return sorted(found, key=lambda kind: kind.__name__)


class Sparkle(ElementwiseFunction):
    """A node that no table knows."""


def with_sparkle():
    made = system("A")
    return EquationSystem("made up", made.input_symbols, (Equation("Y", Sparkle(made.inputs["A"])),), "Y")


__all__ = ["FORMULAS", "MORE", "concrete_nodes", "numbers", "symbolic", "system", "with_sparkle"]
