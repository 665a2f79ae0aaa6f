"""One small formula for every node, and every scalar, that tables of verification must know."""

import random

from symattn.equations import Equation, EquationSystem
from symattn.language.declarations import declare, parse_shape
from symattn.language.parsing import parse_equations
from symattn.nodes import Arithmetic, ElementwiseFunction, Node, Reduction

INPUTS = {"A": "n m", "B": "n m", "C": "m k", "t": "scalar"}
SIZES = {"n": 2, "m": 3, "k": 4}

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
}

MORE = {
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
    "a condition on the index of a sum": "sum(a, A[:, a] * softmax(B, where=(a / 3 + 1/3 != j / 3) & (j < i + 2)))",
}


def symbolic(formula):
    """The formula as a system whose sizes are symbols."""
    symbols = {name: declare(name, parse_shape(shape, name)) for name, shape in INPUTS.items()}
    equations = tuple(Equation(*each) for each in parse_equations(f"Y = {formula}", symbols))
    return EquationSystem("case", tuple(symbols.values()), equations, "Y")


def system(formula):
    """The formula as a system of concrete sizes."""
    return symbolic(formula).with_sizes(**SIZES)


def numbers(seed=0, of=INPUTS):
    generator = random.Random(seed)

    def rows(shape):
        lengths = [SIZES[name] for name in shape.split()]
        return [[generator.gauss(0, 1) for _ in range(lengths[1])] for _ in range(lengths[0])]

    return {name: generator.gauss(0, 1) if shape == "scalar" else rows(shape) for name, shape in of.items()}


def concrete_nodes():
    pending, found = list(Node.__subclasses__()), set()
    while pending:
        kind = pending.pop()
        pending.extend(kind.__subclasses__())
        if kind not in (Arithmetic, ElementwiseFunction, Reduction) and kind.__module__.startswith("symattn."):
            found.add(kind)
    return sorted(found, key=lambda kind: kind.__name__)


class Sparkle(ElementwiseFunction):
    """A node that no table knows."""


def with_sparkle():
    made = system("A")
    return EquationSystem("made up", made.input_symbols, (Equation("Y", Sparkle(made.inputs["A"])),), "Y")


__all__ = ["FORMULAS", "MORE", "concrete_nodes", "numbers", "symbolic", "system", "with_sparkle"]
