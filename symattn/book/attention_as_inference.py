"""Chapter: attention as a step down an energy, and as inference."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Energy and inference", "能量与推断"),
    theorem="attention-as-inference",
    names={"x": "1 d", "K": "N d", "beta": "scalar", "p": "1 N", "s": "1 m", "u": "1 m", "t": "scalar", "e": "scalar"},
    opening=(
        Said(
            "The same formula appears in three other places: as the update of a memory of patterns, as a step of a "
            "clustering algorithm, and as the posterior of a mixture. And it can be asked how much attention changes when its "
            "inputs change a little.",
            "同一个公式还出现在另外三处：模式记忆的更新，聚类算法的一步，以及混合模型的后验。此外还可以问：输入稍变，注意力变多少。",
        ),
    ),
    before={
        "the slope of the energy": Said(
            "Let the rows of `K` be patterns and `x` a state. The slope of the energy below is zero where "
            "`x = softmax(beta * x @ K.T) @ K`, that is where attention returns its query unchanged.",
            "设 `K` 的各行是模式，`x` 是状态。下面的能量在 `x = softmax(beta * x @ K.T) @ K` 处斜率为零，也就是注意力的输出恰好等于查询之处。",
        ),
        "lse lies above its tangents": Said(
            "That its update never raises the energy rests on lse being convex: it lies above its tangents.",
            "更新从不升高能量，是因为 lse 是凸的：它总在切线之上。",
        ),
        "what an update takes off the energy": Said(
            "An update takes off at least half the square of the distance that the state moves.",
            "一次更新至少使能量降低状态移动距离平方的一半。",
        ),
        "the slope of the logarithm of a density estimate": Said(
            "With Gaussian scores attention moves a query along the slope of the logarithm of a density: this is mean shift.",
            "用高斯核得分，注意力使查询沿对数密度的梯度方向移动：这就是均值漂移。",
        ),
        "responsibilities in a mixture of Gaussians": Said(
            "And the weights are the responsibilities of the components of a mixture for a point.",
            "而这些权重，就是混合模型的各成分对一个点的响应度。",
        ),
        "the norm of the Jacobian of softmax": Said(
            "How fast can weights change? The quadratic form of the Jacobian at `u` is at most half the square of its length.",
            "权重变化得有多快？雅可比矩阵在 `u` 处的二次型，至多是其长度平方的一半。",
        ),
        "self-attention of the tokens (x, t, -t): how the first output follows its token": Said(
            "Self-attention is another matter, as tokens enter it as queries, keys and values. For three tokens that "
            "are numbers its slope is this,",
            "自注意力则不同，因为词元同时作为查询、键和值出现。对三个各为一个数的词元，它的斜率如下，",
        ),
        "the slope at the tokens (0, t, -t)": Said(
            "and at the first token 0 it grows with the square of `t`: self-attention has no Lipschitz constant.",
            "而当第一个词元为 0 时，它随 `t` 的平方增长：自注意力没有利普希茨常数。",
        ),
        "the most that a set of keys can gain": Said(
            "Last, errors in the scores. If odds are multiplied by a factor, a weight gains at most this,",
            "最后看得分的误差。如果几率乘上一个因子，权重至多增加这么多，",
        ),
        "what a set of keys gains when every score is off by at most e: no more above, and no more below": Said(
            "and so if every score is off by at most `e`, any set of keys gains at most `tanh(e / 2)`.",
            "所以如果每个得分的误差至多为 `e`，任何一组键的权重至多增加 `tanh(e / 2)`。",
        ),
    },
    misconceptions={
        "attention-is-lipschitz": Said(
            "Softmax has the constant one half; self-attention has none, as its slope grows with the square of the tokens.",
            "softmax 的常数是二分之一；自注意力没有这样的常数，因为它的斜率随词元的平方增长。",
        ),
        "softmax-has-the-constant-one": Said(
            "That is a bound, but not the least one. In the Euclidean norm it is one half, which two equal scores attain.",
            "1 是一个上界，但不是最小的上界。按欧几里得范数，最小的是二分之一，在两个得分相等时达到。",
        ),
    },
    practice=(
        "hopfield-1-1",
        "mean-shift-1-2",
        "self-gradient-1-3",
    ),
    chinese={
        "the slope of the energy": "能量的斜率",
        "the state `x` changes at the rate `x_t`; the patterns are the rows of `K`": "状态 `x` 以速率 `x_t` 变化；模式是 `K` 的各行",
        "0 at `x = softmax(beta * x @ K.T) @ K`, the update": "在更新的不动点 `x = softmax(beta * x @ K.T) @ K` 处为 0",
        "lse lies above its tangents": "lse 在切线之上",
        "the divergence of the weights of `b` from those of `a`": "`b` 的权重相对 `a` 的权重的散度",
        "`p * exp(r)` are the weights of `b`, and sum to 1 as `p` do": "`p * exp(r)` 是 `b` 的权重，与 `p` 一样和为 1",
        "`exp(r)` is at least `1 + r`": "`exp(r)` 至少为 `1 + r`",
        "what an update takes off the energy": "一次更新降低的能量",
        "the energy never rises": "能量从不升高",
        "the slope of the logarithm of a density estimate": "密度估计的对数的斜率",
        "`q` changes at the rate `q_t`; `s` is `-((q - x) @ (q - x).T) / (2 * sigma**2)` for each point `x`": "`q` 以速率 `q_t` 变化；对每个点 `x`，`s` 是 `-((q - x) @ (q - x).T) / (2 * sigma**2)`",
        "what attention over the points moves q by": "在这些点上的注意力使 q 移动的量",
        "responsibilities in a mixture of Gaussians": "高斯混合模型中的响应度",
        "the logarithms of the mixing weights are `b`": "混合权重的对数是 `b`",
        "attention with a bias of the keys": "带键偏置的注意力",
        "the norm of the Jacobian of softmax": "softmax 雅可比矩阵的范数",
        "`(a - b)**2` is at most `2 * a**2 + 2 * b**2`": "`(a - b)**2` 至多为 `2 * a**2 + 2 * b**2`",
        "`p * (1 - p)` is at most `1 / 4`": "`p * (1 - p)` 至多为 `1 / 4`",
        "self-attention of the tokens (x, t, -t): how the first output follows its token": (
            "词元 (x, t, -t) 的自注意力：第一个输出怎样随它的词元变化"
        ),
        "`x` changes at the rate `x_t`": "`x` 以速率 `x_t` 变化",
        "the slope at the tokens (0, t, -t)": "词元 (0, t, -t) 处的斜率",
        "which no number bounds": "没有数能界住它",
        "the most that a set of keys can gain": "一组键至多增加多少",
        "`t` are the odds of the set, its weight over that of the others, and `r**2` what multiplies them": "`t` 是这一组的几率，即它的权重与其余键的权重之比，`r**2` 是它乘上的因子",
        "what a set of keys gains when every score is off by at most e: no more above, and no more below": (
            "每个得分误差至多为 e 时一组键的增加：上不过此，下亦不过此"
        ),
        "the scores of the set gain at most `e`": "这一组的得分至多增加 `e`",
        "those of the others lose at most `e`: the odds `x / y` grow by at most `exp(2 * e)`": (
            "其余的得分至多减少 `e`：几率 `x / y` 至多变为 `exp(2 * e)` 倍"
        ),
        "with `r = exp(e)` and `t = x / y`": "取 `r = exp(e)`，`t = x / y`",
        "softmax ignores a shift of its row": "softmax 不受整行平移的影响",
        "`exp(c)` is the same along the row": "`exp(c)` 在一行之内不变",
    },
)
