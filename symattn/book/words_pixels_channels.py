"""Chapter: self-attention over words, pixels and channels, gates, and the fusion of features."""

from __future__ import annotations

from typing import Any

from symattn.book.article_chapter import ArticleChapter, Check, Section
from symattn.book.engine import equation_of, equations_of, table, values_of
from symattn.book.said import Said
from symattn.book.written import once
from symattn.exact import ExactMatrix
from symattn.examples import matrix_of
from symattn.mechanisms import named
from symattn.worked import Bound

IMAGE = (((1, 0), (0, 1)), ((1, 1), (0, 0)), ((0, 1), (1, 0)))
"""Three channels of two rows and two columns."""


def over_channels() -> Bound:
    """Attention over the channels of the small image."""
    return named("danet-channel").bind(A=IMAGE, beta=1)


def pixels_are_tokens() -> bool:
    """Whether attention over pixels is self-attention over the table with a pixel in each row, turned back."""
    weights = {"W_B": ((1, 0, 2), (0, 1, 1)), "W_C": ((1, 1, 0), (2, 0, 1)), "W_D": ((1, 0, 0), (0, 2, 0), (1, 0, 1))}
    image = named("danet-position").bind(A=IMAGE, alpha=1, **weights)
    turned = {name: turn(rows) for name, rows in weights.items()}
    tokens = named("self-attention").bind(
        X=turn(matrix_of(image, "a").rows), W_K=turned["W_B"], W_Q=turned["W_C"], W_V=turned["W_D"]
    )
    return ExactMatrix(turn(matrix_of(tokens, "O").rows)) == matrix_of(image, "O")


def channels_are_tokens() -> bool:
    """Whether attention over channels is self-attention over the table with a channel in each row."""
    image = over_channels()
    channels = matrix_of(image, "a").rows
    tokens = named("dot").bind(Q=channels, K=channels, V=channels)
    return matrix_of(tokens, "O") == matrix_of(image, "O")


def turn(rows: Any) -> list[list[Any]]:
    """Rows as columns."""
    return [list(column) for column in zip(*rows, strict=True)]


def tokens(language: str) -> list[tuple[Any, ...]]:
    """What a token is in each case, how many weights there are, and the mechanism of the library."""
    rows = {
        "scaled-self-attention": Said("words|a word, d numbers|n × n", "单词|一个词，d 个数|n × n"),
        "danet-position": Said("pixels|a pixel, C numbers|HW × HW", "像素|一个像素，C 个数|HW × HW"),
        "danet-channel": Said("channels|a channel, HW numbers|C × C", "通道|一个通道，HW 个数|C × C"),
    }
    return [(*said.of(language).split("|"), name) for name, said in rows.items()]


def fusions(language: str) -> list[tuple[Any, ...]]:
    """How two features become one: the sum, and what the gate of attentional feature fusion does."""
    return [
        (Said("sum", "相加").of(language), equation_of("direct-add", "Z"), "direct-add"),
        (Said("gate", "门控").of(language), equation_of("aff", "M"), "aff"),
        (Said("fusion", "融合").of(language), equation_of("aff", "z"), "aff"),
    ]


chapter = ArticleChapter(
    place=4,
    title=Said("Words, pixels, channels and features", "单词、像素、通道与特征"),
    names={"a": "C N", "u": "C N", "x": "C N", "y": "C N", "M": "C N", "X": "C N", "Y": "C N", "L": "C N", "G": "C N"},
    opening=(
        Said(
            "Nothing in self-attention says what the rows of its input are. They may be the words of a sentence, the "
            "pixels of an image or its channels; what changes is only which pairs are compared, and how many there are.",
            "自注意力并没有规定输入的各行是什么。它们可以是句子里的单词，也可以是图像的像素或通道；改变的只是拿哪些对象两两比较，以及一共"
            "有多少对。",
        ),
    ),
    sections=(
        Section(
            Said("What a token is", "词元是什么"),
            (
                Said(
                    "An image of C channels with H rows and W columns of pixels is a table of C times HW numbers. Its "
                    "columns are the pixels, its rows the channels.",
                    "一幅有 C 个通道、H 行 W 列像素的图像，是 C 乘 HW 个数的表：它的每一列是一个像素，每一行是一个通道。",
                ),
                table(Said("over|a token|weights|mechanism of the library", "对象|词元|权重|库中的机制"), tokens),
            ),
        ),
        Section(
            Said("Pixels: spatial self-attention", "像素：空间自注意力"),
            (
                Said(
                    "For semantic segmentation the class of a pixel depends on others far away, such as those of the same "
                    "object. Position attention compares every pixel with every other. With `a` for the table, it is "
                    "self-attention with a pixel in each column instead of each row, and so everything is transposed. The "
                    "result is added to the image, with a learned factor.",
                    "在语义分割中，一个像素的类别往往取决于远处的像素，例如同一物体上的像素。位置注意力让每个像素与其他每个像素相比。用 `a` 表示"
                    "这张表，它就是自注意力，只是每个像素占一列而不是一行，所以一切都转置了。结果乘以一个学到的因子，再加到原图上。",
                ),
                equations_of("danet-position", "B", "C", "D", "S", "O"),
            ),
        ),
        Section(
            Said("Channels", "通道"),
            (
                Said(
                    "Channel attention compares the channels with each other, without any projection: the scores are the "
                    "products of the rows of the table. These equations are those of the paper; its published code takes "
                    "the opposite sign of the scores, as the chapter on vision shows.",
                    "通道注意力让各通道两两比较，不作任何投影：得分就是表中各行之间的乘积。这里是论文中的方程；公开的代码取了相反的符号，见"
                    "视觉一章。",
                ),
                equations_of("danet-channel", "G", "X", "O"),
                Said(
                    "For an image of three channels with two by two pixels each, and the factor 1:",
                    "取三个通道、每个通道两行两列像素的图像，因子取 1：",
                ),
                values_of(over_channels, "a", "G", "X", "O"),
            ),
        ),
        Section(
            Said("Gates", "门控"),
            (
                Said(
                    "Much of what is called attention for images compares no pairs. Squeeze-and-excitation takes the mean "
                    "of each channel, lets a small network make a number between 0 and 1 of all these means, and "
                    "multiplies the channel by it.",
                    "图像领域许多称为注意力的做法并不比较任何一对对象。压缩—激励（SE）先求每个通道的平均值，由一个小网络把这些平均值变成"
                    "0 与 1 之间的数，再用它去乘该通道。",
                ),
                equations_of("se", "z", "s", "X"),
            ),
        ),
        Section(
            Said("Fusion of features", "特征融合"),
            (
                Said(
                    "Two features of one shape, such as a block's output and the input that skips it, are often just "
                    "added. Attentional feature fusion (AFF) computes a gate `M` from their sum `u` instead, from local "
                    "scores and from those of the channels' means, and mixes the two: `M * X + (1 - M) * Y`. Both are "
                    "written `x` and `y` below, as tables of channels and pixels.",
                    "形状相同的两个特征，例如一个模块的输出与跳过它的输入，常常只是相加。注意力特征融合（AFF）则由两者之和 `u` 计算门 `M`，"
                    "既用局部的得分，也用各通道平均值的得分，然后把两者混合：`M * X + (1 - M) * Y`。下面把它们写成通道乘像素的表 `x` 与 `y`。",
                ),
                table(Said("what|equation|mechanism of the library", "内容|方程|库中的机制"), fusions),
                Said(
                    "The gate is a softmax in disguise: `sigmoid(L + G)` is the weight of the first of two keys whose "
                    "scores differ by `L + G`. So fusion is attention with two values, number by number.",
                    "这个门其实就是 softmax：`sigmoid(L + G)` 是得分相差 `L + G` 的两个键中第一个的权重。所以融合就是对每个数分别进行的、"
                    "只有两个值的注意力。",
                ),
            ),
        ),
    ),
    rests_on={"attention-in-vision": ("a gate is a softmax of two", "fusion by a gate")},
    checks=(
        Check(
            Said(
                "position attention on the small image is self-attention over its pixels",
                "小图像上的位置注意力就是像素上的自注意力",
            ),
            Said("exact outputs compared", "比较精确输出"),
            pixels_are_tokens,
        ),
        Check(
            Said(
                "channel attention on the small image is dot-product attention over its channels",
                "小图像上的通道注意力就是通道上的点积注意力",
            ),
            Said("exact outputs compared", "比较精确输出"),
            channels_are_tokens,
        ),
    ),
    origin=once(
        named(name).source
        for name in ("scaled-self-attention", "danet-position", "danet-channel", "se", "direct-add", "aff")
    ),
    pieces=(
        "image = [[[1, 0], [0, 1]], [[1, 1], [0, 0]], [[0, 1], [1, 0]]]\n"
        'sa.named("danet-channel").bind(A=image, beta=1)["X"]',
    ),
    misconceptions={
        "every-attention-module-compares": Said(
            "Self-attention over pixels or channels does. Gates such as squeeze-and-excitation do not: they have no "
            "queries, no keys and no softmax over a row, and their numbers need not sum to 1.",
            "像素或通道上的自注意力是这样的。压缩—激励之类的门控则不是：它们没有查询和键，也没有对一行做 softmax，得到的数之和也不必为 1。",
        ),
    },
    practice=("channel-attention-1-1", "fusion-1-2"),
    chinese={"a gate is a softmax of two": "门是两者的 softmax", "fusion by a gate": "用门融合"},
)
