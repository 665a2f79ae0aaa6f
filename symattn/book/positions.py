"""Chapter: how attention learns of positions."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Positions", "位置"),
    theorem="positions",
    names={"E": "n d", "U": "n d", "W": "d d", "S": "n n", "Q": "n d", "K": "m d"},
    opening=(
        Said(
            "Attention does not know the order of its tokens, so positions must be told to it. They can be added to the tokens, to the "
            "scores, or turned into rotations of queries and keys. The line from the first to the last is one thought: "
            "only differences of positions should count.",
            "注意力不知道词元的次序，所以必须把位置告诉它。位置可以加到词元上，加到得分上，或变成查询与键的旋转。从第一种到最后一种，贯穿着"
            "同一个想法：只有位置之差应当起作用。",
        ),
    ),
    before={
        "a sinusoid moved is rotated": Said(
            "Sines and cosines of a position have one virtue: to move on is to rotate them.",
            "位置的正弦和余弦有一个优点：位置移动就是旋转它们。",
        ),
        "scores of tokens with positions added": Said(
            "Added to the tokens, `E + U`, they make four terms in a score: content and position, each with each.",
            "把它们加到词元上，`E + U`，一个得分就有四项：内容与位置两两相配。",
        ),
        "Transformer-XL's four terms as two products": Said(
            "Transformer-XL keeps the four but makes the position of the key relative; two products are enough for them.",
            "Transformer-XL 保留四项，但把键的位置换成相对的；两个乘积就够了。",
        ),
        "ALiBi's distance may be counted from the start": Said(
            "ALiBi keeps a bias alone, the distance times a slope. As softmax ignores a shift of the row, the distance "
            "may be counted from the first token on.",
            "ALiBi 只保留一个偏置：距离乘以斜率。由于 softmax 不受整行平移的影响，距离可以从第一个词元数起。",
        ),
        "a rotation keeps lengths": Said(
            "RoPE rotates pairs of coordinates instead. A rotation keeps lengths, so that nothing grows or shrinks,",
            "RoPE 则旋转成对的坐标。旋转保持长度，所以什么都不会变大或变小，",
        ),
        "two rotations": Said(
            "and two rotations are one, by the difference of the angles.", "两个旋转合成一个，角度为两者之差。"
        ),
        "the score of a rotated query and key": Said(
            "So the score of a rotated query and a rotated key knows the difference only.",
            "所以旋转后的查询与旋转后的键的得分只知道这个差。",
        ),
        "the score of a query at x and a key at y, each made of p pairs with angles of their own": Said(
            "With many pairs, each turning at a speed of its own, it is the same,",
            "许多对坐标各以自己的速度旋转，结论相同，",
        ),
        "all positions moved by the same": Said(
            "and a text moved as a whole has the scores it had.", "整段文本平移之后，得分不变。"
        ),
    },
    misconceptions={
        "rotary-layouts-are-interchangeable": Said(
            "They pair different coordinates. Weights trained with one give other scores with the other.",
            "它们把不同的坐标配成对。用一种排布训练出的权重，换成另一种排布，得分就不同了。",
        ),
    },
    practice=(
        "alibi-1-1",
        "rope-1-2",
    ),
    chinese={
        "a sinusoid moved is rotated": "移动的正弦就是旋转",
        "scores of tokens with positions added": "加了位置的词元的得分",
        "content and content, content and position, position and content, position and position": (
            "内容与内容，内容与位置，位置与内容，位置与位置"
        ),
        "Transformer-XL's four terms as two products": "Transformer-XL 的四项写成两个乘积",
        "ALiBi's distance may be counted from the start": "ALiBi 的距离可以从头数起",
        "a rotation keeps lengths": "旋转保持长度",
        "two rotations": "两个旋转",
        "angle addition": "和角公式",
        "the score of a rotated query and key": "旋转后的查询与键的得分",
        "the score of a query at x and a key at y, each made of p pairs with angles of their own": (
            "位于 x 的查询与位于 y 的键的得分，各由 p 对坐标组成，每对有自己的角度"
        ),
        "of the positions only `y - x` is left": "位置中只剩下 `y - x`",
        "all positions moved by the same": "所有位置平移同样的量",
        "the buckets of T5's biases": "T5 偏置的分桶",
        "the two layouts of pairs in a vector, and rotations as complex numbers": "向量中成对坐标的两种排布，以及写成复数的旋转",
    },
)
