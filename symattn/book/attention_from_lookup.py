"""Chapter: from looking a key up to attending to all of them."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Attention from lookup", "从查表到注意力"),
    theorem="attention-from-lookup",
    names={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "W": "n m", "P": "n m", "O": "n d_v"},
    opening=(
        Said(
            "A dictionary answers a query with the value of the one key that is equal to it. Attention answers with a "
            "mean of all values, in which a key counts the more, the better it fits. This chapter goes from the one to "
            "the other in four steps; nothing but the kernel `exp(Q @ K.T)` is chosen on the way.",
            "字典用与查询相等的那一个键所对应的值来回答；注意力则用所有值的加权平均来回答，键越合适，权重越大。本章分四步从前者"
            "走到后者，途中唯一的选择是核 `exp(Q @ K.T)`。",
        ),
    ),
    before={
        "looking up one key": Said(
            "The answer of a dictionary is a product with the values too: a row of weights that is 1 at the key that "
            "was found and 0 elsewhere.",
            "字典的回答本身也是与值矩阵的乘积：权重行在找到的键处为 1，其余为 0。",
        ),
        "weights in proportion to a kernel": Said(
            "Now let every key count. Give it a weight `W` that is not negative and divide by the sum of the row, so "
            "that the answer is a mean. Whether one divides the weights or the sum of the values makes no difference.",
            "现在让每个键都起作用：给它一个非负的权重 `W`，再除以该行之和，使回答成为平均值。先除权重还是后除加权和，结果相同。",
        ),
        "the kernel exp of a score": Said(
            "Take for the weight the exponential of the score `Q @ K.T`. It is positive whatever the score, and it "
            "turns differences of scores into ratios of weights. The mean that results is softmax attention.",
            "取得分 `Q @ K.T` 的指数作为权重。无论得分为何，它总是正的，并把得分之差变成权重之比。由此得到的平均就是 softmax "
            "注意力。",
        ),
        "all queries at once, each with a row of its own: the first ones": Said(
            "Softmax works row by row, and a row belongs to one query. So queries below each other do not feel one "
            "another: the first ones get what they would get alone,",
            "softmax 逐行进行，而一行只属于一个查询。因此上下排列的查询互不影响：前面的查询得到的，与它们单独计算时相同；",
        ),
        "and the others": Said("and so do the others.", "其余的查询也是如此。"),
    },
    misconceptions={
        "weights-are-determined-by-the-output": Said(
            "Only if the values are affinely independent, and then there is at most one more of them than a value has "
            "coordinates. With more keys, different weights give the same output, and they explain less than they seem to.",
            "只有当各个值仿射无关时才如此，而这要求键的个数不超过值的维数加一。键再多，不同的权重就可以给出同一个输出，所以权重的解释力"
            "比看上去要弱。",
        ),
    },
    practice=(
        "output-1-1",
        "kernel-regression-1-2",
    ),
    chinese={
        "looking up one key": "查找一个键",
        "a weight of 1 at one key gives its value": "在某个键处权重为 1，得到的就是它的值",
        "weights in proportion to a kernel": "权重与核成比例",
        "the kernel exp of a score": "以得分的指数为核",
        "all queries at once, each with a row of its own: the first ones": "所有查询一起算，各占一行：前面的查询",
        "and the others": "以及其余的查询",
        "attention as kernel smoothing": "注意力即核平滑",
    },
)
