"""The words of a derivation in each language: its headings, its sentences, and the legend of its signs."""

from __future__ import annotations

from symattn.publishing.sentences import Sentences

ENGLISH = {
    "inputs": "Inputs",
    "equation": "Equation of {name}",
    "entries": "Entry by entry:",
    "value": "Value of {name}",
    "and so on": "These are the first {most} of {count} members; JSON has all of them.",
    "conventions": "Conventions",
    "notes": "In these notes indices count from 0, as in code.",
    "note": "{topic}: {text}.",
    "notation": "Notation",
    "between sentences": " ",
    "and": " and ",
    "entrywise": "⊙ and ⊘ multiply and divide entry by entry, and a power with ⊙ is one of every entry.",
    "functions": "Functions of one number, such as exp and tanh, are taken of every entry.",
    "stretches": "A number, a single row or a single column stretches to the size of the other side.",
    "condition below a sum": (
        "A sum with a condition below it runs over the values of its index that meet it, within its range."
    ),
    "reductions": "Names with row give one number for each row, names with col one for each column.",
    "from 1": "Rows, columns and sums count from 1.",
    "cotangent": (
        "dX is the cotangent of X: ∂ℓ/∂X for a number ℓ that depends on the output, one derivative for each entry of X."
    ),
    "tangent": "A dot above X makes its tangent: how X changes as the inputs move along their own tangents.",
    "member": "In brackets above a name stands which member of a family is meant, such as which head.",
    "by entry": (
        "A formula in square brackets with i and j below is the matrix of these entries, i its row and j its column; "
        "a condition there is 1 where it holds and 0 elsewhere."
    ),
    "scatter": (
        "A sum in square brackets with two places below is the matrix of these entries; it runs over all entries that "
        "meet the condition below it."
    ),
    "block": "Below a matrix, a:b stands for the rows or columns from a to b, both included.",
    "concatenation": "Concat puts matrices side by side.",
    "stack": "Matrices in square brackets, side by side or one below the other, make one matrix.",
    "floor and remainder": "⌊x⌋ is x rounded down, and a mod b what is left of a after division by b.",
    "one of each row": "{words} is taken of each row.",
    "several of each row": "{words} are taken of each row.",
    "hardmax": "hardmax gives equal weights to the largest scores of a row.",
    "lse": "lse is the logarithm of the sum of the exponentials.",
    "alpha": "The number below entmax is its α.",
    "threshold": "τ of the scores of a row is the number for which the weights of the row add up to 1.",
    "allowed": "Below {words} stands which keys j query i may attend to: {kinds}.",
    "between kinds": "; ",
    "by condition": "those that meet the condition (i and j count from 1)",
    "by matrix": "those at which the matrix is not 0",
    "in both": "with ∩ those in both sets",
    "others": (
        "Only these keys count, the weights of the others are 0, and a row without any allowed key is a row of zeros."
    ),
    "empty lse": "lse of a row without any allowed key is −∞.",
}

CHINESE = {
    "inputs": "输入",
    "equation": "{name} 的定义",
    "entries": "逐元素写出：",
    "value": "{name} 的值",
    "and so on": "以上是 {count} 个成员中的前 {most} 个；JSON 格式含有全部成员。",
    "conventions": "约定",
    "notes": "以上约定为英文原文，其中下标从 0 开始，与代码一致。",
    "note": "{topic}：{text}.",
    "notation": "记号说明",
    "between sentences": "",
    "and": " 和 ",
    "entrywise": "⊙ 和 ⊘ 表示逐元素相乘和相除，带 ⊙ 的幂是对每个元素取幂。",
    "functions": "exp、tanh 等一元函数逐元素作用。",
    "stretches": "一个数、单独一行或单独一列会扩展（广播）到与另一侧相同的大小。",
    "condition below a sum": "求和号下写有条件时，只对取值范围内满足该条件的下标求和。",
    "reductions": "名称中有 row 的函数每行给出一个数，有 col 的函数每列给出一个数。",
    "from 1": "行、列与求和的下标都从 1 开始。",
    "cotangent": "dX 是 X 的伴随（余切向量）：设 ℓ 是依赖于输出的一个数，则 dX = ∂ℓ/∂X，X 的每个元素对应一个导数。",
    "tangent": "X 上加一点表示它的切向量：各输入沿自身的切向量移动时 X 的变化率。",
    "member": "名称右上角括号中的数指明是一族中的哪一个，例如哪一个头。",
    "by entry": (
        "方括号中的公式以 i、j 为下标时，表示以它为元素的矩阵，i 为行，j 为列；其中的条件成立时取 1，否则取 0。"
    ),
    "scatter": "方括号中的和式带两个下标时，表示以它为元素的矩阵；求和遍及满足求和号下条件的所有元素。",
    "block": "矩阵下标中的 a:b 表示从 a 到 b 的各行或各列，两端都包括在内。",
    "concatenation": "Concat 表示把矩阵左右拼接。",
    "stack": "方括号中左右或上下并排的矩阵合成一个矩阵。",
    "floor and remainder": "⌊x⌋ 表示 x 向下取整，a mod b 表示 a 除以 b 的余数。",
    "one of each row": "{words} 对每一行计算。",
    "several of each row": "{words} 都对每一行计算。",
    "hardmax": "hardmax 把权重平均分给一行中最大的各个分数。",
    "lse": "lse 是指数之和的对数。",
    "alpha": "entmax 下方的数是它的 α。",
    "threshold": "一行分数的 τ 是使该行权重之和为 1 的阈值。",
    "allowed": "{words} 下方写明查询 i 可以关注哪些键 j：{kinds}。",
    "between kinds": "；",
    "by condition": "满足所写条件的键（i、j 从 1 开始）",
    "by matrix": "矩阵在该处不为 0 的键",
    "in both": "写有 ∩ 时为同时属于两个集合的键",
    "others": "只计入这些键，其余键的权重为 0；没有任何可见键的行全为 0。",
    "empty lse": "没有任何可见键的行，其 lse 为 −∞。",
}

DERIVATION = Sentences("publishing/derivation_words.py", {"en": ENGLISH, "zh": CHINESE})
"""One row a language."""

TOPICS = Sentences(
    "publishing/derivation_words.py",
    {
        "en": {},
        "zh": {
            "sizes": "尺寸",
            "scale": "缩放",
            "mask": "掩码",
            "causal": "因果性",
            "empty row": "空行",
            "order": "顺序",
            "paper and code": "论文与代码",
            "batch norm": "批归一化",
        },
    },
)
"""What the topics of conventions are called; a topic without a row keeps its own name."""
