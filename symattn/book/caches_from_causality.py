"""Chapter: causal attention is incremental, and keys and values can be kept."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("Causal attention is incremental", "因果注意力是增量的"),
    theorem="caches-from-causality",
    names={"Q": "t d_k", "K": "t d_k", "V": "t d_v", "q": "1 d_k"},
    opening=(
        Said(
            "A text is written one token after the other. Must everything be computed again with each of them? For "
            "causal attention the answer is no, and what has to be kept is exactly the keys and the values.",
            "文本是逐个词元写出来的。每多一个词元，一切都要重算吗？对因果注意力而言不必，而需要保留的恰好是键和值。",
        ),
    ),
    before={
        "the newest token": Said(
            "The newest token may see all others, so its row needs no mask: one query `q` against all keys.",
            "最新的词元可以看到其他所有词元，所以它那一行不需要掩码：一个查询 `q` 对所有的键。",
        ),
        "the tokens before": Said(
            "The rows before it are those of the text without it. Nothing computed earlier has to be touched.",
            "它之前的各行，就是没有它时那段文本的各行。先前算过的都不必再动。",
        ),
        "keys and values of a longer text": Said(
            "Keys and values are projected token by token; a new token adds a row to each.",
            "键和值逐个词元投影得到；新词元只是各添一行。",
        ),
        "a further layer, whose first tokens A do not know the last one y, makes tokens of which this holds again": Said(
            "The next layer gets tokens of which the same holds: the first ones do not know the last. So it goes on "
            "through any number of layers, by induction.",
            "下一层得到的词元具有同样的性质：前面的不知道最后一个。由归纳法，这对任意多层都成立。",
        ),
        "a chunk of queries after a cache": Said(
            "Several new tokens at once are the last rows of the causal mask, which is then aligned at the lower right.",
            "一次来几个新词元，用的是因果掩码的最后几行，这时掩码是右下对齐的。",
        ),
    },
    misconceptions={
        "a-cache-is-approximate": Said(
            "Over the real numbers it gives the same, for every size and any number of layers. In floating point rounding may differ.",
            "在实数范围内结果完全相同，对任何尺寸、任意多层都成立。在浮点数中，只有舍入可能不同。",
        ),
        "queries-are-kept-too": Said(
            "No later row asks for an earlier query; only keys and values are read again.",
            "后面的行不会再用到前面的查询；被再次读取的只有键和值。",
        ),
    },
    practice=(
        "cache-1-1",
        "latent-cache-1-2",
    ),
    chinese={
        "the newest token": "最新的词元",
        "one query, no mask, all keys in the cache": "一个查询，没有掩码，所有键都在缓存里",
        "the tokens before": "之前的词元",
        "a later token changes nothing before it": "后来的词元不改变它之前的任何东西",
        "keys and values of a longer text": "更长文本的键和值",
        "those of the earlier tokens stay": "先前词元的保持不变",
        "a further layer, whose first tokens A do not know the last one y, makes tokens of which this holds again": (
            "再加一层：前面的词元 A 不知道最后的 y，所得词元仍有此性质"
        ),
        "so through any number of layers; before the first one `A` are the earlier tokens themselves": (
            "因此对任意多层成立；第一层之前，`A` 就是先前的词元本身"
        ),
        "a chunk of queries after a cache": "缓存之后的一段查询",
        "aligned at the lower right": "右下对齐",
        "how much memory a cache needs, with keys and values for each head or shared by several": (
            "缓存需要多少内存，无论各头各有键和值，还是几个头共用"
        ),
    },
)
