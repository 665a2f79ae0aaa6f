"""Chapter: where outputs lie, and what permuting tokens does."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

PERMUTATION = "`Pi` is a permutation matrix: one 1 in each row and column, and 0 elsewhere"

chapter = Chapter(
    title=Said("Convex hull, permutations, Markov chains", "凸包、置换与马尔可夫链"),
    theorem="geometry-of-outputs",
    names={"P": "n m", "V": "m d", "X": "n d", "Pi": "n n", "S": "n m"},
    opening=(
        Said(
            "Weights are not negative and sum to 1. From this alone it follows where an output can lie, that attention "
            "does not know the order of tokens, and that taking means brings outputs closer together than values are.",
            "权重非负且和为 1。仅由此就可以推出：输出可能落在哪里，注意力不区分词元的次序，以及取平均会使输出比各个值更靠近。",
        ),
    ),
    before={
        "weights are not negative": Said("Exponentials are positive.", "指数函数的值恒为正。"),
        "the sum of a row of weights": Said(
            "The denominator is the sum of what stands above it, so each row is a distribution.",
            "分母就是分子之和，所以每一行是一个分布。",
        ),
        "no coordinate above the largest": Said(
            "A mean is at most the largest of what it is taken of,", "平均值不超过其中的最大者，"
        ),
        "no coordinate below the smallest": Said(
            "and at least the smallest: an output lies in the convex hull of the values.",
            "也不小于最小者：输出落在各个值的凸包内。",
        ),
        "the norm of an output": Said(
            "It is no longer than the longest value. Attention by itself cannot make numbers grow.",
            "它不会比最长的值更长。注意力本身不会使数变大。",
        ),
        "the scores of permuted tokens": Said(
            "Let `Pi` put the tokens in another order. Rows and columns of the scores change places with them,",
            "设 `Pi` 把词元换一个次序。得分的行与列随之换位，",
        ),
        "the weights of permuted scores": Said(
            "and so do those of the weights, as softmax treats all keys alike.",
            "权重也是如此，因为 softmax 对所有键一视同仁。",
        ),
        "a permutation transposed undoes it": Said(
            "In the product with the values one permutation undoes the other,", "在与值相乘时，两个置换互相抵消，"
        ),
        "self-attention follows a permutation of its tokens": Said(
            "so that the outputs are those of before, in the new order. Without positions a text is a bag of words.",
            "所以输出就是原来的输出，只是换了次序。没有位置信息，一段文本就只是一个词袋。",
        ),
        "two layers of weights": Said(
            "Products of weights are weights again: attention over attention is a step of a Markov chain.",
            "权重的乘积仍是权重：注意力之上的注意力，是马尔可夫链的一步。",
        ),
        "two outputs whose rows of weights share the weights w, coordinate by coordinate": Said(
            "Two outputs differ only in what their rows of weights do not share. As softmax weights are positive, all "
            "rows share something, and the outputs move together.",
            "两个输出的差别，只来自两行权重不共有的部分。softmax 的权重都是正的，所以各行总有共有的部分，输出因而彼此靠近。",
        ),
    },
    misconceptions={
        "self-attention-is-invariant": Said(
            "It is equivariant: the outputs are permuted as the tokens are. Only a pooled result is invariant.",
            "它是等变的：词元怎样置换，输出就怎样置换。只有汇总之后的结果才是不变的。",
        ),
        "dropout-keeps-rows-at-one": Said(
            "Only in expectation. Some weights become 0 and the others are enlarged by one fixed factor, whatever was "
            "dropped: in a single step a row may sum to more or less than 1, and an output may leave the convex hull.",
            "只在期望意义下如此。一部分权重变为 0，其余的乘以一个固定的因子，与丢弃了哪些无关：在某一步中，一行之和可能大于或小于 1，"
            "输出也可能落到凸包之外。",
        ),
    },
    practice=(
        "mixture-1-1",
        "coldest-2-2",
    ),
    chinese={
        PERMUTATION: "`Pi` 是置换矩阵：每行每列有一个 1，其余为 0",
        "weights are not negative": "权重非负",
        "the sum of a row of weights": "一行权重之和",
        "the denominator is the same along the row": "分母在一行之内不变",
        "no coordinate above the largest": "没有坐标大于最大者",
        "no coordinate below the smallest": "没有坐标小于最小者",
        "the norm of an output": "输出的范数",
        "the scores of permuted tokens": "置换后词元的得分",
        "the weights of permuted scores": "置换后得分的权重",
        "row by row": "逐行",
        "inverse of a permutation": "置换的逆",
        "a permutation transposed undoes it": "置换的转置把它还原",
        "so does `Pi @ Pi.T`": "`Pi @ Pi.T` 也是如此",
        "self-attention follows a permutation of its tokens": "自注意力跟随词元的置换",
        "two layers of weights": "两层权重",
        "products of weights have rows that sum to 1": "权重之积的各行和为 1",
        "two outputs whose rows of weights share the weights w, coordinate by coordinate": (
            "两个输出，它们的权重行共有权重 w：逐个坐标"
        ),
        "`w + a` and `w + b` have one sum: 1": "`w + a` 与 `w + b` 之和相同，都是 1",
        "`a` and `b` have one sum, 1 less that of `w`: that times the range of `V`. With `w` the lesser of both "
        "weights it is Dobrushin's coefficient, below 1 as softmax weights are positive": (
            "`a` 与 `b` 之和相同，等于 1 减去 `w` 之和：差别至多是它乘以 `V` 的极差。取 `w` 为两者权重的较小者，它就是 Do"
            "brushin 系数，由于 softmax 的权重为正，它小于 1"
        ),
        "the collapse of rank through many layers": "经过许多层之后秩的塌缩",
    },
)
