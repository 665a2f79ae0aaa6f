"""The words around formulas where a derivation is printed, so that it can be printed in another language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symattn.deriving.step import Step


def sentence(title: str) -> str:
    """A title with a capital where it begins with a word, not with a name or a formula.

    >>> sentence("softmax ignores a shift"), sentence("p is positive")
    ('Softmax ignores a shift', 'p is positive')
    """
    first = title.split(" ")[0]
    return title[:1].upper() + title[1:] if first.isalpha() and (len(first) > 1 or first == "a") else title


@dataclass(frozen=True)
class Wording:
    """What stands between formulas; ``said`` gives a title, a note, a condition or the name of a rule in the language.

    Templates hold names in braces, as in ``"by {rule}"``.
    """

    inputs: str = "for "
    definitions: str = "with "
    conditions: str = "where "
    comma: str = ", "
    semicolon: str = "; "
    colon: str = ":"
    last: str = " and "
    quoted: str = "“{title}”"
    reason: str = "by {rule}; {evidence}"
    reason_with: str = "by {rule}, with {used}; {evidence}"
    in_all: str = "{evidence}, {inherited} in all"
    differ: tuple[str, str] = ("the sides differ by ", ", which is not negative")
    said: Callable[[str], str] = str
    title: Callable[[str], str] = sentence

    def reason_of(self, step: Step) -> str:
        """The rule, what the step uses, and the evidence: ``by shift; proved``."""
        kind = "claimed" if step.claimed else step.verdict.kind
        evidence = self.said(kind)
        if step.evidence != step.verdict.kind:
            evidence = self.in_all.format(evidence=evidence, inherited=self.said(step.evidence))
        used = self.listed([self.quoted.format(title=self.said(chain.title)) for chain in step.using])
        template = self.reason_with if used else self.reason
        return template.format(rule=self.said(step.rule.name), used=used, evidence=evidence)

    def listed(self, names: list[str]) -> str:
        """Names as a text of the language lists them.

        >>> ENGLISH.listed(["a", "b", "c"])
        'a, b and c'
        """
        *most, last = names or [""]
        return self.comma.join(most) + self.last + last if most else last


ENGLISH = Wording()
