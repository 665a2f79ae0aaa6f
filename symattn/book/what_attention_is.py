"""Chapter: what attention is, in two phases."""

from __future__ import annotations

from typing import Any

from symattn.book.article_chapter import ArticleChapter, Check, Section
from symattn.book.engine import entry_of, equation_of, row_of_numbers, table
from symattn.book.said import Said
from symattn.book.written import once
from symattn.exact import Element
from symattn.exact.functions import exp
from symattn.examples import matrix_of, worked_example
from symattn.mechanisms import named
from symattn.publishing.document import Rounded

SIMILARITIES = {
    "dot": Said("dot product", "点积"),
    "cosine": Said("cosine", "余弦"),
    "additive": Said("small network", "小网络"),
}
"""The three ways to compare that the article names, and the mechanism that each one is in the library."""

DIGITS = 4


def phases(language: str) -> list[tuple[Any, ...]]:
    """The equations of attention, each with its phase and what it does."""
    rows = {
        "S": Said("1a|one score for each pair of a query and a key", "1a|每一对查询与键得到一个得分"),
        "P": Said("1b|scores become weights; each row sums to 1", "1b|把得分变成权重；每行之和为 1"),
        "O": Said("2|the values are summed with these weights", "2|用这些权重对值加权求和"),
    }
    found = []
    for name, said in rows.items():
        phase, what = said.of(language).split("|")
        found.append((phase, equation_of("dot", name), what))
    return found


def ways(language: str) -> list[tuple[Any, ...]]:
    """The scores of each way to compare."""
    return [(said.of(language), equation_of(name, "S"), name) for name, said in SIMILARITIES.items()]


def compared(language: str) -> list[tuple[Any, ...]]:
    """Scores and weights of the first query of the worked example in each way, a row a key."""
    examples = [worked_example(name) for name in SIMILARITIES]
    rows: list[tuple[Any, ...]] = []
    for j in range(3):
        cells: list[Any] = [str(j + 1)]
        for example in examples:
            cells += [Rounded(row_of_numbers(example, name, 0)[0, j], DIGITS) for name in "SP"]
        rows.append(tuple(cells))
    return rows


def stressed(language: str) -> list[tuple[Any, ...]]:
    """The scores of the second query, what dividing by their sum would give, and their softmax."""
    scores, weights = (row_of_numbers(worked_example("dot"), name, 1) for name in "SP")
    total = scores[0, 0] + scores[0, 1] + scores[0, 2]
    return [
        (str(j + 1), scores[0, j], Rounded(scores[0, j] / total, DIGITS), Rounded(weights[0, j], DIGITS))
        for j in range(3)
    ]


def winners() -> bool:
    """Whether the keys that the prose names have the largest scores for the first query."""
    found = {}
    for name in SIMILARITIES:
        scores = matrix_of(worked_example(name), "S").rows[0]
        found[name] = [j + 1 for j, score in enumerate(scores) if score == max(scores)]
    return found == {"dot": [2, 3], "cosine": [1], "additive": [3]}


def odds() -> bool:
    """Whether the odds of two keys are the exponential of the difference of their scores: here e to the 12th."""
    scores, weights = (row_of_numbers(worked_example("dot"), name, 1) for name in "SP")
    return scores[0, 1] - scores[0, 0] == 12 and weights[0, 1] / weights[0, 0] == exp(Element.of(12))


chapter = ArticleChapter(
    place=1,
    title=Said("What attention is", "什么是注意力"),
    names={
        "Q": "n d_k",
        "K": "m d_k",
        "V": "m d_v",
        "A": "n d_a",
        "B": "m d_a",
        "W_a": "d_a d_k",
        "U_a": "d_a d_k",
        "v_a": "d_a 1",
    },
    opening=(
        Said(
            "More comes before our eyes than we can look at closely. We look at a part of it, led by what we are after, "
            "and see that part in finer detail. Reading is alike: of a sentence we keep the words that matter for the "
            "question in mind.",
            "进入视野的信息，总比我们能看仔细的多。我们带着目的去看其中一部分，并把这一部分看得更细。读一句话也是如此：我们先记住与心中"
            "问题有关的词。",
        ),
        Said(
            "The attention mechanism of a neural network borrows this idea: what is known inside is held against what "
            "comes from outside, and the parts that fit get more weight, so that the few features that matter are found "
            "among many. It came into use for texts, and this chapter says what all its forms have in common.",
            "神经网络的注意力机制借用的就是这个想法：用内部已有的经验去对照外部的输入，相合的部分得到较大的权重，从而在大量信息中找出少数"
            "重要的特征。它最先广泛用于文本。本章说明它的各种形式有什么共同之处。",
        ),
    ),
    sections=(
        Section(
            Said("Query, key and value", "查询、键与值"),
            (
                Said(
                    "Think of what is attended to as pairs of a key and a value. The key says what an element is about, "
                    "the value what it has to give; a query says what is looked for. All three are vectors: each row of "
                    "`Q` is a query, each row of `K` a key, and the same row of `V` its value.",
                    "把被关注的对象看作一组“键—值”对：键（key）说明一个元素是关于什么的，值（value）是它能提供的内容，而查询（query）"
                    "说明要找什么。三者都是向量：`Q` 的每一行是一个查询，`K` 的每一行是一个键，`V` 的同一行是它的值。",
                ),
                Said(
                    "A dictionary looks for the one key that is equal to the query and returns its value. Attention "
                    "compares the query with every key and returns a weighted mean of all values, in which a value "
                    "counts the more, the better its key fits the query.",
                    "字典寻找与查询相等的那一个键，返回它的值。注意力则把查询与每个键相比，返回所有值的加权平均：键与查询越相合，它的值所占"
                    "的分量就越大。",
                ),
            ),
        ),
        Section(
            Said("Two phases", "两个阶段"),
            (
                Said(
                    "Most forms of attention are computed in two phases. In the first, queries and keys give weights; in "
                    "the second, the values are summed with these weights. The first phase has two steps: a score "
                    "measures how similar or related a query and a key are, and a normalisation makes weights of the "
                    "scores.",
                    "大多数注意力的计算都可以归结为两个阶段：第一阶段由查询和键计算权重，第二阶段用这些权重对值加权求和。第一阶段又分两步："
                    "先用得分衡量查询与键的相似性或相关性，再把得分归一化为权重。",
                ),
                table(Said("phase|equation|what it does", "阶段|方程|作用"), phases),
            ),
        ),
        Section(
            Said("The score: three ways to compare", "得分：三种比较方式"),
            (
                Said(
                    "Queries and keys can be compared by their dot product; by the cosine of the angle between them, "
                    "which is the dot product divided by both lengths; or by a small neural network of its own, whose "
                    "weights are learned with the rest.",
                    "比较查询与键，可以用它们的点积；可以用它们夹角的余弦，即点积除以两者的长度；也可以另外引入一个小的神经网络，它的参数与"
                    "其余部分一起学习。",
                ),
                Said(
                    "The network has one layer of hidden units: it adds `A = Q @ W_a.T` and `B = K @ U_a.T`, takes the "
                    "tanh, and weighs the units by `v_a`.",
                    "这个网络只有一层隐藏单元：把 `A = Q @ W_a.T` 与 `B = K @ U_a.T` 相加，取 tanh，再用 `v_a` 对各单元加权求和。",
                ),
                table(Said("similarity|scores|mechanism of the library", "相似度|得分|库中的机制"), ways),
                Said(
                    "For the first query of the worked example, which the next chapter introduces, the three give the "
                    "scores and weights below. Here both matrices of the network are the identity, and `v_a` is 1 "
                    "throughout.",
                    "下一章将给出本书的算例。对其中第 1 个查询，三种方式给出如下的得分与权重。这里网络的两个矩阵都取单位矩阵，`v_a` 的元素都取 1。",
                ),
                table(
                    Said(
                        "key|dot product|weight|cosine|weight|network|weight",
                        "键|点积|权重|余弦|权重|网络|权重",
                    ),
                    compared,
                ),
                Said(
                    "They do not agree. Under the dot product keys 2 and 3 share the first place, under the cosine key 1 "
                    "has it, under the network key 3. How one compares decides what is attended to.",
                    "三者的结论并不一致：按点积，第 2 与第 3 个键并列第一；按余弦，第 1 个键最大；按这个网络，则是第 3 个键最大。用什么方式"
                    "比较，决定了关注什么。",
                ),
            ),
        ),
        Section(
            Said("From scores to weights: softmax", "从得分到权重：softmax"),
            (
                Said(
                    "Softmax takes the exponential of each score and divides it by the sum of the row.",
                    "softmax 对每个得分取指数，再除以该行之和。",
                ),
                entry_of({"S": "n m"}, "P = softmax(S)"),
                Said(
                    "It does two things. It normalises: the weights of a query are not negative and sum to 1, as "
                    "probabilities do. And it stresses what is large: a difference of scores becomes a ratio of weights. "
                    "The table has the second query of the worked example, with what the scores divided by their sum "
                    "would give for comparison.",
                    "它起两个作用。一是归一化：一个查询的各权重非负且和为 1，与概率一样。二是突出大的得分：得分之差变成权重之比。下表是算例中"
                    "第 2 个查询的情形，并列出得分直接除以其和的结果作为对照。",
                ),
                table(
                    Said("key|score|score over the sum|softmax", "键|得分|得分除以总和|softmax"),
                    stressed,
                ),
            ),
        ),
        Section(
            Said("The weighted sum", "加权求和"),
            (
                Said(
                    "Last, each value is multiplied by its weight, and the products are added. For all queries at once "
                    "this is one matrix product.",
                    "最后，把每个值乘以它的权重，再把这些乘积相加。对所有查询一起算，这就是一个矩阵乘积。",
                ),
                entry_of({"P": "n m", "V": "m d_v"}, "O = P @ V"),
                Said(
                    "As the weights are not negative and sum to 1, no coordinate of an output is above the largest or "
                    "below the smallest of that coordinate among the values: an output is a mixture of what is there.",
                    "由于权重非负且和为 1，输出的每个坐标都不大于各个值在该坐标上的最大者，也不小于其中的最小者：输出只是已有内容的混合。",
                ),
            ),
        ),
    ),
    rests_on={
        "rows-are-distributions": ("the sum of a row of weights", "weights are not negative"),
        "convex-hull": ("no coordinate above the largest", "no coordinate below the smallest"),
    },
    checks=(
        Check(
            Said("which keys have the largest score of query 1", "第 1 个查询的最大得分属于哪些键"),
            Said("exact scores compared", "比较精确得分"),
            winners,
        ),
        Check(
            Said(
                "the scores 16 and 4 of query 2 give weights of the ratio exp(16 - 4)",
                "第 2 个查询的得分 16 与 4，所得权重之比为 exp(16 - 4)",
            ),
            Said("exact weights divided", "精确权重相除"),
            odds,
        ),
    ),
    origin=once(named(name).source for name in SIMILARITIES),
    pieces=(
        'for name in ("dot", "cosine", "additive"):\n'
        '    print(name, *sa.worked_example(name).decimal("P", digits=4)[0])',
    ),
    misconceptions={
        "attention-picks-one-key": Said(
            "It takes a mean of all values. Without a mask every weight of softmax is positive, so that every key has a "
            "say; a single key is found only in a limit, or with another normalisation.",
            "它取的是所有值的平均。没有掩码时，softmax 的每个权重都是正的，所以每个键都有份；只剩一个键，只会在极限中出现，或者要换一种"
            "归一化。",
        ),
    },
    practice=("softmax-1-1", "output-5-2", "additive-scores-4-3"),
    chinese={
        "the sum of a row of weights": "一行权重之和",
        "weights are not negative": "权重非负",
        "no coordinate above the largest": "没有坐标大于最大者",
        "no coordinate below the smallest": "没有坐标小于最小者",
    },
)
