"""Systems of equations with their values in NumPy, written by hand, and how an entry becomes a number."""

import math

import numpy as np
from sympy import Float, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn import closed_form
from symattn.equations import Equation, EquationSystem
from symattn.language import parse_equations, parse_shape
from symattn.language.declarations import declare
from symattn.nodes import Member, full_shape
from symattn.shapes import size


def system(inputs, equations):
    symbols = {name: declare(name, parse_shape(shape, name)) for name, shape in inputs.items()}
    parsed = parse_equations(equations, symbols)
    return EquationSystem("case", tuple(symbols.values()), tuple(Equation(*each) for each in parsed), parsed[-1][0])


def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def softmax_where(scores, allowed):
    """Exponentials over the allowed keys, divided by their sum; a row without any stays 0."""
    weights = np.where(allowed != 0, np.exp(scores), 0)
    return np.array([row / row.sum() if row.any() else row for row in weights])


def sparse_weights(scores, alpha, allowed=None):
    """Entmax by bisection on its threshold, row by row."""
    weights = np.zeros_like(scores)
    for i, row in enumerate(scores):
        kept = [j for j in range(len(row)) if allowed is None or allowed[i][j] != 0]
        low, high = -100.0, 100.0
        for _ in range(200):
            tau = (low + high) / 2
            for j in kept:
                weights[i, j] = max((alpha - 1) * row[j] - tau, 0) ** (1 / (alpha - 1))
            low, high = (tau, high) if weights[i].sum() > 1 else (low, tau)
    return weights


def cosine(Q, K, V):
    lengths = np.linalg.norm(Q, axis=1, keepdims=True) * np.linalg.norm(K, axis=1)
    return softmax(Q @ K.T / lengths) @ V


def additive(Q, K, V, W_a, U_a, v_a):
    hidden = np.tanh((Q @ W_a.T)[:, None, :] + (K @ U_a.T)[None, :, :])
    return softmax(hidden @ v_a[:, 0]) @ V


CROSS = system(
    {"X": "n d", "Y": "m c", "W_Q": "d d_k", "W_K": "c d_k", "W_V": "c d_v"},
    "Q = X @ W_Q\nK = Y @ W_K\nV = Y @ W_V\nS = Q @ K.T / sqrt(d_k)\nP = softmax(S)\nO = P @ V",
)
"""Cross-attention; its letters d, m and c are also among those that bound indices are named by."""

GENERIC = {
    "X": [[1, 2, 0], [0, 1, -1]],
    "Y": [[1, 0], [1, 1], [0, 2]],
    "W_Q": [[1, 0, 2, 0], [0, 1, 0, 1], [1, 0, 0, -1]],
    "W_K": [[1, 1, 0, 0], [0, 1, 1, -1]],
    "W_V": [[2, -1], [1, 3]],
}
GENERIC_SIZES = {"n": 2, "m": 3, "d": 3, "c": 2, "d_k": 4, "d_v": 2}
GENERIC_OUTPUT = [[2.5064803910556540, 2.6698123731964509], [2.3071958857184984, 1.2258537197364282]]
"""The generic example: all sizes but two differ, and the scale 1/2 is rational."""

COSINE = system(
    {"Q": "n d_k", "K": "m d_k", "V": "m d_v"},
    "S = (Q @ K.T) / (rownorm(Q) @ rownorm(K).T)\nP = softmax(S)\nO = P @ V",
)

ADDITIVE = system(
    {"Q": "n d_q", "K": "m d_k", "V": "m d_v", "W_a": "d_a d_q", "U_a": "d_a d_k", "v_a": "d_a 1"},
    """
A = Q @ W_a.T
B = K @ U_a.T
S = sum(a, v_a[a] * tanh(A[:, a] + B[:, a].T))
P = softmax(S)
O = P @ V""",
)

MECHANISMS = {
    "cosine": (COSINE, {"n": 2, "m": 3, "d_k": 2, "d_v": 1}, cosine),
    "additive": (ADDITIVE, {"n": 2, "m": 3, "d_q": 2, "d_k": 1, "d_v": 2, "d_a": 2}, additive),
    "one key of one number": (COSINE, {"n": 2, "m": 1, "d_k": 1, "d_v": 2}, cosine),
    "one hidden unit": (ADDITIVE, {"n": 1, "m": 2, "d_q": 1, "d_k": 2, "d_v": 1, "d_a": 1}, additive),
}

NODE_INPUTS = {
    "A": "n m",
    "B": "m p",
    "C": "n m",
    "M": "n m",
    "r": "1 m",
    "v": "m 1",
    "b": "scalar",
    "F": "g m p",
    "w": "2*q+1 1",
    "D": "n 2*m",
}
NODE_SIZES = {"n": 2, "m": 3, "p": 4, "g": 2, "q": 1}
NODE_NUMBERS = {
    "A": [[0.5, -1.25, 2.0], [1.5, 0.25, -0.75]],
    "B": [[1.0, -2.0, 0.5, 3.0], [0.0, 1.0, 2.0, -1.0], [4.0, 0.25, -0.5, 1.0]],
    "C": [[3.0, 1.0, 0.5], [0.25, 2.0, 1.0]],
    "M": [[0.0, 0.0, 0.0], [1.0, 0.0, -2.0]],
    "r": [[1.0, 2.0, -1.0]],
    "v": [[0.5], [-1.0], [2.0]],
    "b": 0.75,
    "F": [
        [[0.25, 1.0, -1.0, 2.0], [3.0, -0.5, 0.0, 1.0], [1.0, 1.0, -2.0, 0.5]],
        [[-1.0, 0.5, 2.0, 0.0], [1.5, 1.0, -1.0, 2.0], [0.25, -3.0, 1.0, 1.0]],
    ],
    "w": [[0.5], [2.0], [-1.5]],
    "D": [[1.0, -1.0, 0.5, 2.0, 0.0, 3.0], [0.25, 4.0, -2.0, 1.0, -0.5, 1.5]],
}
A, B, C, M, r, v, F, w, D = (np.array(NODE_NUMBERS[name]) for name in "ABCMrvFwD")
b = NODE_NUMBERS["b"]
erf = np.vectorize(math.erf)

NODE_CASES = {
    "A @ B": A @ B,
    "(A @ B).T": (A @ B).T,
    "A @ (B @ B.T)": A @ (B @ B.T),
    "A + r": A + r,
    "r - C": r - C,
    "A * C": A * C,
    "r / C": r / C,
    "C ** 2": C**2,
    "(A * C) ** 2": (A * C) ** 2,
    "C / (A * A)": C / (A * A),
    "-A": -A,
    "A - (C - A)": A - (C - A),
    "exp(A)": np.exp(A),
    "log(C)": np.log(C),
    "tanh(-A - C)": np.tanh(-A - C),
    "sigmoid(A - C)": 1 / (1 + np.exp(C - A)),
    "relu(A)": np.maximum(A, 0),
    "elu(A)": np.where(A > 0, A, np.exp(A) - 1),
    "elu(A) @ elu(C).T": np.where(A > 0, A, np.exp(A) - 1) @ C.T,
    "gelu(A + C)": (A + C) * (1 + erf((A + C) / math.sqrt(2))) / 2,
    "sqrt(C)": np.sqrt(C),
    "scatter(n, m, A, i, (i + j) % 3)": np.array([A[0], np.roll(A[1], 1)]),
    "scatter(m, n, A * C, j, i)": (A * C).T,
    "scatter(n + 2, m, A, i + 1, j)": np.vstack([0 * A[:1], A, 0 * A[:1]]),
    "scatter(1, 1, A, 0, 0) * C": A.sum() * C,
    "scatter(2, 2, A, j - 1, j // 2)": np.array([[A[:, 1].sum(), 0], [0, A[:, 2].sum()]]),
    "sum(h, scatter(m, p, F[h], (i + h) % m, 0 if i < h else j))": F[0]
    + np.vstack([F[1][2:], [[F[1][0].sum(), 0, 0, 0]], F[1][1:2]]),
    "exp(-A * A / 2) / sqrt(2 * pi)": np.exp(-A * A / 2) / math.sqrt(2 * math.pi),
    "erf(A) * C": erf(A) * C,
    "(erf(b) + b * erf(b)) * A": (1 + b) * math.erf(b) * A,
    "step(M) - sign(M) * C": (M > 0) - np.sign(M) * C,
    "(step(b) + sign(-b)) * A": 0 * A,
    "abs(A)": abs(A),
    "softmax(A)": softmax(A),
    "softmax(softmax(A) * C)": softmax(softmax(A) * C),
    "softmax(A, where=causal)": softmax_where(A, np.tril(np.ones((2, 3)))),
    "softmax(A.T, where=causal_lower_right)": softmax_where(A.T, np.tril(np.ones((3, 2)), -1)),
    "softmax(A, where=window(1, 1)) @ B": softmax_where(A, np.tri(2, 3, 1)) @ B,
    "softmax(A, where=M)": softmax_where(A, M),
    "softmax(A, where=C - 1)": softmax_where(A, C - 1),
    "softmax(A, where=M & causal)": softmax_where(A, np.tril(M)),
    "softmax(A, where=M & (j <= i) & (r + 1)) @ B": softmax_where(A, np.tril(M * (r + 1))) @ B,
    "softmax(A, where=ones(n, m) & eye(n) @ M)": softmax_where(A, M),
    "softmax(A, where=zeros(n, 1))": np.zeros((2, 3)),
    "softmax(A, where=j == 1)": np.array([[0.0, 1.0, 0.0]] * 2),
    "sum(a, A[:, a] * softmax(C, where=(j <= a) & M))": sum(
        A[:, [a]] * softmax_where(C, M * (np.arange(3) <= a)) for a in range(3)
    ),
    "rowsum(A)": A.sum(axis=1, keepdims=True),
    "rowsum(A @ B)": (A @ B).sum(axis=1, keepdims=True),
    "colsum(A)": A.sum(axis=0, keepdims=True),
    "rowmean(A)": A.mean(axis=1, keepdims=True),
    "colmean(A)": A.mean(axis=0, keepdims=True),
    "rowmax(A)": A.max(axis=1, keepdims=True),
    "colmax(A * C)": (A * C).max(axis=0, keepdims=True),
    "rownorm(A)": np.linalg.norm(A, axis=1, keepdims=True),
    "lse(A)": np.log(np.exp(A).sum(axis=1, keepdims=True)),
    "A[:, 2]": A[:, 2:],
    "B[1, :]": B[1:2],
    "sum(a, v[a] * (A[:, a] @ B[a, :]))": A @ (v * B),
    "sum(a, a * A[:, a])": (A * np.arange(3)).sum(axis=1, keepdims=True),
    "sum(a, sum(k, v[k] * A[:, a]))": (A * v.sum()).sum(axis=1, keepdims=True),
    "eye(n) @ A": A,
    "A @ ones(m, 2)": A @ np.ones((3, 2)),
    "ones(n, 2) @ ones(2, m) + zeros(n, m)": np.full((2, 3), 2.0),
    "A @ (eye(m) - ones(m, m) / m)": A - A.mean(axis=1, keepdims=True),
    "b * A / (1 + b**2)": b * A / (1 + b**2),
    "(tanh(b) + exp(-b) + relu(b) + elu(-b) + gelu(b) + sigmoid(b)) * A": (
        math.tanh(b)
        + math.exp(-b)
        + b
        + math.exp(-b)
        - 1
        + b * (1 + math.erf(b / math.sqrt(2))) / 2
        + 1 / (1 + math.exp(-b))
    )
    * A,
    "v[1] * A / sqrt(m)": -A / math.sqrt(3),
    "(abs(b) + log(b) + sqrt(b)) * A": (b + math.log(b) + math.sqrt(b)) * A,
    "cos(A) - sin(C)": np.cos(A) - np.sin(C),
    "(cos(b) + sin(b)) * A": (math.cos(b) + math.sin(b)) * A,
    "lse(A, where=causal)": np.log(np.where(np.tri(2, 3), np.exp(A), 0).sum(axis=1, keepdims=True)),
    "hardmax(A)": np.array([[0.0, 0, 1], [1, 0, 0]]),
    "hardmax(M)": np.array([[1 / 3, 1 / 3, 1 / 3], [1, 0, 0]]),
    "hardmax(-A, where=M)": np.array([[0.0, 0, 0], [0, 0, 1]]),
    "sparsemax(A)": sparse_weights(A, 2),
    "sparsemax(A - C, where=M)": sparse_weights(A - C, 2, M),
    "entmax(A, 1.5)": sparse_weights(A, 1.5),
    "entmax(C, 4/3, where=causal) @ B": sparse_weights(C, 4 / 3, np.tri(2, 3)) @ B,
    "entmax(C / 3, 3)": sparse_weights(C / 3, 3),
    "A @ F[1]": A @ F[1],
    "sum(h, A @ F[h])": A @ F.sum(axis=0),
    "sum(h, (h + 1) * F[h])": F[0] + 2 * F[1],
    "sum(h, F[h][:, 1] @ F[h][0, :])": sum(np.outer(each[:, 1], each[0]) for each in F),
    "concat(h, A @ F[h])": np.hstack([A @ F[0], A @ F[1]]),
    "concat(h, F[h][:, 2])": F[:, :, 2].T,
    "concat(h, F[h]) + v": np.hstack(list(F)) + v,
    "D[:, m:] @ D[:, 0:m].T": D[:, 3:] @ D[:, :3].T,
    "B[0:1, :] + B": B[:1] + B,
    "A[:, m - 1:m] + r": A[:, 2:] + r,
    "w[q:2*q + 1, 0:1].T": w[1:].T,
    "sum(h, D[:, h*m:(h + 1)*m] * (h + 1))": D[:, :3] + 2 * D[:, 3:],
    "concat(h, D[:, h*m:h*m + m] @ B)": np.hstack([D[:, :3] @ B, D[:, 3:] @ B]),
    "hstack(A, C) @ ones(2*m, 1)": np.hstack([A, C]).sum(axis=1, keepdims=True),
    "vstack(A, r, C)": np.vstack([A, r, C]),
    "hstack(v, B, v)": np.hstack([v, B, v]),
    "vstack(r, eye(m))": np.vstack([r, np.eye(3)]),
    "matrix(n, m, i - 2 * j)": np.arange(2)[:, None] - 2 * np.arange(3),
    "matrix(n, m, 100 ** (-(j // 2) / 2) * (i + 1))": np.array([[1, 1, 0.1], [2, 2, 0.2]]),
    "matrix(n, m, cos(i - j / 3)) * A": np.cos(np.arange(2)[:, None] - np.arange(3) / 3) * A,
    "matrix(n, m, A[i, j - 1] if j >= 1 else 0)": np.array([[0, 0.5, -1.25], [0, 1.5, 0.25]]),
    "matrix(m, n, A[j, m - 1 - i])": A[:, ::-1].T,
    "matrix(n, m, 2 * A[i, clip(j - 1, 0, m - 1)] - b)": 2 * A[:, [0, 0, 1]] - b,
    "matrix(m, m, w[j - i + q] if abs(i - j) <= q else 0)": np.array([[2, -1.5, 0], [0.5, 2, -1.5], [0, 0.5, 2]]),
    "matrix(n, m, F[i][j, 2 * i + 1])": np.array([F[0][:, 1], F[1][:, 3]]),
    "matrix(p, p, F[(i + j) % 2][0, j])": np.array([[F[(i + j) % 2, 0, j] for j in range(4)] for i in range(4)]),
    "sum(h, matrix(p, m, h * F[h][j, i]))": F[1].T,
    "sum(a, matrix(n, m, A[i, a] if a <= j else 0))": A.cumsum(axis=1),
    "concat(h, matrix(m, 2, F[h][i, j + 2 * h]))": np.hstack([F[0][:, :2], F[1][:, 2:]]),
    "matrix(n, m, A[i, j] if A[i, j] > C[i, j] else -C[i, j])": np.where(A > C, A, -C),
    "matrix(n, m, 1 if (j > 0) & (A[i, j - 1] < 1) else b)": np.array([[b, 1, 1], [b, b, 1]]),
    "matrix(n, m, (1 if A[i, j] == 2 else 2) if M[i, j] != 0 else 3)": np.array([[3.0, 3, 3], [2, 3, 2]]),
    "matrix(n, m, 1 if 0 <= A[i, j] < C[i, j] else 0)": ((A >= 0) & (A < C)).astype(float),
    "matrix(n, m, min(A[i, j], C[i, j]) + max(A[i, j], b, i))": np.minimum(A, C)
    + np.maximum(np.maximum(A, b), [[0], [1]]),
    "matrix(n, m, floor(A[i, j] + b))": np.floor(A + b),
}


def random_inputs(case, seed=5):
    """Numbers for the inputs of a system with concrete sizes, from 0.25 to 2 so that no length vanishes."""
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(0.25, 2, [int(n) for n in full_shape(symbol)]) for name, symbol in case.inputs.items()}


def as_number(expression, values):
    """An entry with numbers for what it mentions."""
    given = {}
    for part in expression.atoms(MatrixElement, Symbol):
        if isinstance(part, MatrixElement):
            member = part.parent.positions if isinstance(part.parent, Member) else ()
            place = tuple(int(position) for position in (*member, part.i, part.j))
            given[part] = Float(float(np.asarray(values[part.parent.name])[place]), 30)
        elif part.name in values:
            given[part] = Float(values[part.name], 30)
    return float(expression.xreplace(given).doit().evalf(20))


def at_place(expression, sizes, i, j, place):
    """An entry with symbolic sizes and positions, at some sizes and one position, its sums carried out."""
    concrete = expression.subs({size(name): value for name, value in sizes.items()})
    return concrete.subs({i: place[0], j: place[1]}).doit()


def all_entries(case, name, values, **options):
    """Every entry of a value with concrete sizes, from its closed form, as numbers."""
    shape = [int(length) for length in case.shape(name)]
    found = np.empty(shape)
    for place in np.ndindex(*shape):
        found[place] = as_number(closed_form.entry(case, name, *place, **options), values)
    return found


def values_of(case, values):
    """Every named value in turn, computed from closed forms over the values before it."""
    known = dict(values)
    for equation in case:
        known[equation.name] = all_entries(case, equation.name, known)
    return known
