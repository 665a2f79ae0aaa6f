"""The words of a picture in each language: titles, axes, legends, and what is said to whoever hears it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symattn.publishing import languages

WORDS: Mapping[str, Mapping[str, str]] = {
    # What is drawn.
    "weights": {"en": "attention weights", "zh": "注意力权重"},
    "score-weight": {"en": "weight of each key by its score", "zh": "各键的权重与得分"},
    "temperature": {"en": "weights and entropy by temperature", "zh": "权重和熵随温度的变化"},
    "saturation": {"en": "saturation of softmax by d_k", "zh": "softmax 随 d_k 增大而饱和"},
    "scaled": {"en": "weights unscaled and divided by √d_k", "zh": "不缩放与除以 √d_k 的权重"},
    "title": {"en": "{mechanism}: {kind}", "zh": "{mechanism}：{kind}"},
    # Heat maps.
    "query": {"en": "query", "zh": "查询"},
    "key": {"en": "key", "zh": "键"},
    "row": {"en": "row", "zh": "行"},
    "column": {"en": "column", "zh": "列"},
    "weights in": {"en": "weights in {name}", "zh": "{name} 中的权重"},
    "head": {"en": "{name}, {head}", "zh": "{name}，{head}"},
    "unscaled": {"en": "{title}, unscaled", "zh": "{title}，不缩放"},
    "divided": {"en": "{title}, divided by √{square}", "zh": "{title}，除以 √{square}"},
    "not allowed": {"en": "not allowed", "zh": "不允许"},
    "hatched": {"en": "hatched: not allowed", "zh": "斜线格：不允许"},
    "below a map": {"en": "{columns} ({note})", "zh": "{columns}（{note}）"},
    "cell": {"en": "{rows} {row}, {columns} {column}: {value}", "zh": "{rows} {row}，{columns} {column}：{value}"},
    # Charts.
    "score": {"en": "score", "zh": "得分"},
    "weight": {"en": "weight", "zh": "权重"},
    "this query": {"en": "query {label}", "zh": "查询 {label}"},
    "this key": {"en": "key {label}", "zh": "键 {label}"},
    "point": {
        "en": "query {query}, key {key}: score {score}, weight {weight}",
        "zh": "查询 {query}，键 {key}：得分 {score}，权重 {weight}",
    },
    "of a query": {"en": "{title}: query {label}", "zh": "{title}：查询 {label}"},
    "entropies": {"en": "{title}: entropy of each query", "zh": "{title}：各查询的熵"},
    "temperature T": {"en": "temperature T", "zh": "温度 T"},
    "entropy": {"en": "entropy in nats", "zh": "熵（单位：奈特）"},
    "gradient": {"en": "Gradient p(1 − p) of a softmax of two keys", "zh": "两个键的 softmax 的梯度 p(1 − p)"},
    "length": {"en": "d_k, the length of queries and keys", "zh": "d_k，即查询和键的维数"},
    "scaled median": {"en": "divided by √d_k: median", "zh": "除以 √d_k：中位数"},
    "scaled mean": {"en": "divided by √d_k: mean", "zh": "除以 √d_k：均值"},
    "unscaled mean": {
        "en": "unscaled: mean, close to the next for large d_k",
        "zh": "不缩放：均值，d_k 大时接近下一条曲线",
    },
    "unscaled median": {
        "en": "unscaled: median, 1/(4 cosh²(c √d_k)), c = erf⁻¹(1/2)",
        "zh": "不缩放：中位数，1/(4 cosh²(c √d_k))，c = erf⁻¹(1/2)",
    },
    # In words.
    "map": {
        "en": "{title}. Rows: {rows}; columns: {columns} {labels}.",
        "zh": "{title}。各行：{rows}；各列：{columns} {labels}。",
    },
    "line of a map": {"en": "{rows} {row}: {values}", "zh": "{rows} {row}：{values}"},
    "chart": {
        "en": "{title}. Horizontally: {across}; vertically: {up}.",
        "zh": "{title}。横轴：{across}；纵轴：{up}。",
    },
    "curve": {
        "en": "{label}: from {first} at {begin} to {last} at {end}",
        "zh": "{label}：从 {begin} 处的 {first} 到 {end} 处的 {last}",
    },
    "between": {"en": ", ", "zh": "，"},
}
"""Every text of a picture, by what it says; each language has the same places in it."""


@dataclass(frozen=True)
class Wording:
    """The words of one language.

    >>> Wording("zh")("this query", label="the")
    '查询 the'
    """

    language: str = "en"

    @classmethod
    def of(cls, language: str) -> Wording:
        """The words of a language. Errors: ``InputError`` for a language that there is not."""
        return cls(languages.language(language).code)

    @property
    def tag(self) -> str:
        """How a page names the language, which is also how a program chooses the forms of Chinese characters."""
        return languages.language(self.language).tag

    def __call__(self, name: str, /, **places: object) -> str:
        """A text with what stands in its places."""
        return WORDS[name][self.language].format(**places)

    @property
    def texts(self) -> list[str]:
        """Every text of the language."""
        return [text[self.language] for text in WORDS.values()]

    def listed(self, parts: list[str]) -> str:
        """Parts as the language lists them.

        >>> Wording("zh").listed(["0.1", "0.9"])
        '0.1，0.9'
        """
        return self("between").join(parts)


ENGLISH = Wording()
