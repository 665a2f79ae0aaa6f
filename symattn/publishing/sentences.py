"""Tables of sentences in several languages: found by a key, with places for what is put or printed into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from symattn.errors import UnknownNameError
from symattn.publishing.languages import words_in


@dataclass(frozen=True)
class Sentences:
    """The sentences of the module ``home``: a table for each language, all with the same keys.

    >>> greetings = Sentences("greetings.py", {"en": {"hello": "Hello {name}."}, "zh": {"hello": "{name}，你好。"}})
    >>> greetings.said("zh", "hello", name="Q"), greetings.told("en", "hello", name=1)
    ('Q，你好。', ('Hello ', 1, '.'))
    """

    home: str
    tables: Mapping[str, Mapping[str, str]] = field(hash=False)

    def of(self, language: str) -> Mapping[str, str]:
        """The sentences of a language.

        Errors: ``InputError`` for a language that there is not, ``MissingRowError`` for one without a table.
        """
        return words_in(language, self.tables, self.home)

    def told(self, language: str, key: str, /, **places: Any) -> tuple[Any, ...]:
        """A sentence in parts, what is printed in its places.

        Errors: those of :meth:`of`; ``UnknownNameError`` for a sentence or a place that has nothing.
        """
        table = self.of(language)
        if key not in table:
            raise UnknownNameError(f"the sentence {key!r} is missing in the table of the language {language}.")
        found: list[Any] = []
        for text, place, _, _ in Formatter().parse(table[key]):
            found += [text] if text else []
            if place is not None:
                if place not in places:
                    raise UnknownNameError(f"the sentence {key!r} has a place {place!r}, for which nothing is given.")
                found.append(places[place])
        return tuple(found)

    def said(self, language: str, key: str, /, **places: str) -> str:
        """A sentence that is words alone."""
        return "".join(self.told(language, key, **places))

    def listed(self, language: str, texts: Iterable[str], key: str = "and") -> str:
        """Texts with what stands under a key between them.

        >>> Sentences("lists.py", {"zh": {"and": "和"}}).listed("zh", ["Q", "K"])
        'Q和K'
        """
        return self.of(language)[key].join(texts)
