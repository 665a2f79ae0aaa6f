"""Chapter: kernels, linear attention, recurrences, sinks."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("From kernels to recurrences", "从核到递推"),
    theorem="kernels-to-recurrences",
    names={"F": "n d_f", "G": "m d_f", "V": "m d_v", "Q": "n d_k", "K": "m d_k", "S": "n m"},
    opening=(
        Said(
            "Softmax attention compares every query with every key. If the kernel were a product of features, one of the "
            "query and one of the key, the sums over the keys could be taken once for all queries, and the cost would "
            "grow only in proportion to the length of the text.",
            "softmax 注意力让每个查询与每个键相比。如果核是查询的特征与键的特征之积，对键的求和就可以为所有查询只做一次，代价便只与"
            "文本长度成正比。",
        ),
    ),
    before={
        "the order of the products": Said(
            "With `F @ G.T` for the kernel, brackets may be moved: `G.T @ V` is a small matrix that no query is in.",
            "用 `F @ G.T` 作核，括号可以移动：`G.T @ V` 是一个与查询无关的小矩阵。",
        ),
        "the state of linear attention: A": Said(
            "In a causal text that matrix grows token by token: to the state each new token adds a term.",
            "在因果的文本中，这个矩阵逐个词元地增长：每个新词元给状态加上一项。",
        ),
        "the last output of causal linear attention": Said(
            "The newest output is read off the state, whose size does not depend on the length of the text. Attention "
            "has become a recurrence.",
            "最新的输出由状态读出，而状态的大小与文本长度无关。注意力变成了递推。",
        ),
        "the exponent of positive random features": Said(
            "The exponential of a dot product is the expectation of a product of random features. What makes this "
            "work is a square completed.",
            "点积的指数等于随机特征之积的期望。其关键是配方。",
        ),
        "softmax with one more score of 0 that has no value": Said(
            "A sink is one more key, of score 0 and without a value. It lets a row attend to nothing: attention times a "
            "gate.",
            "汇点（sink）是多出的一个键，得分为 0，没有值。它使一行可以什么都不关注：注意力乘以一个门。",
        ),
        "the logarithm of the weights": Said(
            "A word on what is lost: the rank of weights from features is at most the number of features, while of "
            "softmax weights only the logarithms are bound so.",
            "再说失去了什么：由特征得到的权重，其秩不超过特征的个数；而 softmax 权重受约束的只是对数。",
        ),
    },
    misconceptions={
        "linear-is-softmax-reordered": Said(
            "The brackets can be moved because the kernel is another one, a product of features. In softmax the exponential "
            "stands between the product with the keys and the sum over them.",
            "括号能移动，是因为换了一个核，即特征之积。在 softmax 中，与键相乘和对键求和之间隔着指数函数。",
        ),
    },
    practice=(
        "linear-attention-1-1",
        "off-by-one-1-2",
    ),
    chinese={
        "the order of the products": "乘积的次序",
        "the state of linear attention: A": "线性注意力的状态：A",
        "`g` is the next row of `G` and `v` is the next row of `V`": "`g` 是 `G` 的下一行，`v` 是 `V` 的下一行",
        "the state of linear attention: A of one row": "线性注意力的状态：一行时的 A",
        "the state of linear attention: A of one row more": "线性注意力的状态：多一行时的 A",
        "the state of linear attention: z": "线性注意力的状态：z",
        "the state of linear attention: z of one row": "线性注意力的状态：一行时的 z",
        "the state of linear attention: z of one row more": "线性注意力的状态：多一行时的 z",
        "the last output of causal linear attention": "因果线性注意力的最后一个输出",
        "the last row sees every key": "最后一行看得到每个键",
        "the exponent of positive random features": "正随机特征的指数",
        "so `E(exp(w @ (q + k).T)) * exp(-(q @ q.T + k @ k.T) / 2) = exp(q @ k.T)`": "所以 `E(exp(w @ (q + k).T)) * exp(-(q @ q.T + k @ k.T) / 2) = exp(q @ k.T)`",
        "softmax with one more score of 0 that has no value": "多一个没有值的 0 分键的 softmax",
        "ordinary attention times a gate": "普通注意力乘以一个门",
        "the logarithm of the weights": "权重的对数",
        "a product over `d_k + 1` columns: its rank is at most `d_k + 1`": "这是 `d_k + 1` 列上的乘积：秩至多为 `d_k + 1`",
        "the Gaussian integral by which `exp(q @ k.T)` is the expectation of products of random features, and the "
        "variance of these (Choromanski et al. 2021)": (
            "使 `exp(q @ k.T)` 成为随机特征之积的期望的高斯积分，以及这些特征的方差（Choromanski 等 2021）"
        ),
    },
)
