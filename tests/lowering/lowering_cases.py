"""Systems of equations and inputs that the tests of lowering share; nothing here but the language is needed."""

import numpy as np

from symattn.equations import Equation, EquationSystem
from symattn.language.declarations import declare, parse_shape
from symattn.language.parsing import parse_equations
from symattn.shapes import size


def system(equations, source="", name="a case", **inputs):
    """The equations over inputs given by their shapes, ``Q="n d_k"``."""
    symbols = {key: declare(key, parse_shape(shape, key)) for key, shape in inputs.items()}
    parsed = [Equation(*each) for each in parse_equations(equations, symbols)]
    return EquationSystem(name, tuple(symbols.values()), tuple(parsed), parsed[-1].name, source)


ATTENTION = system(
    "S = Q @ K.T / sqrt(d_k)\nP = softmax(S)\nO = P @ V",
    Q="n d_k",
    K="m d_k",
    V="m d_v",
    name="scaled dot-product attention",
    source="Vaswani et al. 2017, arXiv:1706.03762, eq. (1)",
)

ADDITIVE = system(
    "A = Q @ W_a.T\nB = K @ U_a.T\nS = sum(a, v_a[a] * tanh(A[:, a] + B[:, a].T))\nP = softmax(S)\nO = P @ V",
    Q="n d_q",
    K="m d_k",
    V="m d_v",
    W_a="d_a d_q",
    U_a="d_a d_k",
    v_a="d_a 1",
    name="additive attention",
)

CROSS_ATTENTION = system(
    "Q = X @ W_Q\nK = Y @ W_K\nV = Y @ W_V\nS = Q @ K.T / sqrt(d_k)\nP = softmax(S)\nO = P @ V",
    X="n d",
    Y="m c",
    W_Q="d d_k",
    W_K="c d_k",
    W_V="c d_v",
    name="cross-attention",
)

GENERIC = {
    "X": [[1, 2, 0], [0, 1, -1]],
    "Y": [[1, 0], [1, 1], [0, 2]],
    "W_Q": [[1, 0, 2, 0], [0, 1, 0, 1], [1, 0, 0, -1]],
    "W_K": [[1, 1, 0, 0], [0, 1, 1, -1]],
    "W_V": [[2, -1], [1, 3]],
}
"""Cross-attention with n, m, d, c, d_k, d_v = 2, 3, 3, 2, 4, 2: no two sides alike."""

GENERIC_OUTPUT = [[2.5064803910556540259, 2.6698123731964508572], [2.3071958857184983971, 1.2258537197364282304]]
GENERIC_DX = [
    [-1.1787081076889204112, 0.58930431497704677187, -0.29470189635593681964],
    [0.25393950347205354595, 0.057237881186732597773, 0.15558869232939307186],
]
GENERIC_DY = [
    [3.4689984229679692936, 1.3853058207008796089],
    [3.6320319719042855227, -0.022190746948217022851],
    [-0.10103039487225481628, -1.3631150737526625861],
]
"""Gradients for the upstream gradient [[1, -1], [2, 0]]."""


def matrices(seed=0, batch=(), dtype="float64", **shapes):
    """Random matrices by name, ``Q=(2, 3)``, with leading axes ``batch``."""
    generator = np.random.default_rng(seed)
    return {name: generator.standard_normal((*batch, *shape)).astype(dtype) for name, shape in shapes.items()}


def attention_by_loops(Q, K, V):
    """Scaled dot-product attention, one number at a time."""
    from math import exp, sqrt

    result = []
    for q in Q.tolist():
        scores = [sum(a * b for a, b in zip(q, k, strict=True)) / sqrt(len(q)) for k in K.tolist()]
        weights = [exp(score - max(scores)) for score in scores]
        total = sum(weights)
        columns = zip(*V.tolist(), strict=True)
        result.append([sum(w * v for w, v in zip(weights, column, strict=True)) / total for column in columns])
    return np.array(result)


NODE_FORMULAS = {
    "MatrixProduct": "A @ C",
    "ElementwiseSum": "A + B[:, 0]",
    "ElementwiseDifference": "A - B[1, :]",
    "ElementwiseProduct": "A * B",
    "ElementwiseQuotient": "A / (B * B + 1)",
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
    "Cosine": "cos(A * 2)",
    "Sine": "sin(A) * A",
    "AbsoluteValue": "abs(A)",
    "ErrorFunction": "erf(A) - erf(t)",
    "a number with a name": "exp(-A * A / 2) / sqrt(2 * pi) + matrix(n, m, cos(pi * i / m))",
    "Step": "step(A) * B",
    "Sign": "A - sign(A)",
    "Softmax": "softmax(A)",
    "IndexCondition": "softmax(A, where=causal)",
    "Intersection": "softmax(A * 3, where=M & (i + j > 0))",
    "softmax over a mask": "softmax(A + B, where=M)",
    "softmax over a formula": "softmax(A, where=relu(C.T - B))",
    "a window": "softmax(A, where=window(1, 0)) @ C",
    "masked by the last key": "softmax(A, where=causal_lower_right) + softmax(C, where=causal_lower_right).T",
    "masked by an empty set": "softmax(A, where=i < 0) + A",
    "masked in a sum": "sum(a, softmax(A * A[:, a], where=M) * B[:, a])",
    "masked by the index of a sum": "sum(a, softmax(A, where=(j <= a) & M.T.T) * B[:, a])",
    "masked by fractions": "softmax(C, where=i/3 + j/2 <= 2/3)",
    "masked by a root": "softmax(C, where=sqrt(i) <= j)",
    "masked by sizes": "softmax(C, where=(n < m) & (j != 1))",
    "Hardmax": "hardmax(A, where=M) * B",
    "Entmax": "entmax(A, 3/2)",
    "sparsemax": "sparsemax(2 * A, where=M)",
    "another entmax": "entmax(A, 5/4, where=j != i)",
    "log-sum-exp over a set": "lse(A, where=j > 0)",
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
    "nested sums": "sum(b, sum(a, A[:, a] * C[a, b] * B[b, :]) - C[:, b].T @ C @ B)",
    "a diagonal": "sum(a, D[a, a] * A)",
    "an index as a number": "sum(a, a * A[:, a] / (a + 1))",
    "two indices against their order": "sum(a, sum(b, C[b, a] * A[0, b] * B))",
    "Member": "F[1] - A",
    "members of a sum": "sum(h, F[h] @ C @ F[1] * F[h][0, 2])",
    "Concatenation": "concat(h, F[h]) @ concat(h, A - F[h]).T",
    "Block": "A[:, 0:1] @ B[0:1, :]",
    "blocks along an index": "sum(h, A[:, h:h+1] * B[:, h:h+1])",
    "HorizontalStack": "hstack(A, B[:, 0], 2 * A)",
    "VerticalStack": "vstack(A, B[1, :], B) * 3",
    "IndexedMatrix": "matrix(n, m, A[i, j - 1] if j >= 1 else i - C[j, i])",
    "Scatter": "scatter(m, n + 1, A * B, j - 1, (i + 2 * j) % 3)",
    "a scatter in the index of a sum": "sum(h, scatter(n, m, F[h] * t, i, clip(j - i + h, -1, m - 1)) @ C) + C[0, 0]",
    "a scatter to positions that are rounded": "scatter(n, n, A, floor(8 * log(j + 1) / log(16)), 1 if i > j else i)",
    "a formula of indices": "matrix(n, m, cos(i * 100 ** (-j / m)))",
    "a formula in the index of a sum": "sum(h, matrix(n, m, F[h][n - 1 - i, (j + h) % m] * abs(h - i)))",
    "constants": "eye(n) @ A + ones(n, 1) - zeros(1, m)",
    "roots of sizes": "A @ C / sqrt(m) * (2 / 3)",
    "a scalar input": "t * A - exp(t) + tanh(t)",
    "scalar functions": "A * relu(t) + elu(t) * sigmoid(t) - gelu(t) * abs(t) + log(t * t + 2) / sqrt(t * t + 3)",
    "entries": "A * B[0, 2] + A[1, 1]",
    "an inverse power": "(A * A + 1) ** -2",
}
NODE_INPUTS = {"A": "n m", "B": "n m", "C": "m n", "D": "n n", "F": "H n m", "M": "n m", "t": "scalar"}
NODE_SIZES = {"n": 2, "m": 3, "H": 2}


def node_case(formula):
    """One formula as a system with symbolic sizes, and numbers for its inputs."""
    made = system(f"Y = {formula}", **NODE_INPUTS)
    numbers = matrices(5, A=(2, 3), B=(2, 3), C=(3, 2), D=(2, 2), F=(2, 2, 3))
    return made, {**numbers, "M": np.array([[True, False, True], [False, False, False]]), "t": 0.75}


def concrete(length):
    """A size of ``NODE_SIZES`` as a number."""
    return int(length.subs({size(name): value for name, value in NODE_SIZES.items()}))
