"""Verdict: what is known of a statement, by which kind of evidence, and what shows that it is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

EVIDENCE = ("proved", "exact", "enclosed", "sampled", "unknown", "refuted")
"""The kinds of evidence, the strongest first.

``proved``: for every size and all values of the inputs. ``exact``: by exact arithmetic, at the instances listed.
``enclosed``: by rigorous intervals, at the instances listed. ``sampled``: by floating point, at the instances counted.
``unknown``: nothing is claimed. ``refuted``: a counterexample is shown.
"""


def weakest(kinds: Iterable[str]) -> str:
    """The weakest of some kinds of evidence; what rests on nothing is proved.

    >>> weakest(["proved", "sampled", "exact"]), weakest([])
    ('sampled', 'proved')
    """
    return max(kinds, key=EVIDENCE.index, default="proved")


@dataclass(frozen=True)
class Counterexample:
    """Numbers at which two sides differ: the sizes, the inputs, the place (counted from 0) and both values there.

    ``evidence`` is ``"exact"`` where the values are exact and unequal, ``"enclosed"`` where their enclosures are apart,
    and ``"sampled"`` where floating-point values are further apart than rounding explains.
    """

    sizes: Mapping[str, int]
    inputs: Mapping[str, Any]
    place: tuple[int, ...]
    left: str
    right: str
    evidence: str = "exact"

    def __str__(self) -> str:
        sizes = ", ".join(f"{name} = {value}" for name, value in self.sizes.items())
        place = ", ".join(str(position + 1) for position in self.place)
        where = f"entry ({place})" if self.place else "the value"
        lines = [f"at {sizes}:" if sizes else "at:"]
        lines += [f"  {name} = {shown(value)}" for name, value in self.inputs.items()]
        return "\n".join([*lines, f"  {where} is {self.left} on the left, {self.right} on the right"])


def shown(value: Any) -> str:
    """Nested lists of exact numbers as text.

    >>> shown([[1, 2], [3, 4]])
    '[[1, 2], [3, 4]]'
    """
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(shown, value)) + "]"
    return str(value)


@dataclass(frozen=True)
class Verdict:
    """What is known of a statement. ``unknown`` is never a pass.

    ``reason`` says why in one sentence; ``steps`` are the lines of the argument, ``normal_form`` what both sides come
    to; ``conditions`` hold wherever the statement is claimed, such as a denominator that is not 0; ``instances``
    describe what was computed, for every kind of evidence but a proof.

    >>> bool(Verdict("proved", "A = A", "both sides are the same")), bool(Verdict("unknown", "A = B", "too large"))
    (True, False)
    """

    kind: str
    statement: str
    reason: str
    steps: tuple[str, ...] = ()
    normal_form: str = ""
    conditions: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    seconds: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        """Errors: ``ValueError`` for a kind of evidence that there is not, and for a refutation that shows nothing."""
        if self.kind not in EVIDENCE:
            raise ValueError(f"a verdict is one of {', '.join(EVIDENCE)}; found {self.kind!r}")
        if (self.kind == "refuted") != (self.counterexample is not None):
            raise ValueError("a refutation, and nothing else, has a counterexample")

    def __bool__(self) -> bool:
        """Whether the statement may be relied on, with evidence of this kind."""
        return self.kind in EVIDENCE[: EVIDENCE.index("unknown")]

    def __str__(self) -> str:
        lines = [f"{self.kind}: {self.statement}", f"  {self.reason}"]
        lines += [f"  where {condition}" for condition in self.conditions]
        if self.counterexample is not None:
            lines += [f"  {line}" for line in str(self.counterexample).splitlines()]
        return "\n".join(lines)
