"""Linear attention is a recurrence: a state of fixed size takes in one key and value after the other."""

from symattn.deriving import Derivation, Recurrence, Theorem
from symattn.deriving.rules import definition, linearity, reassociate, restriction

SOURCE = "Katharopoulos et al. 2020, arXiv:2006.16236, section 3.4"

brackets = (
    Derivation(
        "the order of the products",
        "((F @ G.T) @ V) / rowsum(F @ G.T)",
        {"F": "n d_f", "G": "m d_f", "V": "m d_v"},
        source="Katharopoulos et al. 2020, arXiv:2006.16236, equations (4) and (5)",
    )
    .to("(F @ (G.T @ V)) / rowsum(F @ G.T)", by=reassociate)
    .to("(F @ (G.T @ V)) / (F @ colsum(G).T)", by=linearity)
)

state = Recurrence(
    "the state of linear attention",
    inputs={"G": "t d_f", "V": "t d_v"},
    rows={"G": "g", "V": "v"},
    first={"A": "g.T @ v", "z": "g"},
    following={"A": "A + g.T @ v", "z": "z + g"},
    closed={"A": "G.T @ V", "z": "colsum(G)"},
    source=SOURCE,
)

numerator = state.solved("A")
normaliser = state.solved("z")

LAST = {"F": "t d_f", "G": "t d_f", "V": "t d_v", "f": "1 d_f", "g": "1 d_f", "v": "1 d_v"}

output = (
    Derivation(
        "the last output of causal linear attention",
        "O[t:t + 1, :]",
        LAST,
        """
        C = matrix(t + 1, t + 1, 1 if j <= i else 0)
        A = (vstack(F, f) @ vstack(G, g).T) * C
        O = (A @ vstack(V, v)) / rowsum(A)
        """,
        source=SOURCE,
    )
    .to(
        "((f @ vstack(G, g).T) @ vstack(V, v)) / rowsum(f @ vstack(G, g).T)",
        by=restriction,
        note="the last row sees every key",
    )
    .to(
        "(f @ (vstack(G, g).T @ vstack(V, v))) / (f @ colsum(vstack(G, g)).T)",
        by=reassociate,
    )
    .to("(f @ (G.T @ V + g.T @ v)) / (f @ (colsum(G) + g).T)", by=definition, using=[numerator, normaliser])
)

theorem = Theorem(
    "D10",
    "Linear attention is a recurrence",
    "With weights that are products of features the sums over keys can be taken first: the state `G.T @ V` and the "
    "sum `colsum(G)` of the rows of `G`, to which each token adds its own term.",
    (brackets, numerator, normaliser, output),
    SOURCE,
)
