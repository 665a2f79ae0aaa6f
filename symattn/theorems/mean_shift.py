"""Attention with a Gaussian kernel is a step of mean shift, and the E-step of a mixture of Gaussians."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.differentials import Moving
from symattn.deriving.rules import algebra, chain, definition, exponent, shift
from symattn.theorems.shift_invariance import softmax_ignores_a_shift

mean_shift = (
    Derivation(
        "the slope of the logarithm of a density estimate",
        "sigma**2 * D(log(rowsum(exp(s))))",
        {"q": "1 d", "q_t": "1 d", "X": "m d", "x": "1 d", "sigma": "scalar"},
        "s = (2 * q @ X.T - rowsum(q**2) - rowsum(X**2).T) / (2 * sigma**2)\np = softmax(s)",
        ["`q` changes at the rate `q_t`; `s` is `-((q - x) @ (q - x).T) / (2 * sigma**2)` for each point `x`"],
        checker=Moving({"q": "q_t"}),
        source="Fukunaga & Hostetler 1975",
    )
    .to("rowsum(p * (q_t @ X.T - rowsum(q * q_t)))", by=chain)
    .to("rowsum((p @ X - q) * q_t)", by=algebra, note="what attention over the points moves q by")
)

responsibilities = (
    Derivation(
        "responsibilities in a mixture of Gaussians",
        "w * exp((2 * x @ M.T - rowsum(x**2) - rowsum(M**2).T) / (2 * sigma**2))"
        " / rowsum(w * exp((2 * x @ M.T - rowsum(x**2) - rowsum(M**2).T) / (2 * sigma**2)))",
        {"x": "n d", "M": "m d", "b": "1 m", "sigma": "scalar"},
        "w = exp(b)",
        ["the logarithms of the mixing weights are `b`"],
    )
    .to("softmax(b + (2 * x @ M.T - rowsum(x**2) - rowsum(M**2).T) / (2 * sigma**2))", by=exponent)
    .to(
        "softmax(x @ M.T / sigma**2 + (b - rowsum(M**2).T / (2 * sigma**2)))",
        by=shift,
        using=[softmax_ignores_a_shift],
        note="attention with a bias of the keys",
    )
)

m_step = Derivation("the M-step", "(P / colsum(P)).T @ X", {"P": "n m", "X": "n d"}).to(
    "(P.T @ X) / colsum(P).T", by=definition, note="weights normalised over the points"
)

theorem = Theorem(
    "D20",
    "Mean shift and mixtures",
    "With Gaussian scores attention moves a query by `sigma**2` times the slope of the logarithm of the density "
    "estimate at its keys; the responsibilities of a mixture of Gaussians are softmax weights.",
    (mean_shift, responsibilities, m_step),
)
