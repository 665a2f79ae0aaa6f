"""The worked example of three tokens, exactly, at every scale: integers, and fractions of powers of u = exp(2 t)."""

from collections.abc import Iterable

from symattn import article
from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import definition, linearity, quotient, transpose


def table(rows: Iterable[Iterable[object]]) -> str:
    """A matrix of numbers in the language of equations.

    >>> table([[1, "u**2"]])
    'hstack((1) * ones(1, 1), (u**2) * ones(1, 1))'
    """
    lines = ["hstack(" + ", ".join(f"({entry}) * ones(1, 1)" for entry in row) + ")" for row in rows]
    return lines[0] if len(lines) == 1 else f"vstack({', '.join(lines)})"


SCALE = {"t": "scalar"}

GIVEN = "\n".join(f"{name} = {table(rows)}" for name, rows in article.SELF_ATTENTION.items())

queries = Derivation("the queries", "X @ W_Q", SCALE, GIVEN).to(table(article.ATTENTION["Q"]), by=definition)
keys = Derivation("the keys", "X @ W_K", SCALE, GIVEN).to(table(article.ATTENTION["K"]), by=definition)
values = Derivation("the values", "X @ W_V", SCALE, GIVEN).to(table(article.ATTENTION["V"]), by=definition)

ATTENTION = "\n".join(f"{name} = {table(article.ATTENTION[name])}" for name in ("Q", "K", "V"))

scores = Derivation("the scores", "Q @ K.T", SCALE, ATTENTION).to(
    table([[2, 4, 4], [4, 16, 12], [4, 12, 10]]), by=transpose, using=[queries, keys]
)

WEIGHTS = [
    ["1 / (1 + 2 * u)", "u / (1 + 2 * u)", "u / (1 + 2 * u)"],
    ["1 / (1 + u**4 + u**6)", "u**6 / (1 + u**4 + u**6)", "u**4 / (1 + u**4 + u**6)"],
    ["1 / (1 + u**3 + u**4)", "u**4 / (1 + u**3 + u**4)", "u**3 / (1 + u**3 + u**4)"],
]

POWERS = ATTENTION + "\nu = exp(2 * t)"

weights = Derivation("the weights at the scale t", "softmax(t * Q @ K.T)", SCALE, POWERS).to(
    table(WEIGHTS),
    by=quotient,
    using=[scores],
    note="t = 1 unscaled, t = 1/√3 scaled: the same fractions",
    evidence="exact",
)

outputs = (
    Derivation("the outputs at the scale t", "softmax(t * Q @ K.T) @ V", SCALE, POWERS)
    .to(f"{table(WEIGHTS)} @ V", by=quotient, using=[weights, values], evidence="exact")
    .to(
        table(
            [
                ["(1 + 4 * u) / (1 + 2 * u)", "2 * (1 + 7 * u) / (1 + 2 * u)", "3 * (1 + u) / (1 + 2 * u)"],
                [
                    "(1 + 2 * u**4 + 2 * u**6) / (1 + u**4 + u**6)",
                    "2 * (1 + 3 * u**4 + 4 * u**6) / (1 + u**4 + u**6)",
                    "3 * (1 + u**4) / (1 + u**4 + u**6)",
                ],
                [
                    "(1 + 2 * u**3 + 2 * u**4) / (1 + u**3 + u**4)",
                    "2 * (1 + 3 * u**3 + 4 * u**4) / (1 + u**3 + u**4)",
                    "3 * (1 + u**3) / (1 + u**3 + u**4)",
                ],
            ]
        ),
        by=linearity,
        evidence="exact",
    )
)

theorem = Theorem(
    "G4",
    "The worked example, exactly",
    "Queries, keys, values and scores are whole numbers; weights and outputs are fractions of polynomials in "
    "u = exp(2 t) with whole coefficients, the same ones for every scale t.",
    (queries, keys, values, scores, weights, outputs),
    "R. Karim 2019, Illustrated: Self-Attention",
)
