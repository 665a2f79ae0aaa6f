"""Systems of equations for the tests of exact numbers, built without the library of mechanisms."""

from symattn.equations import Equation, EquationSystem
from symattn.language import parse_equations, parse_shape
from symattn.language.declarations import declare

CROSS = {"Q": "n d_k", "K": "m d_k", "V": "m d_v"}
SELF = {"X": "n d", "W_K": "d d_k", "W_Q": "d d_k", "W_V": "d d_v"}
PROJECTED = {"X": "n d", "Y": "m e", "W_Q": "d d_k", "W_K": "e d_k", "W_V": "e d_v"}
SQUARE = {"A": "n n"}

DOT = "S = Q @ K.T\nP = softmax(S)\nO = P @ V"
SCALED = "S = Q @ K.T / sqrt(d_k)\nP = softmax(S)\nO = P @ V"
COSINE = "S = (Q @ K.T) / (rownorm(Q) @ rownorm(K).T)\nP = softmax(S)\nO = P @ V"
LINEAR = "F = elu(Q) + 1\nG = elu(K) + 1\nP = (F @ G.T) / (F @ colsum(G).T)\nO = P @ V"
SELF_DOT = "K = X @ W_K\nQ = X @ W_Q\nV = X @ W_V\n" + DOT
SELF_SCALED = "K = X @ W_K\nQ = X @ W_Q\nV = X @ W_V\n" + SCALED
CROSS_PROJECTED = "Q = X @ W_Q\nK = Y @ W_K\nV = Y @ W_V\n" + SCALED
ADDITIVE = """A = Q @ W_a.T
B = K @ U_a.T
S = sum(a, v_a[a] * tanh(A[:, a] + B[:, a].T))
P = softmax(S)
O = P @ V"""
ADDITIVE_INPUTS = {**CROSS, "Q": "n d_q", "W_a": "d_a d_q", "U_a": "d_a d_k", "v_a": "d_a 1"}

GENERIC = {
    "X": [[1, 2, 0], [0, 1, -1]],
    "Y": [[1, 0], [1, 1], [0, 2]],
    "W_Q": [[1, 0, 2, 0], [0, 1, 0, 1], [1, 0, 0, -1]],
    "W_K": [[1, 1, 0, 0], [0, 1, 1, -1]],
    "W_V": [[2, -1], [1, 3]],
}
"""Cross-attention in which no two sizes are equal: n=2, m=3, d=3, e=2, d_k=4, d_v=2."""


def system_of(inputs, equations, name="attention"):
    symbols = {key: declare(key, parse_shape(shape, key)) for key, shape in inputs.items()}
    parsed = parse_equations(equations, symbols)
    return EquationSystem(name, tuple(symbols.values()), tuple(Equation(*each) for each in parsed), parsed[-1][0])
