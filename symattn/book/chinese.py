"""Chinese for what stands around the formulas of derivations: rules, kinds of evidence, the words between."""

from __future__ import annotations

from collections.abc import Mapping

from symattn.deriving.wording import Wording
from symattn.errors import UnknownNameError

WORDS = {
    "definition": "定义",
    "linearity": "线性",
    "product": "乘积法则",
    "quotient": "商的法则",
    "chain": "链式法则",
    "exponent": "指数法则",
    "logarithm": "对数法则",
    "shift": "平移不变",
    "row sum": "行和为 1",
    "reassociate": "结合律",
    "transpose of a product": "乘积的转置",
    "Kronecker delta": "克罗内克 δ",
    "block": "分块",
    "restriction": "限制到允许集",
    "reindexing": "换指标",
    "algebra": "代数",
    "substitution": "代入",
    "case": "分情形",
    "induction step": "归纳步",
    "bound": "估界",
    "limit": "极限",
    "moment": "矩",
    "differentiation": "求导",
    "optimum": "极值条件",
    "proved": "已证明",
    "exact": "精确算得",
    "enclosed": "区间界定",
    "sampled": "抽样检验",
    "refuted": "被推翻",
    "unknown": "未判定",
    "claimed": "仅为断言",
}
"""The names of rules, and the words of verdicts."""


def chinese(texts: Mapping[str, str]) -> Wording:
    """The wording of a chapter, whose own titles, notes and conditions are in ``texts``.

    Errors, when it is used: ``UnknownNameError`` for a text without Chinese.
    """

    def said(text: str) -> str:
        found = texts.get(text, WORDS.get(text))
        if found is None:
            raise UnknownNameError(f"the chapter has no Chinese for {text!r}.")
        return found

    return Wording(
        inputs="设 ",
        definitions="记 ",
        conditions="其中 ",
        comma="，",
        semicolon="；",
        colon="：",
        last="与",
        quoted="“{title}”",
        reason="由{rule}；{evidence}",
        reason_with="由{rule}，并用{used}；{evidence}",
        in_all="{evidence}，总的为{inherited}",
        differ=("两边之差为 ", "，它不为负"),
        said=said,
        title=str,
    )
