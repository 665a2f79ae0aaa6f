"""Chapter: the Jacobian of softmax is a covariance."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("The Jacobian of softmax, a covariance", "softmax 的雅可比矩阵：一个协方差"),
    theorem="softmax-jacobian",
    names={"S": "n m", "P": "n m", "p": "1 m", "s": "1 m", "u": "1 m"},
    opening=(
        Said(
            "How do the weights move when the scores do? The quotient rule answers, and the answer has a meaning: under "
            "the weights, taken as probabilities, the derivatives of `lse(s)` are the mean, the variance and the third "
            "central moment of the direction in which the scores move.",
            "得分变化时，权重如何变化？商的求导法则给出答案，而这个答案是有含义的：把权重看作概率，`lse(s)` 的各阶导数依次是"
            "得分变化方向的均值、方差和三阶中心矩。",
        ),
    ),
    before={
        "the derivative of softmax": Said(
            "Let the scores move at a rate of their own each. The rule for a quotient gives the rate of the weights: "
            "relative to its size, each weight grows by the rate of its score less the mean rate of the row.",
            "让各个得分以各自的速率变化。商的求导法则给出权重的变化率：每个权重的相对变化率，等于其得分的变化率减去该行的平均变化率。",
        ),
        "the Jacobian of softmax as a matrix": Said(
            "For one row the same is a product with a matrix, the Jacobian: the weights on the diagonal, less the "
            "product of the weights with themselves.",
            "对单独一行，这就是与一个矩阵的乘积，即雅可比矩阵：对角线上是权重，再减去权重与自身的外积。",
        ),
        "the Jacobian transposed": Said(
            "It is symmetric, so that the backward pass uses the same matrix as the forward one.",
            "它是对称的，所以反向传播与前向传播用的是同一个矩阵。",
        ),
        "the Jacobian between a vector and itself": Said(
            "Its quadratic form at `u` is the variance of `u` under the weights, and so never negative.",
            "它在 `u` 处的二次型，就是 `u` 在这些权重下的方差，因此永不为负。",
        ),
        "the Jacobian takes a constant row to 0": Said(
            "A constant has no variance: this is the shift of the scores that softmax ignores.",
            "常数没有方差：这正对应于得分的平移，softmax 不受它影响。",
        ),
        "the first derivative of lse is a mean": Said(
            "The weights are themselves a derivative: that of `lse(S)`. Along a direction its slope is a mean,",
            "权重本身就是导数，即 `lse(S)` 的导数。沿某个方向，它的斜率是均值，",
        ),
        "the second derivative of lse is a variance": Said(
            "its curvature a variance, so that `lse(S)` is convex,", "曲率是方差，所以 `lse(S)` 是凸的，"
        ),
        "the third derivative of lse is a third central moment": Said(
            "and its third derivative a third central moment. Statisticians know `lse(S)` as a generating function of cumulants.",
            "三阶导数则是三阶中心矩。统计学家把 `lse(S)` 称为累积量生成函数。",
        ),
    },
    misconceptions={
        "the-gradient-is-the-diagonal": Said(
            "That is the diagonal of the Jacobian only. A score moves the weights of all other keys of its row too.",
            "那只是雅可比矩阵的对角线。一个得分还会带动同一行中所有其他键的权重。",
        ),
    },
    practice=(
        "jacobian-1-1",
        "largest-eigenvalue-1-2",
    ),
    chinese={
        "the derivative of softmax": "softmax 的导数",
        "`S_t` is the rate at which `S` changes": "`S_t` 是 `S` 的变化率",
        "the Jacobian of softmax as a matrix": "写成矩阵的雅可比",
        "`s` changes at the rate `s_t`": "`s` 以速率 `s_t` 变化",
        "`J = eye(m) * p - p.T @ p` is the Jacobian": "`J = eye(m) * p - p.T @ p` 就是雅可比矩阵",
        "the Jacobian transposed": "雅可比矩阵的转置",
        "the Jacobian between a vector and itself": "雅可比矩阵的二次型",
        "the quadratic form of `eye(m) * p - p.T @ p` at `u`": "`eye(m) * p - p.T @ p` 在 `u` 处的二次型",
        "the variance of `u` under `p`": "`u` 在 `p` 下的方差",
        "the Jacobian takes a constant row to 0": "雅可比矩阵把常数行变为 0",
        "the first derivative of lse is a mean": "lse 的一阶导数是均值",
        "`S` changes at the rate `U`": "`S` 以速率 `U` 变化",
        "the second derivative of lse is a variance": "lse 的二阶导数是方差",
        "lse is convex": "lse 是凸函数",
        "the third derivative of lse is a third central moment": "lse 的三阶导数是三阶中心矩",
    },
)
