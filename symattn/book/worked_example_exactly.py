"""Chapter: the worked example, exactly."""

from symattn.book.chapter import Chapter, Misconception
from symattn.book.said import Said

chapter = Chapter(
    title=Said("The worked example, exactly", "精确演算一个例子"),
    theorem="worked-example-exactly",
    names={"X": "n d", "W_Q": "d d_k", "W_K": "d d_k", "W_V": "d d_v", "Q": "n d_k", "K": "n d_k", "t": "scalar"},
    opening=(
        Said(
            "Three inputs of four numbers each, and weights of small whole numbers: thousands of courses use this example, "
            "with weights rounded to one digit. Here nothing is rounded. With one letter for a power of e, every weight "
            "and every output is a fraction of polynomials.",
            "三个输入，每个四个数，权重都是小整数：成千上万的课程用过这个例子，并把注意力权重舍入到一位小数。这里什么都不舍入。用一个"
            "字母代表 e 的幂，每个权重、每个输出都是多项式的分式。",
        ),
    ),
    before={
        "the queries": Said("Each input is projected three times: to a query,", "每个输入投影三次：得到查询，"),
        "the keys": Said("to a key,", "得到键，"),
        "the values": Said("and to a value.", "以及得到值。"),
        "the scores": Said(
            "Every query meets every key in the product `Q @ K.T`. Query 1 finds two keys equally good.",
            "每个查询与每个键在乘积 `Q @ K.T` 中相遇。第 1 个查询觉得有两个键同样好。",
        ),
        "the exponentials of the scores at the scale t": Said(
            "All scores are even. So with u for `exp(2 * t)` their exponentials are powers of u, whatever the scale.",
            "所有得分都是偶数。于是用 u 表示 `exp(2 * t)`，无论缩放多少，它们的指数都是 u 的幂。",
        ),
        "the weights at the scale t": Said(
            "Each row divided by its sum: fractions that can be reduced, and that cannot be confused with their roundings.",
            "每行除以自己的和：得到可以约分的分式，绝不会与其舍入值混淆。",
        ),
        "the outputs at the scale t": Said(
            "And the mean of the values under these weights. At scale 1 and at one over the root of 3 they are the same "
            "fractions, of another u.",
            "以及这些权重下值的平均。缩放为 1 或为 3 的平方根分之一，都是同样的分式，只是 u 不同。",
        ),
    },
    misconceptions=(
        Misconception(
            Said("“Softmax of these scores is 0, ½, ½.”", "“这些得分的 softmax 是 0、½、½。”"),
            Said(
                "Rounded to one digit it is, for a first row that in truth gives 6 % to the first key. The rounding moves "
                "an output by 0.3.",
                "舍入到一位小数确实如此，但第一行其实给了第一个键约 6 % 的权重。这一舍入使输出偏移了 0.3。",
            ),
        ),
    ),
    chinese={
        "the queries": "查询",
        "the keys": "键",
        "the values": "值",
        "the scores": "得分",
        "the exponentials of the scores at the scale t": "缩放为 t 时得分的指数",
        "the weights at the scale t": "缩放为 t 时的权重",
        "`t = 1` unscaled, `t = 1 / sqrt(3)` scaled: the same fractions": "不缩放时 `t = 1`，缩放时 `t = 1 / sqrt(3)`：分式相同",
        "the outputs at the scale t": "缩放为 t 时的输出",
    },
)
