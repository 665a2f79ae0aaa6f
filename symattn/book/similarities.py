"""Chapter: one example under several similarities."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Similarities", "相似度"),
    theorem="similarities",
    names={"Q": "n d", "K": "m d", "X": "n d", "W_Q": "d d_k", "W_K": "d d_k", "sigma": "scalar"},
    opening=(
        Said(
            "How well a key fits a query can be measured by a dot product, a distance, an angle or a small network. "
            "What a whole row shares drops out of softmax, and so some of these measures are closer than they look, and one "
            "of them is blind.",
            "键与查询有多合适，可以用点积、距离、夹角或小网络来衡量。整行共有的部分在 softmax 中消去，所以其中有些度量比看上去更接近，"
            "有一种则根本看不见查询。",
        ),
    ),
    before={
        "the squared distance": Said(
            "A squared distance multiplied out is two squared lengths and a dot product.",
            "把平方距离展开，就是两个长度的平方和一个点积。",
        ),
        "the Gaussian kernel is a dot product with a bias of the keys": Said(
            "The length of the query is the same along the row and goes; that of the key stays as a bias. Gaussian "
            "attention is dot-product attention that long keys pay for.",
            "查询的长度在整行中相同，因而消去；键的长度留下来成为偏置。高斯核注意力就是让长键付出代价的点积注意力。",
        ),
        "keys of one norm: Gaussian is dot-product attention": Said(
            "If all keys have one length, the bias is the same for all and goes too. Then the two are equal.",
            "如果所有键长度相同，这个偏置对所有键一样，也就消去。此时两者相等。",
        ),
        "additive scores without tanh do not depend on the query": Said(
            "Additive scores need their tanh: without it the query adds the same number to the whole row, and nothing "
            "of it is left.",
            "加性得分离不开 tanh：没有它，查询只是给整行加上同一个数，什么也留不下。",
        ),
        "a cosine does not feel the length of a query": Said(
            "A cosine forgets both lengths, so that no key wins by being long.",
            "余弦忽略两边的长度，所以没有哪个键能靠长度取胜。",
        ),
        "a bilinear score of tokens": Said(
            "Projected queries and keys are a bilinear form of the tokens, `W_Q @ W_K.T` of rank d_k at most. It need "
            "not be symmetric: to attend is not to be attended to.",
            "投影后的查询与键，是词元的一个双线性型，矩阵为 `W_Q @ W_K.T`，秩不超过 d_k。它不必对称：i 关注 j，不等于 j 关注 i。",
        ),
    },
    misconceptions={
        "a-dot-product-measures-the-angle": Said(
            "It measures angle and length together. In the worked example key 2, the longest, is never beaten under the "
            "dot product, and never wins under the cosine.",
            "它同时衡量夹角和长度。在本书的算例中，第 2 个键最长：按点积，没有别的键超过它；按余弦，它从未获胜。",
        ),
        "additive-scores-need-no-tanh": Said(
            "Without it the score is one number from the query plus one from the key. The first is the same along the "
            "row, and softmax does not feel it: every query gets the same weights.",
            "去掉它，得分就是来自查询的一个数加上来自键的一个数。前者在整行中相同，softmax 不受它影响：每个查询得到同样的权重。",
        ),
    },
    practice=(
        "winners-1-1",
        "additive-scores-2-2",
        "softcap-1-3",
    ),
    chinese={
        "the squared distance": "平方距离",
        "the Gaussian kernel is a dot product with a bias of the keys": "高斯核是带键偏置的点积",
        "keys of one norm: Gaussian is dot-product attention": "键的范数相同：高斯核就是点积注意力",
        "every key has the norm `r`": "每个键的范数都是 `r`",
        "additive scores without tanh do not depend on the query": "去掉 tanh 的加性得分与查询无关",
        "a cosine does not feel the length of a query": "余弦不受查询长度的影响",
        "`exp(c)` is any positive factor": "`exp(c)` 是任意正的因子",
        "a bilinear score of tokens": "词元的双线性得分",
        "softmax ignores a shift of its row": "softmax 不受整行平移的影响",
        "`exp(c)` is the same along the row": "`exp(c)` 在一行之内不变",
        "which key of the worked example wins under each similarity: symattn compare shows it with numbers": (
            "算例中每种相似度下哪个键获胜：symattn compare 会给出具体数字"
        ),
    },
)
