"""Labels that were made in English, in other languages: whole sentences by pattern, what is in their places kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from symattn.publishing.languages import words_in
from symattn.publishing.sentences import Sentences


@dataclass(frozen=True)
class Labels:
    """The labels of the module ``home``: for each language patterns, and what stands for a label that one matches.

    The parts of a pattern are put into the braces, said by their own rows; what no row matches stays as it is.

    >>> labels = Labels("labels.py", {"en": (), "zh": ((r"sum of (.+)", "{0} 的和"), ("weights", "权重"))})
    >>> labels.said("zh", "sum of weights"), labels.said("zh", "product"), labels.said("en", "weights")
    ('权重 的和', 'product', 'weights')
    """

    home: str
    tables: Mapping[str, tuple[tuple[str, str], ...]] = field(hash=False)

    def said(self, language: str, label: str) -> str:
        """A label in a language.

        Errors: ``InputError`` for a language that there is not, ``MissingRowError`` for one without a table.
        """
        for pattern, shown in words_in(language, self.tables, self.home):
            found = re.fullmatch(pattern, label)
            if found:
                return shown.format(*(self.said(language, part) for part in found.groups()))
        return label

    def in_sentence(self, sentences: Sentences, language: str, key: str, reason: str, **places: str) -> str:
        """A sentence with a reason in it; one that no row matches is in the sentence that says that it is English.

        The key of that sentence ends with ``as written``.

        >>> labels = Labels("labels.py", {"zh": (("torch is away", "没有 torch"),)})
        >>> told = Sentences("told.py", {"zh": {"why": "原因：{reason}。", "why as written": "原因（英文）：{reason}"}})
        >>> [labels.in_sentence(told, "zh", "why", reason) for reason in ("torch is away", "who knows")]
        ['原因：没有 torch。', '原因（英文）：who knows']

        Errors: those of both tables.
        """
        shown = self.said(language, reason)
        return sentences.said(language, f"{key} as written" if shown == reason else key, reason=shown, **places)
