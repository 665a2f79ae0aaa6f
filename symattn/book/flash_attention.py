"""Chapter: online softmax and tiled attention."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

KEY_BY_KEY = {
    f"softmax key by key: {name}{rest}": f"逐键的 softmax：{name}{chinese}"
    for name in "mlo"
    for rest, chinese in ((" of one row", "，一行时"), (" of one row more", "，多一行时"))
}

chapter = Chapter(
    title=Said("Online softmax and tiled attention", "在线 softmax 与分块注意力"),
    theorem="flash-attention",
    names={
        "S": "n m",
        "V": "m d",
        "m_1": "1 1",
        "m_2": "1 1",
        "l": "n 1",
        "o": "n d",
        "P": "n m",
        "dP": "n m",
        "dO": "n d",
        "O": "n d",
    },
    opening=(
        Said(
            "A row of softmax seems to need all its scores at once: the largest of them, then the sum. It does not. Three "
            "things are enough to go on from any point: the largest score so far, the sum and the weighted values taken "
            "with it. From this come kernels that never hold the table of weights.",
            "softmax 的一行似乎一次就需要所有得分：先找最大者，再求和。其实不必。从任何一处继续下去，只需三样东西：到目前为止的最大"
            "得分，以及以它为基准的和与加权值。那些从不存放整张权重表的内核由此而来。",
        ),
    ),
    before={
        "merged states: the weights add": Said(
            "Two states of disjoint keys, with the references `m_1` and `m_2`, are merged at a common one. Whatever it is, "
            "the sums of exponentials add,",
            "两组不相交的键各有状态，基准为 `m_1` 与 `m_2`，合并到一个共同的基准。无论它是什么，指数之和相加，",
        ),
        "merged states: the outputs add": Said("and so do the weighted values.", "加权值也相加。"),
        "merging is associative: the reference": Said(
            "Which two of three states are merged first does not matter: not for the reference,",
            "三组状态先合并哪两组，结果都一样：对基准如此，",
        ),
        "merging is associative: the weight": Said("not for the sum,", "对和如此，"),
        "merging is associative: the output": Said("not for the values,", "对值如此，"),
        "merging is commutative": Said("nor does it matter which comes first.", "谁先谁后也无关。"),
        "softmax key by key: l": Said(
            "Folded key by key, the state of all keys comes out: the sum,", "逐个键合并，得到所有键的状态：和，"
        ),
        "softmax key by key: o": Said("and the values.", "以及值。"),
        "reading the output out of the state": Said(
            "The output is the values over the sum, and it is softmax attention.",
            "输出是值除以和，它就是 softmax 注意力。",
        ),
        "reading the logarithm of the sum out of the state": Said(
            "The logarithm of the denominator is read out as well; the backward pass needs it and little else.",
            "分母的对数也一并读出；反向传播需要它，此外所需不多。",
        ),
        "scores less a number of each query, as one product": Said(
            "What is taken off the scores of a query need not be the largest of them: any number cancels. Carried along "
            "as one more column it costs no step of its own,",
            "从一个查询的得分中减去的数，不必是其中最大的：任何数都会消去。把它作为多出的一列带上，就不需要单独的一步，",
        ),
        "values and sums of rows, as one product": Said(
            "and with a column of ones among the values the sums of the rows come out of the same product.",
            "再在值中添上一列一，行和也从同一个乘积得出。",
        ),
        "reading the output, whatever is taken off the scores": Said(
            "The output is the same for every such number. Code takes the length of the query times that of the longest "
            "key, which by the inequality of Cauchy and Schwarz no score exceeds: no largest score is looked for at all.",
            "无论减去什么数，输出都相同。程序取查询的长度乘以最长的键的长度；由柯西–施瓦茨不等式，没有得分会超过它，于是根本不必寻找最大得分。",
        ),
        "one more block of keys: the weight": Said(
            "The same holds of blocks of keys as of single ones: the sum,", "对一块键与对单个键同样成立：和，"
        ),
        "one more block of keys: the output": Said("and the values.", "以及值。"),
        "attention over two blocks of keys": Said(
            "So attention over two blocks is a mean of the two attentions, weighted by their sums,",
            "所以两块上的注意力，是两个注意力按各自的和加权的平均，",
        ),
        "the logarithm of the sum over two blocks": Said(
            "and the logarithms of the sums merge alike.", "和的对数也同样合并。"
        ),
        "row sums of P * dP are those of dO * O": Said(
            "In the backward pass the one sum over all keys is `rowsum(P * dP)`, and that is `rowsum(dO * O)`: it is "
            "known before any block is visited.",
            "反向传播中唯一要对所有键求的和是 `rowsum(P * dP)`，而它等于 `rowsum(dO * O)`：在访问任何一块之前就已知。",
        ),
        "the gradient of the query, block by block": Said(
            "The gradient of the queries is a sum over blocks, with the weights of each block computed again,",
            "查询的梯度是对各块的求和，每块的权重重新计算，",
        ),
        "the gradient of a block of keys": Said(
            "a block of keys needs only its own scores,", "一块键只需要自己的得分，"
        ),
        "the gradient of a block of values": Said(
            "and a block of values only its own weights.", "一块值只需要自己的权重。"
        ),
    },
    misconceptions={
        "tiles-are-approximate": Said(
            "Over the real numbers it is the same function. In floating point the order of merging changes the rounding.",
            "在实数上它是同一个函数。在浮点数中，合并的次序只影响舍入。",
        ),
    },
    practice=(
        "online-denominator-1-1",
        "online-softmax-1-2",
    ),
    chinese={
        **KEY_BY_KEY,
        "merged states: the weights add": "合并状态：权重相加",
        "whatever `m` is": "无论 `m` 是什么",
        "merged states: the outputs add": "合并状态：输出相加",
        "merging is associative: the reference": "合并满足结合律：基准",
        "merging is associative: the weight": "合并满足结合律：权重",
        "merging is associative: the output": "合并满足结合律：输出",
        "merging is commutative": "合并满足交换律",
        "softmax key by key: l": "逐键的 softmax：l",
        "softmax key by key: o": "逐键的 softmax：o",
        "`s` is the next row of `S` and `v` is the next row of `V`": "`s` 是 `S` 的下一行，`v` 是 `V` 的下一行",
        "reading the output out of the state": "从状态读出输出",
        "reading the logarithm of the sum out of the state": "从状态读出和的对数",
        "scores less a number of each query, as one product": "得分减去每个查询的一个数，写成一个乘积",
        "values and sums of rows, as one product": "值与行和，写成一个乘积",
        "reading the output, whatever is taken off the scores": "无论从得分减去什么，都能读出输出",
        "one more block of keys: the largest score": "再加一块键：最大得分",
        "one more block of keys: the weight": "再加一块键：权重",
        "one more block of keys: the output": "再加一块键：输出",
        "attention over two blocks of keys": "两块键上的注意力",
        "each block's own output, weighted": "各块自己的输出，加权",
        "the logarithm of the sum over two blocks": "两块上和的对数",
        "row sums of P * dP are those of dO * O": "P * dP 的行和等于 dO * O 的行和",
        "one pass over `n * m` numbers less": "少扫一遍 `n * m` 个数",
        "the gradient of the query, block by block": "逐块求查询的梯度",
        "weights again from the scores and `L`": "由得分和 `L` 重新得到权重",
        "the gradient of a block of keys": "一块键的梯度",
        "the gradient of a block of values": "一块值的梯度",
        "that the memory needed is of order `n * d`: nothing here counts it": "所需内存为 `n * d` 量级：这里没有计算它",
    },
)
