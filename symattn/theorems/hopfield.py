"""Attention is the update of a modern Hopfield network: a step down its energy."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.differentials import Moving
from symattn.deriving.rules import algebra, bound, chain, linearity

SOURCE = "Ramsauer et al. 2021, arXiv:2008.02217, equations (2) and (3)"

STATE = {"x": "1 d", "x_t": "1 d", "K": "N d", "beta": "scalar"}
GIVEN = "p = softmax(beta * x @ K.T)"

gradient = (
    Derivation(
        "the slope of the energy",
        "D(-lse(beta * x @ K.T) / beta + rowsum(x**2) / 2)",
        STATE,
        GIVEN,
        ["the state `x` changes at the rate `x_t`; the patterns are the rows of `K`"],
        source=SOURCE,
        checker=Moving({"x": "x_t"}),
    )
    .to("-rowsum(p * (x_t @ K.T)) + rowsum(x * x_t)", by=chain)
    .to("rowsum((x - p @ K) * x_t)", by=linearity, note="0 at `x = softmax(beta * x @ K.T) @ K`, the update")
)

SCORES = {"a": "1 N", "b": "1 N"}

convex = (
    Derivation(
        "lse lies above its tangents",
        "lse(b) - lse(a) - rowsum(p * (b - a))",
        SCORES,
        "p = softmax(a)\nr = (b - lse(b)) - (a - lse(a))",
    )
    .to("-rowsum(p * r)", by=linearity, note="the divergence of the weights of `b` from those of `a`")
    .to(
        "rowsum(p * (exp(r) - (1 + r)))", by=algebra, note="`p * exp(r)` are the weights of `b`, and sum to 1 as `p` do"
    )
    .at_least("zeros(1, 1)", by=bound, slack="rowsum(p * (exp(r) - (1 + r)))", note="`exp(r)` is at least `1 + r`")
)

descends = (
    Derivation(
        "what an update takes off the energy",
        "(-lse(beta * x @ K.T) / beta + rowsum(x**2) / 2) - (-lse(beta * y @ K.T) / beta + rowsum(y**2) / 2)",
        {"x": "1 d", "K": "N d", "beta": "scalar"},
        """
        a = beta * x @ K.T
        p = softmax(a)
        y = p @ K
        b = beta * y @ K.T
        r = (b - lse(b)) - (a - lse(a))
        """,
        ["beta > 0"],
        source=SOURCE,
    )
    .to("rowsum((x - y)**2) / 2 + rowsum(p * (exp(r) - (1 + r))) / beta", by=algebra, using=[convex])
    .at_least(
        "rowsum((x - y)**2) / 2",
        by=bound,
        slack="rowsum(p * (exp(r) - (1 + r))) / beta",
        note="the energy never rises",
    )
)

theorem = Theorem(
    "D19",
    "Modern Hopfield networks",
    "The slope of the energy `x @ x.T / 2 - lse(beta * x @ K.T) / beta` is `x - softmax(beta * x @ K.T) @ K`, so "
    "that attention over patterns is a unit step down it; the step takes at least half the squared distance moved "
    "off the energy.",
    (gradient, convex, descends),
    SOURCE,
    ("capacity and retrieval errors",),
)
