"""A document for a machine: every stage with its formula as text, LaTeX and code, its exact values and its decimals."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from symattn.errors import MissingRowError
from symattn.publishing.document import (
    Block,
    Code,
    Contents,
    Document,
    Figure,
    Formula,
    Heading,
    Listing,
    Paragraph,
    References,
    Stage,
    StepLine,
    Steps,
    Substituted,
    Table,
    Title,
    row_of,
)
from symattn.publishing.numbers import decimal, each_number, short_enough, too_long
from symattn.publishing.settings import Settings, shown_steps
from symattn.publishing.text_notation import plain
from symattn.publishing.to_code import code
from symattn.publishing.to_latex import latex
from symattn.publishing.to_text import text


def render_json(document: Document, settings: Settings) -> str:
    """An object with ``title``, ``source``, ``digits``, ``stages``, ``blocks``; numbers are text, none is rounded."""
    made = {
        "title": plain(document.title),
        "source": plain(document.source),
        "digits": settings.digits,
        "stages": [_stage(stage, settings) for stage in document.stages],
        "blocks": [_block(block, settings) for block in document.blocks],
    }
    return json.dumps(made, ensure_ascii=False, indent=2 if settings.standalone else None, allow_nan=False) + "\n"


def _stage(stage: Stage, settings: Settings) -> dict[str, Any]:
    made: dict[str, Any] = {"name": plain(stage.name), "shape": [str(length) for length in stage.shape]}
    if stage.left is not None:
        made["left"] = _printed(stage.left, settings, code)
    if stage.formula is not None:
        made["formula"] = _printed(stage.formula, settings, code)
        if stage.numbers is not None:
            made["substituted"] = _printed(Substituted(stage.formula, short_enough(stage.numbers)), settings)
    if stage.entry is not None:
        made["entry"] = {"of": _printed(stage.entry[0], settings), "formula": _printed(stage.entry[1], settings)}
    if stage.exact is not None:
        reason = too_long(stage.exact)
        if reason is None:
            made["exact"] = each_number(stage.exact, text)
            made["exact_latex"] = each_number(stage.exact, latex)
            made["exact_sympy"] = each_number(stage.exact, sympy_text)
        else:
            made["exact_left_out"] = reason
        made["decimal"] = each_number(stage.exact, lambda number: str(decimal(number, settings.digits)))
    return made


def sympy_text(number: Any) -> str:
    """A number as SymPy's own text, which ``sympy.sympify`` reads back."""
    return str(number.to_sympy() if hasattr(number, "to_sympy") else number)


def _printed(value: Any, settings: Settings, coded: Any = None) -> dict[str, str]:
    if isinstance(value, str):
        return {"text": plain(value)}
    made = {"text": text(value, digits=settings.digits), "latex": latex(value, digits=settings.digits)}
    if coded is not None:
        with suppress(MissingRowError):  # a formula of entries, which the language of equations cannot say
            made["code"] = coded(value)
    return made


def _block(block: Block, settings: Settings) -> dict[str, Any]:
    made = row_of(block, BLOCKS, "render_json.py")(block, settings)
    return {"kind": type(block).__name__.lower(), **made}


def _all_printed(parts: Iterable[Any], settings: Settings) -> list[dict[str, str]]:
    return [_printed(part, settings) for part in parts]


def _title(block: Title, settings: Settings) -> dict[str, Any]:
    return {"text": plain(block.text), **({"anchor": block.anchor} if block.anchor else {})}


def _heading(block: Heading, settings: Settings) -> dict[str, Any]:
    return {"level": block.level, "parts": _all_printed(block.parts, settings)}


def _paragraph(block: Paragraph, settings: Settings) -> dict[str, Any]:
    return {"parts": _all_printed(block.parts, settings)}


def _formula(block: Formula, settings: Settings) -> dict[str, Any]:
    steps = list(shown_steps(block, settings.digits))
    parts = (block.parts[0], *(part for _, part in steps))
    return {"parts": _all_printed(parts, settings), "relations": [sign for sign, _ in steps]}


def _steps(block: Steps, settings: Settings) -> dict[str, Any]:
    return {"start": _printed(block.start, settings), "steps": [_step(line, settings) for line in block.lines]}


def _step(line: StepLine, settings: Settings) -> dict[str, Any]:
    return {
        "relation": line.sign,
        "formula": _printed(line.value, settings),
        "reason": plain(line.reason),
        "evidence": plain(line.evidence),
        "remark": [_printed(part, settings) for part in line.remark],
    }


def _table(block: Table, settings: Settings) -> dict[str, Any]:
    return {
        "header": _all_printed(block.header, settings),
        "rows": [_all_printed(row, settings) for row in block.rows],
    }


def _code(block: Code, settings: Settings) -> dict[str, Any]:
    lines = [plain(line.expandtabs()) for line in block.text.split("\n")]
    return {"language": plain(block.language), "text": "\n".join(lines)}


def _listing(block: Listing, settings: Settings) -> dict[str, Any]:
    return {"numbered": block.numbered, "items": [_all_printed(item, settings) for item in block.items]}


def _figure(block: Figure, settings: Settings) -> dict[str, Any]:
    described = "\n".join(plain(line) for line in block.drawing.description.split("\n"))
    return {"caption": _all_printed(block.caption, settings), "description": described, "svg": block.svg}


def _references(block: References, settings: Settings) -> dict[str, Any]:
    return {"sources": [_all_printed(source, settings) for source in block.sources]}


def _contents(block: Contents, settings: Settings) -> dict[str, Any]:
    return {"titles": [_title(title, settings) for title in block.titles]}


BLOCKS: dict[type, Callable[[Any, Settings], dict[str, Any]]] = {
    Title: _title,
    Heading: _heading,
    Paragraph: _paragraph,
    Formula: _formula,
    Steps: _steps,
    Table: _table,
    Code: _code,
    Listing: _listing,
    Figure: _figure,
    References: _references,
    Contents: _contents,
}
"""One row a block."""
