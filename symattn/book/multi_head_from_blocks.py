"""Chapter: several heads are a sum."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Multi-head is a sum", "多头就是求和"),
    theorem="multi-head-from-blocks",
    names={"O": "H n d_v", "W_O": "H d_v d", "W_Q": "H d d_k", "W_K": "H d d_k", "W_V": "H d d_v", "b": "1 d"},
    opening=(
        Said(
            "Papers write several heads as a concatenation followed by a projection. Multiplied out by blocks it is a "
            "sum: every head writes its own contribution to the output, and the heads do not meet before it.",
            "论文把多头写成先拼接、再投影。按分块乘开，它就是一个和：每个头各自写入自己对输出的贡献，在此之前各头互不相遇。",
        ),
    ),
    before={
        "heads side by side are a sum": Said(
            "The output projection is cut into one block of rows a head. Concatenation and projection together are the "
            "sum of `O[h] @ W_O[h]` over the heads.",
            "把输出投影按头切成行块。拼接加投影合起来，就是对各头求 `O[h] @ W_O[h]` 之和。",
        ),
        "values and output projection are one matrix a head": Said(
            "In each term the projection of the values and that of the output stand next to each other. Only their "
            "product `W_V[h] @ W_O[h]` counts, a matrix of rank d_v at most.",
            "在每一项中，值投影与输出投影相邻，起作用的只有它们的乘积 `W_V[h] @ W_O[h]`，其秩不超过 d_v。",
        ),
        "queries times A score with keys as queries do with keys times A transposed": Said(
            "The same holds of queries and keys: only `W_Q[h] @ W_K[h].T` counts, and an invertible matrix can be moved "
            "from the one to the other without any effect.",
            "查询与键也是如此：起作用的只有 `W_Q[h] @ W_K[h].T`，一个可逆矩阵可以从一边移到另一边而毫无影响。",
        ),
        "heads in another order, with their rows of the output projection": Said(
            "A sum does not feel the order of its terms, so heads may change places, if the rows of the projection go "
            "with them.",
            "和不在乎各项的次序，所以头可以互换位置，只要投影的行块跟着走。",
        ),
        "a bias of the values comes out as it went in": Said(
            "Weights sum to 1, so a bias `b` of the values passes through the attention unchanged, and one bias of the "
            "output does as well as one for every head.",
            "权重之和为 1，所以值的偏置 `b` 原样穿过注意力；输出上的一个偏置，与每个头各有一个的效果相同。",
        ),
    },
    misconceptions={
        "concatenating-is-not-adding": Said(
            "With a projection behind it, it is the sum of the projected heads, number by number.",
            "后面既然有投影，它就等于各头投影之后的和，逐个数都相等。",
        ),
    },
    practice=(
        "parameters-1-1",
        "crossing-1-2",
    ),
    chinese={
        "heads side by side are a sum": "并排的头是一个和",
        "each head's values may be projected first": "每个头的值可以先投影",
        "values and output projection are one matrix a head": "值投影与输出投影合成每个头的一个矩阵",
        "queries times A score with keys as queries do with keys times A transposed": (
            "乘了 A 的查询与键的得分，等于查询与乘了 A 转置的键的得分"
        ),
        "so only `W_Q @ W_K.T` counts": "所以只有 `W_Q @ W_K.T` 起作用",
        "heads in another order, with their rows of the output projection": "换了次序的头，连同输出投影中它们的行",
        "`Pi` is a permutation matrix: one 1 in each row and column, and 0 elsewhere": (
            "`Pi` 是置换矩阵：每行每列有一个 1，其余为 0"
        ),
        "head h of the new order is the head g with a 1 in row h of `Pi`": "新次序中的第 h 个头，是 `Pi` 第 h 行中 1 所在的第 g 个头",
        "a bias of the values comes out as it went in": "值的偏置原样出来",
    },
)
