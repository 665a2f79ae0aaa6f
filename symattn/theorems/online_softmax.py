"""Softmax one block of keys after the other: the states merge, in any order, to the softmax of all keys."""

from symattn.deriving import Derivation, Recurrence, Theorem
from symattn.deriving.rules import algebra, block, definition, exponent, logarithm, quotient
from symattn.lowering.merging import MERGED, SHIFTED_QUERY, SHIFTED_SCORES, WITH_ONES

SOURCE = "Milakov & Gimelshein 2018, arXiv:1805.02867, section 3.1; Dao et al. 2022, arXiv:2205.14135, algorithm 1"

TWO = {"m_1": "1 1", "l_1": "1 1", "o_1": "1 d", "m_2": "1 1", "l_2": "1 1", "o_2": "1 d"}
TWO_MERGED = """
    m = rowmax(hstack(m_1, m_2))
    l = exp(m_1 - m) * l_1 + exp(m_2 - m) * l_2
    o = exp(m_1 - m) * o_1 + exp(m_2 - m) * o_2
"""

weights_add = (
    Derivation("merged states: the weights add", "exp(m) * l", TWO, TWO_MERGED, source=SOURCE)
    .to("exp(m) * (exp(m_1 - m) * l_1 + exp(m_2 - m) * l_2)", by=definition)
    .to("exp(m_1) * l_1 + exp(m_2) * l_2", by=exponent, note="whatever `m` is")
)

outputs_add = (
    Derivation("merged states: the outputs add", "exp(m) * o", TWO, TWO_MERGED, source=SOURCE)
    .to("exp(m) * (exp(m_1 - m) * o_1 + exp(m_2 - m) * o_2)", by=definition)
    .to("exp(m_1) * o_1 + exp(m_2) * o_2", by=exponent)
)

THREE = {**TWO, "m_3": "1 1", "l_3": "1 1", "o_3": "1 d"}
THREE_GIVEN = """
    m_12 = rowmax(hstack(m_1, m_2))
    l_12 = exp(m_1 - m_12) * l_1 + exp(m_2 - m_12) * l_2
    o_12 = exp(m_1 - m_12) * o_1 + exp(m_2 - m_12) * o_2
    m_23 = rowmax(hstack(m_2, m_3))
    l_23 = exp(m_2 - m_23) * l_2 + exp(m_3 - m_23) * l_3
    o_23 = exp(m_2 - m_23) * o_2 + exp(m_3 - m_23) * o_3
    m = rowmax(hstack(m_1, hstack(m_2, m_3)))
"""

associative_reference = (
    Derivation("merging is associative: the reference", "rowmax(hstack(m_12, m_3))", THREE, THREE_GIVEN)
    .to("m", by=definition)
    .to("rowmax(hstack(m_1, m_23))", by=definition)
)

associative_weight = (
    Derivation(
        "merging is associative: the weight",
        "exp(m_12 - m) * l_12 + exp(m_3 - m) * l_3",
        THREE,
        THREE_GIVEN,
        source=SOURCE,
    )
    .to("exp(m_1 - m) * l_1 + exp(m_2 - m) * l_2 + exp(m_3 - m) * l_3", by=exponent, using=[weights_add])
    .to("exp(m_1 - m) * l_1 + exp(m_23 - m) * l_23", by=exponent, using=[weights_add])
)

associative_output = (
    Derivation(
        "merging is associative: the output",
        "exp(m_12 - m) * o_12 + exp(m_3 - m) * o_3",
        THREE,
        THREE_GIVEN,
        source=SOURCE,
    )
    .to("exp(m_1 - m) * o_1 + exp(m_2 - m) * o_2 + exp(m_3 - m) * o_3", by=exponent, using=[outputs_add])
    .to("exp(m_1 - m) * o_1 + exp(m_23 - m) * o_23", by=exponent, using=[outputs_add])
)

commutative = Derivation("merging is commutative", "rowmax(hstack(m_1, m_2))", TWO).to(
    "rowmax(hstack(m_2, m_1))",
    by=algebra,
)

any_reference = Recurrence(
    "softmax key by key, with any references",
    inputs={"S": "t 1", "V": "t d", "A": "t 1", "B": "t 1"},
    rows={"S": "s", "V": "v", "A": "a", "B": "b"},
    first={"w": "exp(b) * exp(s - b)", "y": "exp(b) * (exp(s - b) @ v)"},
    following={
        "w": "exp(b) * (exp(a - b) * (exp(-a) * w) + exp(s - b))",
        "y": "exp(b) * (exp(a - b) * (exp(-a) * y) + exp(s - b) @ v)",
    },
    closed={"w": "colsum(exp(S))", "y": "exp(S).T @ V"},
    source=SOURCE,
)

summed_weights = any_reference.solved("w")
summed_values = any_reference.solved("y")

TILE_SOURCE = "Dao et al. 2022, arXiv:2205.14135, algorithm 1"

key_by_key = Recurrence(
    "softmax key by key",
    inputs={"S": "t 1", "V": "t d"},
    rows={"S": "s", "V": "v"},
    first={"m": "s", "l": "ones(1, 1)", "o": "v"},
    following={
        "m": "colmax(vstack(m, s))",
        "l": "exp(m - colmax(vstack(m, s))) * l + exp(s - colmax(vstack(m, s)))",
        "o": "exp(m - colmax(vstack(m, s))) * o + exp(s - colmax(vstack(m, s))) @ v",
    },
    closed={
        "m": "colmax(S)",
        "l": "colsum(exp(S - colmax(S)))",
        "o": "exp(S - colmax(S)).T @ V",
    },
    source=SOURCE,
)

folded_reference = key_by_key.solved("m")
folded_weight = key_by_key.solved("l")
folded_output = key_by_key.solved("o")

TILE = {"S_1": "n p", "S_2": "n q", "V_1": "p d", "V_2": "q d"}
TILE_GIVEN = f"""
    m_1 = rowmax(S_1)
    l_1 = rowsum(exp(S_1 - m_1))
    o_1 = exp(S_1 - m_1) @ V_1
    m = {MERGED["m"]}
    S = hstack(S_1, S_2)
    V = vstack(V_1, V_2)
"""

tile_reference = Derivation(
    "one more block of keys: the largest score", "rowmax(S)", TILE, TILE_GIVEN, source=TILE_SOURCE
).to("m", by=block)

tile_weight = (
    Derivation("one more block of keys: the weight", "rowsum(exp(S - rowmax(S)))", TILE, TILE_GIVEN, source=TILE_SOURCE)
    .to("rowsum(exp(S - m))", by=block, using=[tile_reference])
    .to(MERGED["l"], by=block)
)

tile_output = (
    Derivation("one more block of keys: the output", "exp(S - rowmax(S)) @ V", TILE, TILE_GIVEN, source=TILE_SOURCE)
    .to("exp(S - m) @ V", by=block, using=[tile_reference])
    .to(MERGED["o"], by=block)
)

read_out = (
    Derivation(
        "reading the output out of the state",
        "exp(S - rowmax(S)) @ V / rowsum(exp(S - rowmax(S)))",
        {"S": "n m", "V": "m d"},
    )
    .to("(exp(S - rowmax(S)) / rowsum(exp(S - rowmax(S)))) @ V", by=quotient)
    .to("softmax(S) @ V", by=definition)
)

read_out_lse = (
    Derivation(
        "reading the logarithm of the sum out of the state",
        "rowmax(S) + log(rowsum(exp(S - rowmax(S))))",
        {"S": "n m"},
    )
    .to("log(exp(rowmax(S)) * rowsum(exp(S - rowmax(S))))", by=logarithm)
    .to("lse(S)", by=definition)
)

BOUND_SOURCE = "Cauchy & Schwarz for the bound; Dao 2023, arXiv:2307.08691, section 3.1.1, for powers of 2"

SHIFT = {"Q": "n d_k", "K": "m d_k", "V": "m d_v", "b": "n 1"}
SHIFT_GIVEN = f"""
    A = {SHIFTED_QUERY}
    B = {WITH_ONES}
    W = hstack(V, ones(m, 1))
    S = Q @ K.T
"""

shifted_scores = Derivation(
    "scores less a number of each query, as one product", SHIFTED_SCORES, SHIFT, SHIFT_GIVEN, source=BOUND_SOURCE
).to("S - b", by=block)

shifted_sums = (
    Derivation("values and sums of rows, as one product", f"exp({SHIFTED_SCORES}) @ W", SHIFT, SHIFT_GIVEN)
    .to("exp(S - b) @ W", by=block, using=[shifted_scores])
    .to("hstack(exp(S - b) @ V, rowsum(exp(S - b)))", by=block)
)

shifted_output = (
    Derivation(
        "reading the output, whatever is taken off the scores",
        "exp(S - b) @ V / rowsum(exp(S - b))",
        SHIFT,
        SHIFT_GIVEN,
        source=BOUND_SOURCE,
    )
    .to("exp(-b) * (exp(S) @ V) / (exp(-b) * rowsum(exp(S)))", by=exponent)
    .to("exp(S) @ V / rowsum(exp(S))", by=quotient)
    .to("softmax(S) @ V", by=definition)
)

TILES = {"S_1": "n p", "S_2": "n q", "V_1": "p d", "V_2": "q d"}
TILES_GIVEN = """
    S = hstack(S_1, S_2)
    V = vstack(V_1, V_2)
    L = lse(S)
    L_1 = lse(S_1)
    L_2 = lse(S_2)
    O_1 = softmax(S_1) @ V_1
    O_2 = softmax(S_2) @ V_2
"""

tiled = (
    Derivation("attention over two blocks of keys", "softmax(S) @ V", TILES, TILES_GIVEN, source=SOURCE)
    .to("exp(S - L) @ V", by=definition)
    .to("exp(S_1 - L) @ V_1 + exp(S_2 - L) @ V_2", by=block)
    .to("exp(L_1 - L) * O_1 + exp(L_2 - L) * O_2", by=exponent, note="each block's own output, weighted")
)

tiled_lse = (
    Derivation("the logarithm of the sum over two blocks", "lse(S)", TILES, TILES_GIVEN, source=SOURCE)
    .to("log(rowsum(exp(S_1)) + rowsum(exp(S_2)))", by=block)
    .to("log(exp(L_1) + exp(L_2))", by=definition)
)

BACK = {"Q": "n d_k", "K_1": "p d_k", "K_2": "q d_k", "V_1": "p d_v", "V_2": "q d_v", "dO": "n d_v"}
BACK_GIVEN = """
    K = vstack(K_1, K_2)
    V = vstack(V_1, V_2)
    S = Q @ K.T / sqrt(d_k)
    P = softmax(S)
    O = P @ V
    L = lse(S)
    D = rowsum(dO * O)
    dS = P * (dO @ V.T - D)
    P_1 = exp(Q @ K_1.T / sqrt(d_k) - L)
    P_2 = exp(Q @ K_2.T / sqrt(d_k) - L)
    dS_1 = P_1 * (dO @ V_1.T - D)
    dS_2 = P_2 * (dO @ V_2.T - D)
    dV = P.T @ dO
    dK = dS.T @ Q / sqrt(d_k)
"""

BACK_SOURCE = "Dao et al. 2022, arXiv:2205.14135, algorithm 4"

tiled_backward_query = (
    Derivation("the gradient of the query, block by block", "dS @ K / sqrt(d_k)", BACK, BACK_GIVEN, source=BACK_SOURCE)
    .to("(dS[:, 0:p] @ K_1 + dS[:, p:p + q] @ K_2) / sqrt(d_k)", by=block)
    .to("(dS_1 @ K_1 + dS_2 @ K_2) / sqrt(d_k)", by=definition, note="weights again from the scores and `L`")
)

tiled_backward_key = Derivation(
    "the gradient of a block of keys", "dK[0:p, :]", BACK, BACK_GIVEN, source=BACK_SOURCE
).to("dS_1.T @ Q / sqrt(d_k)", by=block)

tiled_backward_value = Derivation(
    "the gradient of a block of values", "dV[0:p, :]", BACK, BACK_GIVEN, source=BACK_SOURCE
).to("P_1.T @ dO", by=block)

theorem = Theorem(
    "D8",
    "Online softmax",
    "States `m`, `l`, `o` of disjoint sets of keys merge to the state of all of them; merging is associative and "
    "commutative, key by key it gives the stable softmax, and block by block tiled attention with its backward pass. "
    "Over the reals: in floating point the order of merging shows in the last digits.",
    (
        weights_add,
        outputs_add,
        associative_reference,
        associative_weight,
        associative_output,
        commutative,
        summed_weights,
        summed_values,
        folded_reference,
        folded_weight,
        folded_output,
        tile_reference,
        tile_weight,
        tile_output,
        read_out,
        read_out_lse,
        shifted_scores,
        shifted_sums,
        shifted_output,
        tiled,
        tiled_lse,
        tiled_backward_query,
        tiled_backward_key,
        tiled_backward_value,
    ),
    SOURCE,
    (
        "that no score exceeds the bound `b = rownorm(Q) * colmax(rownorm(K))`, which is the inequality of Cauchy and "
        "Schwarz: any `b` gives the same output, this one keeps the exponentials at most 1",
        "the empty state `m = -oo`, `l = 0`, `o = 0`, which stands for no keys and changes nothing it is merged with",
    ),
)
