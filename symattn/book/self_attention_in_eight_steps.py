"""Chapter: self-attention in eight steps, with numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symattn import article
from symattn.article_steps import eight_steps, value_line
from symattn.book.article_chapter import ArticleChapter, Check, Section
from symattn.book.said import Said
from symattn.book.written import once
from symattn.exact.operations import sum_of
from symattn.examples import matrix_of, weighted_values, worked_example
from symattn.mechanisms import named
from symattn.publishing.document import Block


def steps(language: str) -> Sequence[Block]:
    """The eight steps, exact and decimal."""
    return eight_steps(worked_example(), language=language).blocks


def scaled(language: str) -> Sequence[Block]:
    """Scores, weights and outputs with the scale."""
    return [value_line(worked_example(scaled=True), name) for name in "SPO"]


def rows_sum_to_one() -> bool:
    """Whether all weights of both forms do, exactly."""
    examples = (worked_example(), worked_example(scaled=True))
    return all(sum(row[1:], row[0]) == 1 for example in examples for row in matrix_of(example, "P").rows)


def blocks_sum_to_the_output() -> bool:
    """Whether the weighted values of steps 6 and 7 add up to the product, exactly."""
    example = worked_example()
    return sum_of(weighted_values(example)) == matrix_of(example, "O")


def rounded_by_hand() -> bool:
    """Whether the article's second and third row are the weights rounded to one decimal, and its first row is not."""
    weights = [[round(number.decimal(20), 1) for number in row] for row in matrix_of(worked_example(), "P").rows]
    pairs = zip(weights, article.ROUNDED_WEIGHTS, strict=True)
    return [[Fraction(number) for number in row] == list(kept) for row, kept in pairs] == [False, True, True]


chapter = ArticleChapter(
    place=2,
    title=Said("Self-attention in eight steps", "自注意力的八个步骤"),
    names={"X": "n d", "K": "n d_k"},
    opening=(
        Said(
            "In self-attention queries, keys and values are made from the same inputs: every input asks a question of "
            "all inputs, itself among them. It leans less on information from outside, and is better at finding what "
            "belongs together within the data.",
            "在自注意力中，查询、键和值都由同一组输入得到：每个输入都向所有输入（包括它自己）提问。它减少了对外部信息的依赖，更擅长捕捉"
            "数据内部的相关性。",
        ),
        Said(
            "In a text the inputs are words. Every word is compared with every other in one step, however far apart they "
            "stand; this is how self-attention deals with dependence over long distances.",
            "在文本中，输入就是单词。任意两个单词无论相隔多远，都在一步之内直接比较；自注意力正是这样处理长距离依赖的。",
        ),
        Said(
            "Here it is done once by hand, for three inputs of four numbers, with weights of small whole numbers. Nothing "
            "is rounded: e is left as it is, and decimals stand beside the exact numbers.",
            "这里用三个各含四个数的输入和小整数的权重矩阵，把它完整地演算一遍。什么都不舍入：e 保持原样，精确值旁边给出小数。",
        ),
    ),
    sections=(
        Section(
            Said("The steps", "各个步骤"),
            (
                Said(
                    "Steps 1 to 3 prepare queries, keys and values. Steps 4 to 7 are the two phases of attention for one "
                    "input: 4 is the score, 5 the normalisation, 6 and 7 the weighted sum. Step 8 does the same for the "
                    "other inputs. Each weight matrix has as many rows as an input has numbers, four, and three columns, "
                    "so that queries, keys and values are three numbers each.",
                    "第 1 至 3 步准备查询、键和值。第 4 至 7 步对一个输入完成注意力的两个阶段：第 4 步求得分，第 5 步归一化，第 6、7 步"
                    "加权求和。第 8 步对其余输入做同样的事。每个权重矩阵的行数等于输入的维数 4，列数为 3，因此查询、键和值各有三个数。",
                ),
                steps,
            ),
        ),
        Section(
            Said("With the scale of the transformer", "加上 Transformer 的缩放"),
            (
                Said(
                    "The transformer divides the scores by the root of the number of columns of `K`, which is 3 here. Scores "
                    "then do not grow with that number, softmax saturates less, and gradients stay steadier; a later "
                    "chapter shows why. The weights here become more even, and are the same fractions as before with "
                    "`exp(2 / sqrt(3))` in the place of `exp(2)`.",
                    "Transformer 把得分除以 `K` 的列数（这里是 3）的平方根。这样得分不随列数增大，softmax 较少饱和，梯度也更稳定；后面"
                    "有一章说明原因。这里的权重变得更均匀，而表达式与前面的分式相同，只是用 `exp(2 / sqrt(3))` 代替了 `exp(2)`。",
                ),
                scaled,
            ),
        ),
    ),
    rests_on={
        "worked-example-exactly": (
            "the queries",
            "the keys",
            "the values",
            "the scores",
            "the weights at the scale t",
            "the outputs at the scale t",
        )
    },
    checks=(
        Check(
            Said("every row of weights sums to 1, unscaled and scaled", "缩放前后，权重的每一行之和都是 1"),
            Said("exact weights added", "把精确权重相加"),
            rows_sum_to_one,
        ),
        Check(
            Said("the blocks of step 6 add up to the product of step 8", "第 6 步各块之和等于第 8 步的乘积"),
            Said("exact matrices compared", "比较精确矩阵"),
            blocks_sum_to_the_output,
        ),
        Check(
            Said(
                "rows 2 and 3 of the article's weights are roundings to one decimal, row 1 is none",
                "文章中权重的第 2、3 行是舍入到一位小数的结果，第 1 行不是",
            ),
            Said("exact weights rounded", "把精确权重舍入"),
            rounded_by_hand,
        ),
    ),
    origin=once(named(name).source for name in ("self-attention", "scaled-self-attention")),
    pieces=(
        'example = sa.worked_example()\nexample["O"], example.decimal("O", digits=6)',
        'sa.worked_example(scaled=True).decimal("O", digits=6)',
    ),
    misconceptions={
        "query-key-value-are-three-data-sets": Said(
            "In self-attention they are three projections of one input `X`, with a weight matrix each. In "
            "cross-attention queries come from one sequence, keys and values together from another.",
            "在自注意力中，它们是同一个输入 `X` 的三个投影，各有一个权重矩阵。在交叉注意力中，查询来自一个序列，键和值一同来自另一个序列。",
        ),
        "weights-rounded-by-hand-will-do": Said(
            "The exact first row gives the first key more than 6 %. Setting it to 0 moves the second number of the output "
            "by more than 0.3.",
            "精确的第一行给第 1 个键的权重超过 6%。把它当作 0，会使输出的第二个数偏移 0.3 以上。",
        ),
    },
    practice=("projections-1-1", "scores-5-2", "self-attention-8-3"),
    chinese={
        "the queries": "查询",
        "the keys": "键",
        "the values": "值",
        "the scores": "得分",
        "the weights at the scale t": "缩放为 t 时的权重",
        "the outputs at the scale t": "缩放为 t 时的输出",
    },
)
