"""Chapter: why scores are divided by the root of the width."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

INDEPENDENT = (
    "all random numbers are independent; the entries of `q` have mean 0, second moment 1; those of `k` have mean 0, "
    "second moment 1"
)

chapter = Chapter(
    title=Said("Why divide by the root of d", "为什么要除以 d 的平方根"),
    theorem="why-divide-by-root-d",
    names={"q": "d 1", "k": "d 1", "delta": "scalar", "s": "1 r"},
    opening=(
        Said(
            "A score is a sum of d products. If their signs are as good as random, the sum grows with the root of d, and "
            "softmax, which depends on differences, becomes the sharper the wider the heads are. Dividing by the root of d "
            "takes this away. The argument is about random vectors, that is about a network before its training.",
            "得分是 d 个乘积之和。如果各项的符号近乎随机，这个和就随 d 的平方根增长；而 softmax 对差值敏感，于是头越宽，权重就越尖锐。"
            "除以 d 的平方根正好抵消这一点。这个论证针对的是随机向量，也就是训练之前的网络。",
        ),
    ),
    before={
        "the mean of a dot product": Said(
            "Let all entries be independent, with mean 0 and variance 1. Then no score is favoured:",
            "设所有元素相互独立，均值为 0，方差为 1。那么没有哪个得分占优：",
        ),
        "the second moment of a dot product": Said(
            "The square of the sum has d squared terms, but those of two different places have a factor of mean 0 and "
            "vanish. The d squares remain.",
            "和的平方有 d 的平方项，但两个不同位置的项含有均值为 0 的因子而消失，只留下 d 个平方项。",
        ),
        "the variance of a dot product": Said(
            "So the variance of a score is d, and its standard deviation the root of d.",
            "因此得分的方差是 d，标准差是 d 的平方根。",
        ),
        "the variance of a scaled dot product": Said(
            "Divided by the root of d, the score `q.T @ k / sqrt(d)` has variance 1 for every d.",
            "除以 d 的平方根后，得分 `q.T @ k / sqrt(d)` 的方差对任何 d 都是 1。",
        ),
        "the slope at a gap between two keys": Said(
            "What a large score does to learning shows with two keys, `delta` apart: the slope of a weight falls like "
            "`exp(-delta)`.",
            "大的得分对学习有何影响，看两个相差 `delta` 的键就清楚：权重的斜率按 `exp(-delta)` 下降。",
        ),
        "what the top key leaves to the others": Said(
            "With r other keys it is no better: together they get at most r times as much as one would.",
            "有 r 个其他键也好不了多少：它们合起来至多得到单独一个的 r 倍。",
        ),
    },
    misconceptions={
        "d-is-the-width-of-the-model": Said(
            "It is the number of terms of one score, the width of a query in one head. The worked example has tokens "
            "of 4 numbers and queries of 3, and is divided by the root of 3.",
            "它是一个得分中乘积的项数，即一个头里查询的维数。本书算例的词元有 4 个数，查询有 3 个数，应除以 3 的平方根。",
        ),
        "trained-scores-have-variance-one": Said(
            "Nothing keeps them there: queries and keys become dependent, which is what training is for.",
            "没有什么保证这一点：训练正是要让查询与键彼此相关。",
        ),
    },
    practice=(
        "variance-1-1",
        "weights-1-2",
    ),
    chinese={
        INDEPENDENT: "所有随机数相互独立；`q` 的元素均值为 0、二阶矩为 1；`k` 的元素均值为 0、二阶矩为 1",
        "the mean of a dot product": "点积的均值",
        "`q` and `k` are independent": "`q` 与 `k` 相互独立",
        "their entries have mean 0": "它们的元素均值为 0",
        "the second moment of a dot product": "点积的二阶矩",
        "the square multiplied out": "把平方展开",
        "terms with two different indices have a factor of mean 0": "两个指标不同的项含有均值为 0 的因子",
        "`d` terms of value 1": "共 `d` 项，每项为 1",
        "the variance of a dot product": "点积的方差",
        "the variance of a scaled dot product": "缩放点积的方差",
        "`Var(a * X) = a**2 * Var(X)`": "`Var(a * X) = a**2 * Var(X)`",
        "the slope at a gap between two keys": "两个键有差距时的斜率",
        "a quarter of sech² of half the gap": "半差距的 sech² 的四分之一",
        "what the top key leaves to the others": "首位键留给其他键的权重",
        "`exp(s)` is cancelled": "约去 `exp(s)`",
        "the mean of `p * (1 - p)` over normal scores, and its median": "正态得分下 `p * (1 - p)` 的均值与中位数",
    },
)
