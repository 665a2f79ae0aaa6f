"""``symattn theorems``: the theorems with their evidence, or one of them with every step."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable
from typing import Any

import click

from symattn import theorems
from symattn.auditing.outcome import SAME, UNKNOWN
from symattn.commands.options import FORMATS, RESULT, chosen_format, deliver, with_options
from symattn.commands.progress import Progress
from symattn.deriving import Theorem

LISTS = ("text", "json")
"""How the list of theorems is printed; one theorem is printed in every format."""

CLAIMED = ("unknown", "refuted")
"""Evidence that shows nothing."""


@click.command("theorems")
@with_options(
    click.argument("name", metavar="[NAME|LABEL]", required=False),
    click.option("--check/--no-check", default=True, help="Without NAME: whether every step of all is checked."),
    *RESULT,
)
def command(
    name: str | None, check: bool, format_name: str | None, path: str | None, digits: int, standalone: bool
) -> int:
    """List the theorems about attention with their evidence, or show one with every step of its derivations.

    Those with a label D stand by themselves, those with a label G lead from one to the next.

    Every step is checked as it is loaded: for every size where the evidence is proved. All of them take some seconds,
    with --no-check none. The exit status is 0 if all that is shown holds by its evidence, 3 if a step is only claimed.

    \b
    symattn theorems
    symattn theorems online-softmax
    symattn theorems D15 -o backward.html
    symattn theorems D15 --format latex
    """
    known = LISTS if name is None else FORMATS
    format_name, standalone = chosen_format(format_name, path, standalone, known)
    if name is not None:
        theorem = theorems.named(name)
        if format_name == "json":
            shown = as_json(theorem.to_dict())
        else:
            shown = theorem.present().to(format_name, digits=digits, standalone=standalone)
        deliver(shown, path)
        return status([theorem])
    if not check:
        rows = [{"name": key, "label": label, "title": title} for key, (label, title) in theorems.headings().items()]
        deliver(as_json(rows) if format_name == "json" else as_headings(), path)
        return SAME
    loaded = all_of_them()
    deliver(as_json(as_rows(loaded)) if format_name == "json" else as_list(loaded), path)
    return status(loaded.values())


def all_of_them() -> dict[str, Theorem]:
    """Every theorem by its name, checked, with progress on standard error."""
    found, total = {}, len(theorems.headings())
    with Progress() as progress:
        for done, name in enumerate(theorems.headings()):
            progress(done, total, name)
            found[name] = theorems.named(name)
    return found


def status(shown: Iterable[Theorem]) -> int:
    """0 if every step has evidence, 3 if one is only claimed."""
    return UNKNOWN if any(theorem.evidence in CLAIMED for theorem in shown) else SAME


def as_headings() -> str:
    """A line for each theorem: label, name, title."""
    width = max(map(len, theorems.names()))
    return "\n".join(f"{label:<9}{name:<{width}}  {title}" for name, (label, title) in theorems.headings().items())


def as_list(loaded: dict[str, Theorem]) -> str:
    """Each theorem with its evidence and what it says."""
    parts = []
    for name, theorem in loaded.items():
        head = f"{theorem.label}  {name}: {theorem.title} ({theorem.evidence})"
        parts.append(f"{head}\n{textwrap.indent(textwrap.fill(theorem.stated, 100), '    ')}")
    return "\n".join([*parts, "symattn theorems NAME shows the steps of one."])


def as_rows(loaded: dict[str, Theorem]) -> list[dict[str, str]]:
    """The same for a machine."""
    return [
        {
            "name": name,
            "label": theorem.label,
            "title": theorem.title,
            "statement": theorem.stated,
            "evidence": theorem.evidence,
        }
        for name, theorem in loaded.items()
    ]


def as_json(value: Any) -> str:
    """JSON as all commands write it."""
    return json.dumps(value, indent=2, ensure_ascii=False)
