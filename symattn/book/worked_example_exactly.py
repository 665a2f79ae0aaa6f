"""Chapter: the worked example, exactly."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("The worked example, exactly", "精确演算一个例子"),
    theorem="worked-example-exactly",
    names={"X": "n d", "W_Q": "d d_k", "W_K": "d d_k", "W_V": "d d_v", "Q": "n d_k", "K": "n d_k", "t": "scalar"},
    opening=(
        Said(
            "The example of the eight steps once more, now for every scale at once. With one letter for a power of e, every "
            "weight and every output is a fraction of polynomials with whole coefficients, and nothing is rounded.",
            "再看八个步骤中的例子，这次同时处理所有的缩放。用一个字母代表 e 的幂，每个权重、每个输出都是整系数多项式的分式，什么都不舍入。",
        ),
    ),
    before={
        "the queries": Said("Each input is projected three times: to a query,", "每个输入投影三次：得到查询，"),
        "the keys": Said("to a key,", "得到键，"),
        "the values": Said("and to a value.", "以及得到值。"),
        "the scores": Said(
            "Every query meets every key in the product `Q @ K.T`. For query 1 two keys have the same score.",
            "每个查询与每个键在乘积 `Q @ K.T` 中相遇。对第 1 个查询，有两个键得分相同。",
        ),
        "the exponentials of the scores at the scale t": Said(
            "All scores are even. So with u for `exp(2 * t)` their exponentials are powers of u, whatever the scale.",
            "所有得分都是偶数。于是用 u 表示 `exp(2 * t)`，无论缩放多少，它们的指数都是 u 的幂。",
        ),
        "the weights at the scale t": Said(
            "Each row divided by its sum: fractions that can be reduced, and that cannot be confused with their roundings.",
            "每行除以自己的和：得到可以约分的分式，绝不会与其舍入值混淆。",
        ),
        "the outputs at the scale t": Said(
            "And the mean of the values under these weights. At scale 1 and at one over the root of 3 they are the same "
            "fractions, of another u.",
            "以及这些权重下值的平均。缩放为 1 或为 3 的平方根分之一，都是同样的分式，只是 u 不同。",
        ),
    },
    misconceptions={
        "rounding-may-come-first": Said(
            "Scores of 0 and 0.4 rounded to whole numbers tie and give one half each; their softmax, 0.401 and 0.599, is "
            "rounded to 0.4 and 0.6. An error of a score is multiplied into the odds of a weight: round last.",
            "得分 0 与 0.4 舍入到整数后相同，各得二分之一；而它们的 softmax 是 0.401 与 0.599，舍入为 0.4 与 0.6。得分的误差会成倍地"
            "进入权重之比，所以应当最后再舍入。",
        ),
    },
    practice=(
        "rounded-row-1-1",
        "rounded-weights-1-2",
    ),
    chinese={
        "the queries": "查询",
        "the keys": "键",
        "the values": "值",
        "the scores": "得分",
        "the exponentials of the scores at the scale t": "缩放为 t 时得分的指数",
        "the weights at the scale t": "缩放为 t 时的权重",
        "`t = 1` unscaled, `t = 1 / sqrt(3)` scaled: the same fractions": "不缩放时 `t = 1`，缩放时 `t = 1 / sqrt(3)`：分式相同",
        "the outputs at the scale t": "缩放为 t 时的输出",
    },
)
