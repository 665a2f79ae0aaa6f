"""Chapter: saturation, and what it does to gradients."""

from symattn.book.chapter import Chapter, Misconception
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Saturation", "饱和"),
    theorem="vanishing-gradients",
    names={"p": "1 m", "P": "n m", "s": "1 m", "u": "1 m", "delta": "scalar", "S": "n m"},
    opening=(
        Said(
            "When one score leads by far, its weight is almost 1, the others almost 0, and then nothing moves: the "
            "gradient with respect to the scores dies. How fast it dies is a matter of two bounds.",
            "当某个得分遥遥领先时，它的权重几乎为 1，其余几乎为 0，于是一切都不再变动：对得分的梯度消失了。它消失得有多快，由两个"
            "界来说明。",
        ),
    ),
    before={
        "the slope at a gap between two keys": Said(
            "Two keys first. The slope of the weight is largest, a quarter, at equal scores and falls with the gap.",
            "先看两个键。得分相等时权重的斜率最大，为四分之一，此后随差距下降。",
        ),
        "what the top key leaves to the others": Said(
            "With r further keys at least `delta` below the top one, what is left to them together is at most r times "
            "`exp(-delta)`.",
            "如果另有 r 个键至少比首位低 `delta`，它们合起来得到的权重至多是 r 乘以 `exp(-delta)`。",
        ),
        "the Jacobian of softmax against its trace": Said(
            "The Jacobian is not negative, so between a vector `u` and itself it is at most its trace times the square "
            "of the length of `u`.",
            "雅可比矩阵非负，所以它夹在向量 `u` 与自身之间时，至多是它的迹乘以 `u` 长度的平方。",
        ),
        "the trace of the Jacobian against the weight of one key": Said(
            "The trace is at most twice what any one key leaves to the others.",
            "而这个迹至多是任意一个键留给其他键的权重的两倍。",
        ),
        "the Jacobian at a gap": Said(
            "Together: at a gap of `delta` the Jacobian is at most 2 r times `exp(-delta)`. A gap of 10 leaves a key "
            "less than a ten-thousandth of the gradient.",
            "合在一起：差距为 `delta` 时，雅可比矩阵至多是 2 r 乘以 `exp(-delta)`。差距为 10 时，每个键留下的梯度不到万分之一。",
        ),
        "the entropy of weights": Said(
            "How even the weights are is measured by their entropy, which has a form without logarithms of weights.",
            "权重有多平均，用熵来衡量；它可以写成不含权重对数的形式。",
        ),
    },
    misconceptions=(
        Misconception(
            Said("“A low temperature always gives a weight of 1 to one key.”", "“温度很低时总有一个键的权重为 1。”"),
            Said(
                "Keys that share the largest score share the weight, however low the temperature is.",
                "并列最大得分的键平分权重，无论温度多低。",
            ),
        ),
    ),
    chinese={
        "the slope at a gap between two keys": "两个键有差距时的斜率",
        "a quarter of sech² of half the gap": "半差距的 sech² 的四分之一",
        "what the top key leaves to the others": "首位键留给其他键的权重",
        "`exp(s)` is cancelled": "约去 `exp(s)`",
        "the Jacobian of softmax against its trace": "softmax 的雅可比矩阵与它的迹",
        "`u @ J @ u.T` with `J = eye(m) * p - p.T @ p`, whose trace is the sum of `p * (1 - p)`, and `u @ u.T`": (
            "左边是 `u @ J @ u.T`，其中 `J = eye(m) * p - p.T @ p`，它的迹是各 `p * (1 - p)` 之和；右边还有 `u @ u.T`"
        ),
        "the trace of the Jacobian against the weight of one key": "雅可比矩阵的迹与一个键的权重",
        "the Jacobian at a gap": "有差距时的雅可比矩阵",
        "the bound on the norm of the Jacobian": "雅可比矩阵的范数的界",
        "the entropy of weights": "权重的熵",
        "the entropy of a row of independent normal scores": "独立正态得分的一行的熵",
    },
)
