"""Whether the two sides of a claim have one normal form in index notation, within a time."""

from __future__ import annotations

from typing import Any

from symattn.deriving.claim import LEFT, RIGHT, Claim
from symattn.equations import EquationSystem
from symattn.errors import LimitError, MissingRowError
from symattn.proof import deciding
from symattn.proof.equality import place_of
from symattn.proof.normal_form import UndefinedError
from symattn.proof.patience import OutOfTimeError, within_seconds
from symattn.proof.terms import subtracted
from symattn.proof.translation import Translator
from symattn.verdicts import Verdict

SECONDS = 60.0
"""What one step may take."""

NORMAL_FORMS_DIFFER = "the normal forms of both sides differ"
"""The reason of ``unknown`` where the prover came to an end."""


def translated(translator: type[Translator], system: EquationSystem, **more: Any) -> Translator:
    """A translator of the two sides of a claim, which stand in a system in the inputs alone."""
    scalars = frozenset(name for name in [*system.inputs, *system.by_name] if not system.shape(name))
    sides = {side: system.by_name[side] for side in (LEFT, RIGHT)}
    return translator(definitions=sides, scalars=scalars, **more)


def same_entries(claim: Claim, system: EquationSystem, translator: Translator, reason: str) -> Verdict:
    """``proved`` for the ``reason`` if the entries of both sides have one normal form, else ``unknown``, and why."""
    positions = place_of(system, LEFT, translator)
    try:
        with within_seconds(SECONDS):
            left, right = (translator.named(side, positions) for side in (LEFT, RIGHT))
            equal = deciding.is_zero(subtracted(left, right))
    except OutOfTimeError:
        return Verdict("unknown", str(claim), f"no answer within {SECONDS:g} s")
    except (MissingRowError, LimitError, UndefinedError, RecursionError) as error:
        return Verdict("unknown", str(claim), f"index notation cannot tell: {error}")
    if equal:
        return Verdict("proved", str(claim), reason)
    return Verdict("unknown", str(claim), NORMAL_FORMS_DIFFER)
