"""Chapter: softmax from maximum entropy."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Softmax from maximum entropy", "由最大熵得到 softmax"),
    theorem="softmax-from-maximum-entropy",
    names={"p": "1 m", "s": "1 m", "T": "scalar", "delta": "scalar"},
    opening=(
        Said(
            "Why softmax, of all functions that make weights out of scores? Ask for weights with a large expected score, "
            "but reward them for being even: the price of unevenness is the temperature `T`, and what comes out is "
            "softmax.",
            "把得分变成权重的函数那么多，为什么偏偏是 softmax？要求权重的期望得分大，同时奖励它们分布均匀：不均匀的代价就是温度 `T`，"
            "由此得到的正是 softmax。",
        ),
    ),
    before={
        "Lagrange's function along a change of the weights": Said(
            "Expected score plus `T` times entropy is to be largest, under the condition that the weights sum to 1. Its "
            "change along any change of the weights is a bracket times that change.",
            "要使期望得分加 `T` 倍的熵最大，条件是权重之和为 1。它沿权重任一变化的改变，是一个括号乘以该变化。",
        ),
        "the bracket at weights in proportion to exp(s / T)": Said(
            "The bracket vanishes for weights in proportion to `exp(s / T)`,",
            "权重与 `exp(s / T)` 成比例时，括号为零，",
        ),
        "the multiplier is what makes them sum to 1": Said(
            "and the multiplier is what makes them sum to 1: this is softmax of `s / T`.",
            "而乘子使它们的和为 1：这就是 `s / T` 的 softmax。",
        ),
        "expected score plus entropy": Said(
            "That it is the largest value, and not merely a point where nothing changes, is shown by comparing with any "
            "other positive weights:",
            "要说明这是最大值，而不仅仅是一个驻点，只需与任何其他正的权重比较：",
        ),
        "the largest value is attained by softmax": Said(
            "the value attained is `T * lse(s / T)`.", "所达到的值是 `T * lse(s / T)`。"
        ),
        "the entropy of weights": Said(
            "Read backwards, this is the entropy of softmax weights,", "反过来读，这就是 softmax 权重的熵，"
        ),
        "the entropy along a change of scores": Said(
            "which falls where the scores that lead are raised further.", "抬高领先的得分，熵就下降。"
        ),
        "a weight that shares the largest score is at least …": Said(
            "Now let the temperature fall. A key that shares the largest score with k others keeps at least this,",
            "现在让温度下降。与另外 k 个键并列最大得分的键，至少保有这么多，",
        ),
        "… and at most an equal share": Said("and at most an equal share,", "至多是平均的一份，"),
        "as the temperature falls, the largest scores share": Said(
            "so that between the two bounds it tends to the equal share.", "夹在两个界之间，它趋于平均的一份。"
        ),
        "a weight below the top is not negative …": Said(
            "A key at least `delta` below the top has a weight that is not negative",
            "比最大得分至少低 `delta` 的键，权重非负，",
        ),
        "… and at most exp(-δ / T)": Said("and at most `exp(-delta / T)`,", "且不超过 `exp(-delta / T)`，"),
        "as the temperature falls, the others get nothing": Said("so that it tends to 0.", "所以它的权重最终趋于 0。"),
        "as the temperature rises": Said(
            "As the temperature rises all keys get the same.", "温度升高时，所有键得到的相同。"
        ),
        "of two scores only the difference counts": Said(
            "Between two keys softmax is a sigmoid of the difference of their scores.",
            "两个键之间，softmax 就是得分之差的 sigmoid。",
        ),
    },
    misconceptions={
        "cold-softmax-is-one-hot": Said(
            "It becomes uniform over the keys that share the largest score. In the first row of the worked example "
            "these are two.",
            "它在并列最大得分的键上变成均匀分布。在算例的第一行中，这样的键有两个。",
        ),
    },
    practice=(
        "entropy-1-1",
        "perplexity-1-2",
        "temperature-1-3",
        "coldest-1-4",
    ),
    chinese={
        "Lagrange's function along a change of the weights": "拉格朗日函数沿权重变化的改变",
        "`p` changes at the rate `p_t`; `mu` is the multiplier of the condition that `p` sums to 1": (
            "`p` 以速率 `p_t` 变化；`mu` 是“`p` 之和为 1”这一条件的乘子"
        ),
        "0 along every change where the bracket is 0": "括号为 0 时，沿任何变化都是 0",
        "the bracket at weights in proportion to exp(s / T)": "权重与 exp(s / T) 成比例时的括号",
        "the multiplier is what makes them sum to 1": "乘子使它们的和为 1",
        "expected score plus entropy": "期望得分加熵",
        "`p` are any weights that are not 0 and sum to 1: those of some scores `a`": (
            "`p` 是任意不为 0 且和为 1 的权重：即某些得分 `a` 的权重"
        ),
        "`p * exp(r)` are the weights of `s / T`, and sum to 1": "`p * exp(r)` 是 `s / T` 的权重，和为 1",
        "the largest value is attained by softmax": "最大值由 softmax 达到",
        "the entropy of weights": "权重的熵",
        "the entropy along a change of scores": "熵沿得分变化的改变",
        "`s` changes at the rate `u`": "`s` 以速率 `u` 变化",
        "a weight that shares the largest score is at least …": "并列最大得分的权重至少为……",
        "`exp(s / T)` is cancelled": "约去 `exp(s / T)`",
        "… and at most an equal share": "……且至多是平均的一份",
        "as the temperature falls, the largest scores share": "温度下降时，最大得分平分权重",
        "when `T -> 0`": "当 `T -> 0` 时",
        "a weight below the top is not negative …": "低于最大者的权重非负……",
        "… and at most exp(-δ / T)": "……且至多为 exp(-δ / T)",
        "as the temperature falls, the others get nothing": "温度下降时，其余的权重趋于 0",
        "as the temperature rises": "温度升高时",
        "when `T -> oo`": "当 `T -> oo` 时",
        "of two scores only the difference counts": "两个得分只有差值起作用",
    },
)
