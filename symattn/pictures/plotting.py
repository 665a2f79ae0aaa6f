"""The kinds of pictures, and how one is asked for: of a mechanism with numbers, or without where none are needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from symattn.counts import count
from symattn.equations import EquationSystem
from symattn.errors import InputError
from symattn.language.names import suggestion
from symattn.mechanism_names import called
from symattn.pictures.heat_maps import weight_maps
from symattn.pictures.labels import Labels
from symattn.pictures.marks import Panel
from symattn.pictures.picture import Picture
from symattn.pictures.saturation import length_in, saturation_chart
from symattn.pictures.scaling import scaled_maps
from symattn.pictures.score_curves import score_charts
from symattn.pictures.temperature import temperature_charts
from symattn.pictures.weights import Numbered
from symattn.pictures.wording import Wording

MOST_DIGITS = 12
"""Significant digits that a cell has room for."""


class Kind(NamedTuple):
    """One kind of picture: its panels, and how many stand in a row; its title is the text of its name in WORDS."""

    panels: Callable[[Numbered, Labels, int, str | None, Wording], tuple[Panel, ...]]
    columns: int | None = None


def _saturation(bound: Numbered, labels: Labels, digits: int, value: str | None, words: Wording) -> tuple[Panel, ...]:
    return (saturation_chart(bound.symbolic, length_in(bound.system), words),)


KINDS: dict[str, Kind] = {
    "weights": Kind(weight_maps),
    "score-weight": Kind(score_charts),
    "temperature": Kind(temperature_charts),
    "saturation": Kind(_saturation),
    "scaled": Kind(scaled_maps, columns=2),
}
"""What can be drawn."""


def plot(
    bound: Numbered,
    kind: str = "weights",
    *,
    value: str | None = None,
    tokens: Sequence[str] | None = None,
    queries: Sequence[str] | None = None,
    keys: Sequence[str] | None = None,
    digits: int = 3,
    language: str = "en",
) -> Picture:
    """A picture of a mechanism with numbers.

    ``kind`` is ``"weights"`` (heat maps, one a head), ``"score-weight"``, ``"temperature"`` (with entropies),
    ``"saturation"`` (of the gradient with d_k) or ``"scaled"`` (beside unscaled). ``value`` names another matrix for
    the heat maps. ``tokens`` are labels of queries and keys alike, ``queries`` and ``keys`` those of one of them.
    ``digits`` are significant digits of the printed numbers, correctly rounded from exact ones. ``language`` is that
    of titles, axes, legends and the description, ``"en"`` or ``"zh"``.
    Errors: ``InputError`` for another kind or language, labels that do not fit, and a mechanism that has no such
    picture; ``UnknownNameError`` for a value that it does not have; ``ExactnessError`` and ``LimitError`` as for its
    values.
    """
    chosen, words = kind_called(kind), Wording.of(language)
    labels = Labels.of(tokens, queries, keys)
    check_value(kind, value)
    panels = chosen.panels(bound, labels, count(digits, "digits", 1, MOST_DIGITS), value, words)
    if not panels:
        raise InputError(f"{bound.system.name}: no query may attend to any key, so there is nothing to draw.")
    title = words("title", mechanism=called(language, bound.system.name), kind=words(kind))
    return Picture(title, panels, chosen.columns, words.language)


def plot_without_numbers(system: EquationSystem, kind: str, language: str = "en") -> Picture:
    """A picture that rests on the equations alone, which is that of saturation.

    Errors: ``InputError`` for a kind that needs numbers, and for a mechanism that has no such picture.
    """
    chosen, words = kind_called(kind), Wording.of(language)
    if kind != "saturation":
        raise InputError(
            f"a picture of kind {kind!r} shows numbers; give each input of {system.name}: {', '.join(system.inputs)}."
        )
    title = words("title", mechanism=called(language, system.name), kind=words(kind))
    return Picture(title, (saturation_chart(system, length_in(system), words),), chosen.columns, words.language)


def check_value(kind: str, value: str | None) -> None:
    """Errors: ``InputError`` for a value of a picture that shows no other."""
    if value is not None and kind != "weights":
        raise InputError(f"value={value!r} chooses what the heat maps of kind 'weights' show; {kind!r} shows no other.")


def kind_called(kind: str) -> Kind:
    """The kind of that name. Errors: ``InputError`` for another name."""
    if kind not in KINDS:
        hint = suggestion(str(kind), list(KINDS))
        raise InputError(f"no kind of picture is called {ascii(kind)[:60]}.{hint} There are: {', '.join(KINDS)}.")
    return KINDS[kind]
