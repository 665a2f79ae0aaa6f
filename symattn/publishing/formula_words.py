"""The words inside formulas, such as "if" and "otherwise", in the language of the document that is being printed."""

from __future__ import annotations

from symattn.publishing.languages import CURRENT
from symattn.publishing.sentences import Sentences

ENGLISH = {
    "if": "if ",
    "otherwise": "otherwise",
    "case on a line": "{value} if {condition}",
    "last case on a line": "{value} otherwise",
    "between cases": ", ",
    "and": " and ",
    "even": " even",
    "odd": " odd",
    "every key": "every key",
    "no key": "no key",
    "terms": "an exact value of {count} terms",
    "characters": "an exact value of {count} characters",
    "wide": "an exact value wider than the page",
}

CHINESE = {
    "if": "若 ",
    "otherwise": "否则",
    "case on a line": "若 {condition} 则为 {value}",
    "last case on a line": "否则为 {value}",
    "between cases": "，",
    "and": " 且 ",
    "even": " 为偶数",
    "odd": " 为奇数",
    "every key": "所有的键",
    "no key": "没有键",
    "terms": "精确值有 {count} 项",
    "characters": "精确值有 {count} 个字符",
    "wide": "精确值比页面还宽",
}

FORMULAS = Sentences("publishing/formula_words.py", {"en": ENGLISH, "zh": CHINESE})
"""One row a language; spaces at their ends part the words from the formula."""


def in_formula(key: str, **places: object) -> str:
    """Words inside a formula.

    >>> from symattn.publishing.languages import written_in
    >>> with written_in("zh"):
    ...     in_formula("otherwise")
    '否则'
    """
    return FORMULAS.said(CURRENT.get().code, key, **{name: str(value) for name, value in places.items()})
