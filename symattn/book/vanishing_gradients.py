"""Chapter: saturation, and what it does to gradients."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Saturation", "饱和"),
    theorem="vanishing-gradients",
    names={"p": "1 m", "P": "n m", "s": "1 m", "u": "1 m", "delta": "scalar", "S": "n m"},
    opening=(
        Said(
            "When one score leads by far, its weight is almost 1, the others almost 0, and then nothing moves: the "
            "gradient with respect to the scores vanishes. How fast it does is a matter of two bounds.",
            "当某个得分遥遥领先时，它的权重几乎为 1，其余几乎为 0，于是权重几乎不再随得分变化：对得分的梯度消失了。它消失得有多快，由两个"
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
            "The Jacobian is not negative as a quadratic form, so that at a vector `u` it is at most its trace times the square "
            "of the length of `u`.",
            "雅可比矩阵是半正定的，所以它在向量 `u` 处的二次型，至多是它的迹乘以 `u` 长度的平方。",
        ),
        "the trace of the Jacobian against the weight of one key": Said(
            "The trace is at most twice what any one key leaves to the others.",
            "而这个迹至多是任意一个键留给其他键的权重的两倍。",
        ),
        "the Jacobian at a gap": Said(
            "Together: at a gap of `delta` the Jacobian is at most 2 r times `exp(-delta)`. With one other key and a "
            "gap of 10 this is less than a ten-thousandth.",
            "合在一起：差距为 `delta` 时，雅可比矩阵至多是 2 r 乘以 `exp(-delta)`。只有一个其他键、差距为 10 时，这不到万分之一。",
        ),
        "the entropy of weights": Said(
            "How even the weights are is measured by their entropy, which has a form without logarithms of weights.",
            "权重有多平均，用熵来衡量；它可以写成不含权重对数的形式。",
        ),
    },
    misconceptions={
        "saturation-stops-all-learning": Said(
            "The gradient by the scores vanishes, and with it that of queries and keys by this row. The gradient of the "
            "values does not: it is the weights times the gradient of the output, and the value of the top key gets "
            "almost all of it.",
            "消失的是对得分的梯度，因而这一行传给查询和键的梯度也消失。值的梯度并不消失：它等于权重乘以输出的梯度，得分最高的键所对应的值"
            "几乎得到全部梯度。",
        ),
    },
    practice=("saturation-1-1", "largest-eigenvalue-3-2"),
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
