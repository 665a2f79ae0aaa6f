"""Chapter: the rank of scores and of weights."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Rank facts", "关于秩"),
    theorem="ranks-of-weights",
    names={"Q": "n d_k", "K": "m d_k", "P": "n m", "S": "n m"},
    opening=(
        Said(
            "Scores `Q @ K.T` are a product over d_k columns, so their rank is at most d_k, however long the text. Does "
            "this bind the weights too? It binds their logarithms; the weights themselves can have full rank.",
            "得分 `Q @ K.T` 是在 d_k 列上的乘积，所以无论文本多长，秩都不超过 d_k。权重也受此约束吗？受约束的是它们的对数，权重本身可以是满秩的。",
        ),
    ),
    before={
        "the logarithm of the weights": Said(
            "The logarithm of the weights is the scores less a column, which adds 1 to the rank at most.",
            "权重的对数等于得分减去一列，秩至多增加 1。",
        ),
        "weights of full rank though d_k = 1: the determinant of exp(S) for x = (1, 2, 3)": Said(
            "But three tokens that are single numbers already give weights of full rank: the determinant is not 0.",
            "但三个各为一个数的词元，就已经给出满秩的权重：行列式不为 0。",
        ),
        "causal weights are lower triangular": Said("Causal weights are triangular,", "因果权重是三角形的，"),
        "the diagonal of causal weights": Said(
            "with a diagonal of positive numbers, so that they have full rank always.", "对角线全为正数，所以总是满秩。"
        ),
    },
    misconceptions={
        "narrow-heads-give-weights-of-low-rank": Said(
            "It makes the scores one. The exponential of each entry breaks the bound.",
            "秩低的是得分。逐个元素取指数就打破了这个界。",
        ),
    },
    practice=("determinant-1-1", "determinant-4-2"),
    chinese={
        "the logarithm of the weights": "权重的对数",
        "a product over `d_k + 1` columns: its rank is at most `d_k + 1`": "这是 `d_k + 1` 列上的乘积：秩至多为 `d_k + 1`",
        "weights of full rank though d_k = 1: the determinant of exp(S) for x = (1, 2, 3)": (
            "d_k = 1 而权重满秩：x = (1, 2, 3) 时 exp(S) 的行列式"
        ),
        "not 0 but for `t = 0`": "除 `t = 0` 外不为 0",
        "causal weights are lower triangular": "因果权重是下三角的",
        "the diagonal of causal weights": "因果权重的对角线",
        "`exp(S)` over a sum of such, so that no entry of the diagonal is 0": "`exp(S)` 除以若干个这样的数之和，所以对角线上没有 0",
    },
)
