"""Misconceptions: what is often believed of attention, by name; a chapter of the book answers each."""

from __future__ import annotations

from symattn.book.said import Said
from symattn.errors import UnknownNameError
from symattn.language.names import suggestion

BELIEFS: dict[str, Said] = {
    "attention-picks-one-key": Said("“Attention picks the key that fits best.”", "“注意力就是挑出最合适的那个键。”"),
    "query-key-value-are-three-data-sets": Said(
        "“Query, key and value are three different inputs.”", "“查询、键和值是三份不同的数据。”"
    ),
    "the-axis-does-not-matter": Said(
        "“When the scores are square, the axis of the softmax does not matter.”",
        "“得分是方阵时，softmax 沿哪个轴做都一样。”",
    ),
    "every-attention-module-compares": Said(
        "“Whatever is called attention compares queries with keys.”", "“凡是叫注意力的，都在比较查询与键。”"
    ),
    "rounding-may-come-first": Said(
        "“The softmax of rounded scores is the rounded softmax.”",
        "“先舍入得分再做 softmax，等于把 softmax 的结果舍入。”",
    ),
    "dropout-keeps-rows-at-one": Said(
        "“With dropout on the weights the rows still sum to 1.”", "“对权重做 dropout 之后，各行之和仍为 1。”"
    ),
    "softmax-has-the-constant-one": Said("“The Lipschitz constant of softmax is 1.”", "“softmax 的利普希茨常数是 1。”"),
    "additive-scores-need-no-tanh": Said(
        "“Additive attention without its tanh still follows the query.”", "“加性注意力去掉 tanh，仍会随查询而变。”"
    ),
    "attention-is-lipschitz": Said(
        "“Attention is Lipschitz because softmax is.”", "“softmax 是利普希茨连续的，所以注意力也是。”"
    ),
    "weights-are-determined-by-the-output": Said(
        "“The weights `P` are determined by the output `O`.”", "“权重 `P` 由输出 `O` 唯一确定。”"
    ),
    "maximum-is-for-stability": Said(
        "“The maximum in channel attention is there for numerical stability.”", "“通道注意力里取最大值是为了数值稳定。”"
    ),
    "scaling-enlarges-gradients": Said(
        "“Dividing the scores by the root of d_k makes all gradients larger.”",
        "“把得分除以 d_k 的平方根会使所有梯度变大。”",
    ),
    "a-cache-is-approximate": Said("“The cache is an approximation.”", "“缓存是一种近似。”"),
    "queries-are-kept-too": Said("“Queries should be kept too.”", "“查询也应该保留。”"),
    "tiles-are-approximate": Said("“Tiled attention is an approximation.”", "“分块注意力是一种近似。”"),
    "forward-mode-is-useless": Said("“Forward mode is the slower one, and so useless.”", "“前向模式更慢，所以没用。”"),
    "self-attention-is-invariant": Said(
        "“Self-attention is invariant under permutations.”", "“自注意力对置换是不变的。”"
    ),
    "linear-is-softmax-reordered": Said(
        "“Linear attention is softmax attention with the brackets moved.”",
        "“线性注意力就是换了括号的 softmax 注意力。”",
    ),
    "a-large-number-is-minus-infinity": Said("“−10⁹ is as good as −∞.”", "“−10⁹ 与 −∞ 没有区别。”"),
    "causal-masks-end-at-the-lower-right": Said(
        "“With fewer queries than keys a causal mask is aligned at the lower right.”",
        "“查询比键少时，因果掩码总是右下对齐。”",
    ),
    "concatenating-is-not-adding": Said(
        "“Concatenating heads is something other than adding them.”", "“拼接各头与把各头相加是两回事。”"
    ),
    "rotary-layouts-are-interchangeable": Said(
        "“The two layouts of RoPE are interchangeable.”", "“RoPE 的两种排布可以互换。”"
    ),
    "narrow-heads-give-weights-of-low-rank": Said(
        "“A small d_k makes the weights a matrix of low rank.”", "“d_k 小，权重矩阵的秩就低。”"
    ),
    "a-dot-product-measures-the-angle": Said("“A dot product measures the angle.”", "“点积衡量的是夹角。”"),
    "cold-softmax-is-one-hot": Said(
        "“As the temperature goes to 0 softmax becomes one-hot.”", "“温度趋于 0 时，softmax 变成独热。”"
    ),
    "the-gradient-is-the-diagonal": Said(
        "“The gradient of softmax is `P * (1 - P)`.”", "“softmax 的梯度是 `P * (1 - P)`。”"
    ),
    "softmax-ignores-a-factor": Said("“Softmax does not feel a factor either.”", "“softmax 对倍数也不敏感。”"),
    "a-bias-of-the-keys-is-learned": Said(
        "“The bias of the keys is learned like any other.”", "“键的偏置和其他参数一样能学到东西。”"
    ),
    "saturation-stops-all-learning": Said(
        "“Where softmax saturates nothing is learned at all.”", "“softmax 一旦饱和，就什么也学不到了。”"
    ),
    "d-is-the-width-of-the-model": Said("“d is the width of the model.”", "“这里的 d 是模型的宽度。”"),
    "trained-scores-have-variance-one": Said(
        "“Scores have variance 1 in a trained model.”", "“训练好的模型里得分的方差是 1。”"
    ),
    "weights-rounded-by-hand-will-do": Said(
        "“The weights of the first input are 0, ½, ½.”", "“第 1 个输入的权重是 0、½、½。”"
    ),
}
"""One row a misconception; the chapter that answers it has its name."""


def belief(name: str) -> Said:
    """What is believed.

    >>> belief("the-gradient-is-the-diagonal").en
    '“The gradient of softmax is `P * (1 - P)`.”'

    Errors: ``UnknownNameError`` for a name that the table does not have.
    """
    if name not in BELIEFS:
        raise UnknownNameError(f"BELIEFS in book/misconceptions.py has no {name!a}.{suggestion(name, BELIEFS)}")
    return BELIEFS[name]
