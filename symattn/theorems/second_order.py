"""Second order: derivatives by a query are covariances and third moments under the weights."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.differentials import Moving
from symattn.deriving.rules import algebra, chain, linearity
from symattn.theorems.backward_pass import weights_of_scores

SCORES = {"S": "n m", "U": "n m"}

along = Moving({"S": "U"})

MOVING = ["`S` changes at the rate `U`"]

weights_twice = (
    Derivation("the second derivative of softmax", "D(D(softmax(S)))", SCORES, "P = softmax(S)", MOVING, checker=along)
    .to("D(P * (U - rowsum(P * U)))", by=chain, using=[weights_of_scores])
    .to(
        "P * ((U - rowsum(P * U))**2 - rowsum(P * (U - rowsum(P * U))**2))",
        by=chain,
        note="squared deviation less variance",
    )
)

first_cumulant = Derivation(
    "the first derivative of lse is a mean", "D(lse(S))", SCORES, "P = softmax(S)", MOVING, checker=along
).to("rowsum(P * U)", by=chain)

second_cumulant = (
    Derivation(
        "the second derivative of lse is a variance", "D(D(lse(S)))", SCORES, "P = softmax(S)", MOVING, checker=along
    )
    .to("rowsum(P * U**2) - rowsum(P * U)**2", by=chain, using=[first_cumulant])
    .to("rowsum(P * (U - rowsum(P * U))**2)", by=algebra)
    .at_least("zeros(n, 1)", slack="rowsum(P * (U - rowsum(P * U))**2)", note="lse is convex")
)

third_cumulant = Derivation(
    "the third derivative of lse is a third central moment",
    "D(D(D(lse(S))))",
    SCORES,
    "P = softmax(S)",
    MOVING,
    checker=along,
).to("rowsum(P * (U - rowsum(P * U))**3)", by=chain, using=[second_cumulant])

QUERY = {"q": "1 d_k", "q_t": "1 d_k", "K": "m d_k", "V": "m d_v", "tau": "scalar"}
QUERY_GIVEN = "p = softmax(tau * q @ K.T)\nk = p @ K\nv = p @ V"

by_query = (
    Derivation(
        "the derivative of an output by its query",
        "D(p @ V)",
        QUERY,
        QUERY_GIVEN,
        ["`q` changes at the rate `q_t`"],
        checker=Moving({"q": "q_t"}),
    )
    .to("tau * (p * ((K - k) @ q_t.T).T) @ V", by=chain)
    .to("tau * q_t @ ((K - k).T @ ((V - v) * p.T))", by=linearity, note="the covariance of keys and values")
)

by_query_twice = Derivation(
    "the second derivative of an output by its query",
    "D(D(p @ V))",
    QUERY,
    QUERY_GIVEN,
    ["`q` changes at the rate `q_t`"],
    checker=Moving({"q": "q_t"}),
).to("tau**2 * (p * (((K - k) @ q_t.T)**2).T) @ (V - v)", by=chain, using=[by_query], note="a mixed third moment")

lse_by_query = Derivation(
    "the second derivative of lse by a query",
    "D(D(lse(tau * q @ K.T)))",
    QUERY,
    QUERY_GIVEN,
    ["`q` changes at the rate `q_t`"],
    checker=Moving({"q": "q_t"}),
).to("tau**2 * p @ ((K - k) @ q_t.T)**2", by=chain)

theorem = Theorem(
    "D17",
    "Second order",
    "The first three derivatives of `lse(S)` along `U` are the mean, the variance and the third central moment of "
    "`U` under the weights. The derivative of an output by its query is `tau` times the covariance of keys and "
    "values, the second one `tau**2` times a mixed third central moment.",
    (
        weights_twice,
        first_cumulant,
        second_cumulant,
        third_cumulant,
        by_query,
        by_query_twice,
        lse_by_query,
    ),
)
