"""Exercises: types with parameters from a seed, sheets with solutions from the engine, and the check of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symattn.lazy import loader

if TYPE_CHECKING:
    from symattn.exercises.answering import Outcome, check_answer
    from symattn.exercises.catalogue import KINDS, chosen, identified, topics
    from symattn.exercises.sheets import sheet
    from symattn.exercises.wording import LANGUAGES

__all__ = [
    "KINDS",
    "LANGUAGES",
    "Outcome",
    "check_answer",
    "chosen",
    "identified",
    "sheet",
    "topics",
]

_HOMES = {
    "answering": ("Outcome", "check_answer"),
    "catalogue": ("KINDS", "chosen", "identified", "topics"),
    "sheets": ("sheet",),
    "wording": ("LANGUAGES",),
}

__getattr__ = loader(__name__, _HOMES)
