"""Chapter: the code of attention, generated from its equations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symattn import article
from symattn.book.article_chapter import ArticleChapter, Check, Section
from symattn.book.engine import code_of, equations_of
from symattn.book.said import Said
from symattn.examples import matrix_of, worked_example
from symattn.mechanisms import named
from symattn.publishing.document import Block, Code

PLACES = 6
"""Decimals of the output that is shown."""

TOLERANCE = 1e-12
"""How far the code may be from the exact output: some thousand units in the last place of its numbers, below 10."""


def output() -> np.ndarray:
    """What the generated NumPy code gives for the worked example."""
    attend = named("self-attention").lambdify("numpy")
    found: np.ndarray = attend(**article.SELF_ATTENTION)
    return found


def agrees() -> bool:
    """Whether that is the exact output, to rounding."""
    exact = np.array([[float(number.decimal(20)) for number in row] for row in matrix_of(worked_example(), "O").rows])
    return bool(np.abs(output() - exact).max() < TOLERANCE)


def call(language: str) -> Sequence[Block]:
    """The worked example put into the code, and the exact output rounded, which is what it prints."""
    lines = [f"{name} = {[list(row) for row in rows]}" for name, rows in article.SELF_ATTENTION.items()]
    rows = [
        [float(round(number.decimal(20), PLACES)) for number in row] for row in matrix_of(worked_example(), "O").rows
    ]
    lines += [f"print(self_attention(X, W_K, W_Q, W_V).round({PLACES}).tolist())", f"# {rows}"]
    return [Code("\n".join(lines), "python")]


chapter = ArticleChapter(
    place=3,
    title=Said("Attention as code", "注意力的代码"),
    names={"Q": "n d_k", "K": "n d_k", "V": "n d_v", "S": "n n", "P": "n n"},
    opening=(
        Said(
            "The eight steps need no loop over the inputs: each of them is one line on whole matrices. The programs here "
            "are not written by hand. They are generated from the equations, each of which stands as a comment above the "
            "line that computes it, and run without the library that made them.",
            "八个步骤不需要对输入逐个循环：每一步都是对整个矩阵的一行运算。这里的程序不是手写的，而是由方程生成的；每个方程作为注释写在"
            "计算它的那一行上面。程序运行时不需要生成它们的库。",
        ),
    ),
    sections=(
        Section(
            Said("The equations", "方程"),
            (
                Said(
                    "Six equations are all of self-attention; the inputs are X and the three weight matrices.",
                    "自注意力只有六个方程；输入是 X 和三个权重矩阵。",
                ),
                equations_of("self-attention"),
            ),
        ),
        Section(
            Said("The program in NumPy", "NumPy 程序"),
            (
                Said(
                    "Two things are done otherwise than by hand, and neither changes the result over the real numbers: "
                    "the largest score of each row is taken off before the exponential, so that nothing overflows, and "
                    "rows are divided by their sums after the product with the values.",
                    "有两处与手算不同，但在实数范围内都不改变结果：取指数前先减去每行的最大得分，以免溢出；与值相乘之后，才把各行除以"
                    "它的和。",
                ),
                code_of("self-attention", "numpy"),
                Said(
                    "With the numbers of the worked example it gives the outputs of the chapter before, here to six "
                    "decimals.",
                    "代入算例的数字，得到上一章的输出，这里写到六位小数。",
                ),
                call,
            ),
        ),
        Section(
            Said("The program in torch", "torch 程序"),
            (
                Said(
                    "The same equations for torch, which also finds the gradients.",
                    "同样的方程，生成 torch 代码；torch 还能求出梯度。",
                ),
                code_of("self-attention", "torch"),
            ),
        ),
        Section(
            Said("What to mind", "注意事项"),
            (
                Said(
                    "In `softmax(S)` each row is normalised by itself, over the keys: this is the last axis of the array, "
                    "and not the first. In `Q @ K.T` the last two axes of the keys are exchanged and no others, so that "
                    "further axes in front are batches and heads.",
                    "在 `softmax(S)` 中，每一行各自在所有键上归一化：对应数组的最后一个轴，而不是第一个。在 `Q @ K.T` 中，只交换键的最后"
                    "两个轴，因此前面的其他轴可以用作批次和多头。",
                ),
                Said(
                    "A weighted sum over all inputs needs no array with three axes: `P @ V` is the sum of the blocks of "
                    "step 6. And weights must not be replaced by rounded ones before they are used, as the article's "
                    "program does to show round numbers; its output is that of other weights.",
                    "对所有输入加权求和，不需要三个轴的数组：`P @ V` 就是第 6 步各块之和。另外，权重在使用之前不能换成舍入后的数；文章的"
                    "程序为了显示整齐的数字这样做了，因而它的输出属于另一组权重。",
                ),
                Said(
                    "The command symattn verify self-attention compares the exact values with both programs and with an "
                    "evaluation at high precision; symattn derive prints the eight steps again.",
                    "命令 symattn verify self-attention 把精确值与两个程序以及一次高精度计算相比较；symattn derive 会再次打印这八个步骤。",
                ),
            ),
        ),
    ),
    rests_on={"stable-softmax": ("the stable form",), "kernel-smoothing": ("attention as kernel smoothing",)},
    checks=(
        Check(
            Said("the NumPy code gives the exact output of the worked example", "NumPy 代码给出算例的精确输出"),
            Said("run, compared to within rounding", "运行代码，在舍入误差之内比较"),
            agrees,
            kind="sampled",
        ),
    ),
    origin=named("self-attention").source,
    pieces=(
        'attend = sa.named("self-attention").lambdify("numpy")\nprint(attend.source)',
        "from symattn import article\n\nattend(**article.SELF_ATTENTION)",
    ),
    misconceptions={
        "the-axis-does-not-matter": Said(
            "The program runs, but it normalises over the queries: columns sum to 1 and rows do not. In the worked example "
            "the weights of the first query would then sum to less than 0.07.",
            "程序照样能运行，但它是在查询上归一化：各列之和为 1，各行却不是。在算例中，第 1 个查询的各权重之和将不到 0.07。",
        ),
    },
    practice=("weights-4-1", "self-attention-2-3"),
    chinese={"the stable form": "稳定形式", "attention as kernel smoothing": "注意力即核平滑"},
)
