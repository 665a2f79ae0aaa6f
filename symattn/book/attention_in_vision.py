"""Chapter: attention over pixels and channels, gates and fusion."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Attention in vision", "视觉中的注意力"),
    theorem="attention-in-vision",
    names={"A": "C N", "M": "C N", "X": "C N", "Y": "C N", "g": "C 1", "T": "N d", "F": "N d", "G": "N d_v"},
    opening=(
        Said(
            "An image is a table of C channels and N pixels. Self-attention may run over its pixels, as over words, or "
            "over its channels; and much of what is called attention in vision is a gate between 0 and 1.",
            "一幅图像是 C 个通道、N 个像素的表。自注意力可以像对词那样在像素上进行，也可以在通道上进行；而视觉里许多被称为注意力的"
            "东西，其实是 0 与 1 之间的门。",
        ),
    ),
    before={
        "channel attention as its authors' code has it": Said(
            "Channels are compared by `A @ A.T`. The published code takes the largest entry of a row less each entry; the "
            "largest is the same along the row and drops out, and the opposite sign is left: unlike channels get the weight.",
            "通道之间用 `A @ A.T` 比较。公开的代码用一行的最大元素减去每个元素；这个最大值在整行中相同，因而消去，剩下的是相反的符号："
            "不相似的通道反而得到权重。",
        ),
        "non-local attention with dot products": Said(
            "Without a softmax the brackets may be moved, and the N by N table of pairs is never needed.",
            "没有 softmax，括号就可以移动，于是不需要 N 乘 N 的配对表。",
        ),
        "a gate for each channel is a diagonal matrix": Said(
            "A gate for each channel, `g`, is a diagonal matrix on the left of the image.",
            "每个通道一个门 `g`，就是从左边乘一个对角矩阵。",
        ),
        "a gate is a softmax of two": Said(
            "A gate made by a sigmoid is a softmax between two: attention with two keys.",
            "由 sigmoid 得到的门是两者之间的 softmax：只有两个键的注意力。",
        ),
        "fusion by a gate": Said(
            "Fusion by a gate `M` is a step from the one input `Y` towards the other `X`.",
            "用门 `M` 融合，就是从输入 `Y` 向另一个输入 `X` 走一步。",
        ),
    },
    misconceptions={
        "maximum-is-for-stability": Said(
            "It changes the sign of the scores, and with it which channels are attended to.",
            "它改变了得分的符号，从而改变了关注哪些通道。",
        ),
    },
    practice=(
        "channel-attention-2-1",
        "fusion-2-2",
        "iterated-fusion-1-3",
    ),
    chinese={
        "channel attention as its authors' code has it": "作者代码中的通道注意力",
        "not `softmax(A @ A.T)`: the other sign": "不是 `softmax(A @ A.T)`：符号相反",
        "non-local attention with dot products": "点积形式的非局部注意力",
        "no sum over pairs of pixels is needed": "不需要对像素对求和",
        "a gate for each channel is a diagonal matrix": "每个通道一个门，就是对角矩阵",
        "a gate is a softmax of two": "门是两者的 softmax",
        "fusion by a gate": "用门融合",
        "softmax ignores a shift of its row": "softmax 不受整行平移的影响",
        "`exp(c)` is the same along the row": "`exp(c)` 在一行之内不变",
        "gates made by convolutions, pooling and batch normalisation": "由卷积、池化和批归一化得到的门",
        "fusion that is repeated": "重复进行的融合",
    },
)
