"""The variance of a dot product is d, which is why scores are divided by the root of d (Vaswani et al. 2017)."""

from symattn.deriving import Derivation, IndependentEntries, Theorem
from symattn.deriving.rules import algebra, definition, linearity, moment

SOURCE = "Vaswani et al. 2017, arXiv:1706.03762, section 3.2.1, footnote 4"

VECTORS = {"q": "d 1", "k": "d 1"}

standard = IndependentEntries({"q": ("0", "1"), "k": ("0", "1")})

mean = (
    Derivation("the mean of a dot product", "E(q.T @ k)", VECTORS, conditions=[standard.condition], checker=standard)
    .to("sum(c, E(q[c, :] * k[c, :]))", by=linearity)
    .to("sum(c, E(q[c, :]) * E(k[c, :]))", by=moment, note="`q` and `k` are independent")
    .to("zeros(1, 1)", by=moment, note="their entries have mean 0")
)

second_moment = (
    Derivation(
        "the second moment of a dot product",
        "E((q.T @ k)**2)",
        VECTORS,
        conditions=[standard.condition],
        checker=standard,
    )
    .to("sum(a, sum(b, E(q[a, :] * k[a, :] * q[b, :] * k[b, :])))", by=linearity, note="the square multiplied out")
    .to(
        "sum(a, E(q[a, :]**2 * k[a, :]**2))", by=moment, note="terms with two different indices have a factor of mean 0"
    )
    .to("sum(a, E(q[a, :]**2) * E(k[a, :]**2))", by=moment)
    .to("d * ones(1, 1)", by=moment, note="`d` terms of value 1")
)

variance = (
    Derivation(
        "the variance of a dot product", "Var(q.T @ k)", VECTORS, conditions=[standard.condition], checker=standard
    )
    .to("E((q.T @ k)**2) - E(q.T @ k)**2", by=definition)
    .to("d * ones(1, 1)", by=algebra, using=[mean, second_moment])
)

scaled = (
    Derivation(
        "the variance of a scaled dot product",
        "Var(q.T @ k / sqrt(d))",
        {**VECTORS, "a": "scalar", "X": "1 1"},
        conditions=[standard.condition],
        checker=standard,
        source=SOURCE,
    )
    .to("Var(q.T @ k) / d", by=linearity, note="`Var(a * X) = a**2 * Var(X)`")
    .to("ones(1, 1)", by=algebra, using=[variance])
)

anyhow = IndependentEntries({"q": ("mu_q", "mu_q**2 + s_q**2"), "k": ("mu_k", "mu_k**2 + s_k**2")})

general = Derivation(
    "the variance with any means and variances",
    "Var(q.T @ k)",
    {**VECTORS, "mu_q": "scalar", "mu_k": "scalar", "s_q": "scalar", "s_k": "scalar"},
    conditions=[anyhow.condition],
    checker=anyhow,
).to("d * (s_q**2 * s_k**2 + mu_q**2 * s_k**2 + mu_k**2 * s_q**2) * ones(1, 1)", by=moment)

fourth = IndependentEntries({"q": ("0", "1", "skew_q", "kappa_q"), "k": ("0", "1", "skew_k", "kappa_k")})

kurtosis = Derivation(
    "the fourth moment of a dot product",
    "E((q.T @ k)**4)",
    {**VECTORS, "skew_q": "scalar", "skew_k": "scalar", "kappa_q": "scalar", "kappa_k": "scalar"},
    conditions=[fourth.condition],
    checker=fourth,
).to("(3 * d**2 + (kappa_q * kappa_k - 3) * d) * ones(1, 1)", by=moment, note="excess `(kappa_q * kappa_k - 3) / d`")

two_keys = IndependentEntries({"q": ("0", "1", "0", "3"), "k": ("0", "1", "0", "3"), "l": ("0", "1", "0", "3")})

dependent = Derivation(
    "scores in one row depend on each other",
    "E((q.T @ k)**2 * (q.T @ l)**2) - E((q.T @ k)**2) * E((q.T @ l)**2)",
    {**VECTORS, "l": "d 1"},
    conditions=[two_keys.condition],
    checker=two_keys,
).to("2 * d * ones(1, 1)", by=moment, note="not 0, though the scores are uncorrelated")

aligned = Derivation(
    "a key that is the query", "E(q.T @ q)", VECTORS, conditions=[standard.condition], checker=standard
).to("d * ones(1, 1)", by=moment, note="`d` and not its root: why aligned vectors ask for `1 / d`")

theorem = Theorem(
    "D1",
    "The variance of a dot product",
    "For vectors of `d` independent entries of mean 0 and variance 1, `q.T @ k` has mean 0 and variance `d`, so that "
    "`q.T @ k / sqrt(d)` has variance 1. This is about what training starts from, not about trained models.",
    (mean, second_moment, variance, scaled, general, kurtosis, dependent, aligned),
    SOURCE,
)
