"""A document for a machine: every stage with its formula as text, LaTeX and code, its exact values and its decimals."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from symattn.errors import MissingRowError
from symattn.publishing.document import (
    Block,
    Code,
    Document,
    Formula,
    Heading,
    Paragraph,
    Stage,
    StepLine,
    Steps,
    Substituted,
    Table,
    Title,
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
    kind = type(block).__name__.lower()
    if isinstance(block, Title):
        return {"kind": kind, "text": plain(block.text)}
    if isinstance(block, Heading):
        return {"kind": kind, "level": block.level, "parts": [_printed(part, settings) for part in block.parts]}
    if isinstance(block, Paragraph):
        return {"kind": kind, "parts": [_printed(part, settings) for part in block.parts]}
    if isinstance(block, Formula):
        steps = list(shown_steps(block, settings.digits))
        return {
            "kind": kind,
            "parts": [_printed(part, settings) for part in (block.parts[0], *(part for _, part in steps))],
            "relations": [sign for sign, _ in steps],
        }
    if isinstance(block, Steps):
        return {
            "kind": kind,
            "start": _printed(block.start, settings),
            "steps": [_step(line, settings) for line in block.lines],
        }
    if isinstance(block, Table):
        header = [_printed(cell, settings) for cell in block.header]
        rows = [[_printed(cell, settings) for cell in row] for row in block.rows]
        return {"kind": kind, "header": header, "rows": rows}
    assert isinstance(block, Code)
    lines = [plain(line.expandtabs()) for line in block.text.split("\n")]
    return {"kind": kind, "language": plain(block.language), "text": "\n".join(lines)}


def _step(line: StepLine, settings: Settings) -> dict[str, Any]:
    return {
        "relation": line.sign,
        "formula": _printed(line.value, settings),
        "reason": plain(line.reason),
        "evidence": plain(line.evidence),
        "remark": [_printed(part, settings) for part in line.remark],
    }
