"""Chapter: masks are sets of allowed keys."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Masks", "掩码"),
    theorem="masks",
    names={"S": "n m", "c": "scalar", "dS": "n m"},
    opening=(
        Said(
            "A mask says which keys a query may see. It is best thought of as a set, and softmax as running over the "
            "keys in it: nothing outside gets any weight, whatever its score. Code often writes a large negative number "
            "instead, and this chapter says when that is the same, and when it is not.",
            "掩码规定一个查询可以看到哪些键。最好把它看作一个集合，而 softmax 只在集合内的键上进行：集合之外的键无论得分多少，权重"
            "都是 0。代码里常用一个很大的负数代替，本章说明何时两者相同，何时不同。",
        ),
    ),
    before={
        "softmax over the allowed keys": Said(
            "Over a set means: the exponentials of the other keys are left out, above and below the bar.",
            "在集合上进行，意思是：分子分母中都去掉其他键的指数。",
        ),
        "masked after the softmax and normalised again": Said(
            "Masking after the softmax comes to the same, provided that one normalises again. Without that the row no "
            "longer sums to 1.",
            "在 softmax 之后再掩码，结果相同，前提是重新归一化；否则这一行之和不再是 1。",
        ),
        "one mask after the other: causal, then a window of two keys": Said(
            "Two masks one after the other are the keys that both allow.", "先后使用两个掩码，留下的是两者都允许的键。"
        ),
        "a row without keys": Said(
            "If no key is left there is nothing to normalise. Libraries give NaN, a mean of all values, or zeros; here "
            "such a row is zeros, and so is its gradient.",
            "如果一个键也不剩，就没有可归一化的东西。各个库的做法不同：NaN、所有值的平均，或零；这里规定这样的行为零，其梯度也为零。",
        ),
        "a finite number off all keys of a row is no mask": Said(
            "A finite number `c` taken off a whole row does nothing at all: softmax does not feel it. This is why a mask "
            "by numbers fails in rows without keys.",
            "从整行减去一个有限的数 `c` 毫无作用：softmax 的结果不变。用数来做掩码，在没有键的行里正是因此失效。",
        ),
        "a finite number off the keys that are not allowed": Said(
            "Taken off the forbidden keys alone it is a mask in the limit, as `c` grows.",
            "只从不允许的键减去它，当 `c` 增大时，极限就是掩码。",
        ),
        "the cotangent of causal scores": Said(
            "The gradient has the same form as without a mask, and it is 0 wherever a key is not allowed, as its weight is.",
            "梯度的形式与没有掩码时相同；凡是不允许的键，权重为 0，梯度也为 0。",
        ),
    },
    misconceptions={
        "a-large-number-is-minus-infinity": Said(
            "In a row with a key it is, up to rounding. In a row without one it gives a mean of all values, and in "
            "float16 the number does not exist.",
            "在有键的行里，除舍入误差外没有区别；在没有键的行里，它给出所有值的平均；而在 float16 中这个数根本不存在。",
        ),
        "causal-masks-end-at-the-lower-right": Said(
            "A cache needs it so, and some libraries do it so; others, torch's is_causal among them, align at the upper "
            "left. Only with as many queries as keys are the two the same.",
            "使用缓存时需要这样，有些库也这样做；另一些库，例如 torch 的 is_causal，则是左上对齐。只有查询与键个数相同时，两者才一致。",
        ),
    },
    practice=(
        "causal-1-1",
        "padding-1-2",
    ),
    chinese={
        "softmax over the allowed keys": "允许的键上的 softmax",
        "masked after the softmax and normalised again": "在 softmax 之后掩码并重新归一化",
        "one mask after the other: causal, then a window of two keys": "先后两个掩码：因果，再加两个键的窗口",
        "the keys that both allow": "两者都允许的键",
        "a row without keys": "没有键的行",
        "the convention here: a row without allowed keys is 0": "这里的约定：没有允许键的行为 0",
        "a finite number off all keys of a row is no mask": "从整行减去有限的数不是掩码",
        "a finite number off the keys that are not allowed": "从不允许的键减去有限的数",
        "when `c -> oo`": "当 `c -> oo` 时",
        "the cotangent of causal scores": "因果得分的梯度",
        "`S_t` is the rate at which `S` changes": "`S_t` 是 `S` 的变化率",
        "0 wherever a key is not allowed": "凡不允许的键处为 0",
        "softmax ignores a shift of its row": "softmax 不受整行平移的影响",
        "`exp(c)` is the same along the row": "`exp(c)` 在一行之内不变",
    },
)
