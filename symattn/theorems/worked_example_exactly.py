"""The worked example of three tokens, exactly, at every scale: integers, and fractions of powers of u = exp(2 t)."""

from symattn import article
from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import definition, exponent, linearity, quotient, transpose

TOKENS = {name: str([*map(list, rows)]) for name, rows in {**article.SELF_ATTENTION, **article.ATTENTION}.items()}


def given(*names: str) -> str:
    """The example's numbers under some of its names, as definitions."""
    return "\n".join(f"{name} = {TOKENS[name]}" for name in names)


queries = Derivation("the queries", "X @ W_Q", {}, given("X", "W_Q")).to(TOKENS["Q"], by=definition)
keys = Derivation("the keys", "X @ W_K", {}, given("X", "W_K")).to(TOKENS["K"], by=definition)
values = Derivation("the values", "X @ W_V", {}, given("X", "W_V")).to(TOKENS["V"], by=definition)

SCORES = "[[2, 4, 4], [4, 16, 12], [4, 12, 10]]"

scores = Derivation("the scores", "Q @ K.T", {}, given("Q", "K")).to(SCORES, by=transpose, using=[queries, keys])

SCALE = {"t": "scalar"}
POWER = "\nu = exp(2 * t)"
DENOMINATORS = "\na = 1 + 2 * u\nb = 1 + u**4 + u**6\nc = 1 + u**3 + u**4"
WEIGHTS = "[[1 / a, u / a, u / a], [1 / b, u**6 / b, u**4 / b], [1 / c, u**4 / c, u**3 / c]]"

powers = Derivation("the exponentials of the scores at the scale t", "exp(t * S)", SCALE, f"S = {SCORES}{POWER}").to(
    "[[u, u**2, u**2], [u**2, u**8, u**6], [u**2, u**6, u**5]]", by=exponent, using=[scores]
)

weights = Derivation("the weights at the scale t", "softmax(t * S)", SCALE, f"S = {SCORES}{POWER}{DENOMINATORS}").to(
    WEIGHTS, by=quotient, using=[powers], note="`t = 1` unscaled, `t = 1 / sqrt(3)` scaled: the same fractions"
)

outputs = Derivation("the outputs at the scale t", f"{WEIGHTS} @ V", SCALE, given("V") + POWER + DENOMINATORS).to(
    "[[(1 + 4 * u) / a, 2 * (1 + 7 * u) / a, 3 * (1 + u) / a],"
    " [(1 + 2 * u**4 + 2 * u**6) / b, 2 * (1 + 3 * u**4 + 4 * u**6) / b, 3 * (1 + u**4) / b],"
    " [(1 + 2 * u**3 + 2 * u**4) / c, 2 * (1 + 3 * u**3 + 4 * u**4) / c, 3 * (1 + u**3) / c]]",
    by=linearity,
    using=[weights, values],
)

theorem = Theorem(
    "G4",
    "The worked example, exactly",
    "Queries, keys, values and scores are whole numbers; weights and outputs are fractions of polynomials in `u = "
    "exp(2 * t)` with whole coefficients, the same ones for every scale `t`.",
    (queries, keys, values, scores, powers, weights, outputs),
    "R. Karim 2019, Illustrated: Self-Attention",
)
