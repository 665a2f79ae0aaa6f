"""Chapter: softmax ignores a shift, and is computed with one."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Shift invariance and stable evaluation", "平移不变性与稳定计算"),
    theorem="stable-softmax",
    names={"S": "n m", "c": "n 1", "K": "m d", "b": "1 d"},
    opening=(
        Said(
            "In float32 `exp(S)` overflows at a score of 89, and a quotient of two infinities is not a number. Yet the "
            "weights are harmless numbers between 0 and 1. One property of softmax takes the trouble away, and it "
            "explains along with it why a bias of the keys is useless.",
            "在 float32 中，得分到 89 时 `exp(S)` 就会溢出，而无穷除以无穷不是数；可权重本身不过是 0 与 1 之间的普通数。softmax 的"
            "一条性质消除了这个麻烦，也顺带说明了为什么键的偏置毫无作用。",
        ),
    ),
    before={
        "softmax ignores a shift of its row": Said(
            "Add the same number to all scores of a row. Every exponential is multiplied by the same factor, and the "
            "factor cancels.",
            "给一行中所有得分加上同一个数，每个指数都乘上同一个因子，而这个因子会约去。",
        ),
        "the stable form": Said(
            "So the largest score of each row may be taken off first. This is how softmax is computed in practice.",
            "因此可以先减去每行的最大得分。实际计算 softmax 时就是这样做的。",
        ),
        "no exponent is above 0": Said(
            "What is left to exponentiate is at most 0: nothing overflows.", "剩下要取指数的数至多为 0：不会溢出。"
        ),
        "and at least 1": Said(
            "The largest score has become 0 and contributes `exp(0)`, so the denominator cannot vanish,",
            "最大得分变成了 0，它贡献 `exp(0)`，所以分母不会为零；",
        ),
        "the denominator is at most the number of keys": Said(
            "and no term is above 1, so the denominator is at most the number of keys.",
            "每一项都不超过 1，所以分母至多等于键的个数。",
        ),
        "the logarithm of the sum, stable": Said(
            "The same shift serves the logarithm of the denominator, which backward passes keep from the forward pass.",
            "同样的平移也用于分母的对数，反向传播会把它从前向传播中保留下来。",
        ),
        "lse is at least the largest": Said("It lies between the largest score,", "它不小于最大得分，"),
        "lse is at most the largest plus log m": Said(
            "and that score plus the logarithm of the number of keys; so `lse(S)` is a maximum with its corners rounded.",
            "也不大于最大得分加上键数的对数；所以 `lse(S)` 是一个磨圆了角的最大值。",
        ),
        "a bias of all keys changes nothing": Said(
            "A bias `b` of the keys adds the same number to all scores of a query. With softmax it can be left out.",
            "键的偏置 `b` 给同一查询的所有得分加上同一个数。使用 softmax 时可以省去它。",
        ),
        "ALiBi's distance may be counted from the start": Said(
            "For the same reason a bias by distance may be counted from the first token on: within a row only "
            "differences count.",
            "同理，按距离的偏置可以从第一个词元数起：在一行之内只有差值起作用。",
        ),
    },
    misconceptions={
        "softmax-ignores-a-factor": Said(
            "It does: `softmax(2 * S)` squares all weights and normalises again. Only a shift is not felt.",
            "敏感：`softmax(2 * S)` 相当于把所有权重平方后重新归一化。它只对平移不敏感。",
        ),
        "a-bias-of-the-keys-is-learned": Said(
            "Its gradient is exactly 0, whatever the data: the chapter on the backward pass shows why.",
            "无论数据如何，它的梯度恒为 0：反向传播一章说明了原因。",
        ),
    },
    practice=(
        "shifted-softmax-1-1",
        "log-sum-exp-1-2",
    ),
    chinese={
        "softmax ignores a shift of its row": "softmax 不受整行平移的影响",
        "`exp(c)` is the same along the row": "`exp(c)` 在一行之内不变",
        "the stable form": "稳定形式",
        "no exponent is above 0": "没有指数大于 0",
        "and at least 1": "并且至少为 1",
        "the denominator is at most the number of keys": "分母至多为键的个数",
        "the logarithm of the sum, stable": "和的对数的稳定形式",
        "lse is at least the largest": "lse 不小于最大得分",
        "the sum of `exp(S)` is at least its largest term": "`exp(S)` 之和不小于其中最大的一项",
        "lse is at most the largest plus log m": "lse 不大于最大得分加 log m",
        "a bias of all keys changes nothing": "所有键的偏置不改变任何结果",
        "ALiBi's distance may be counted from the start": "ALiBi 的距离可以从头数起",
    },
)
