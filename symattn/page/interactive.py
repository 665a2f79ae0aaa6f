"""The interactive page of a mechanism: one HTML file in which its numbers can be changed and every value follows."""

from __future__ import annotations

from typing import Any

from symattn import limits
from symattn.equations import EquationSystem
from symattn.mechanism_names import called
from symattn.page.data import PageData, page_data
from symattn.page.lines import Workbench
from symattn.page.wording import words_of
from symattn.publishing import languages
from symattn.publishing.document import Document
from symattn.publishing.formats import render
from symattn.publishing.text_notation import plain
from symattn.publishing.web_page import asset, filled, web_page
from symattn.worked import Bound

HOME = "symattn.page"
SCRIPTS = ("model", "numbers", "formulas", "elements", "labels", "tables", "inspector", "walk", "controls", "main")
"""The parts of the script in their order; each is a file in its folder ``web``."""


def interactive_page(
    subject: EquationSystem | Bound, *, language: str = "en", derivation: Document | None = None, digits: int = 10
) -> str:
    """The page of a mechanism, or of one that is bound to numbers, as the text of one HTML file.

    It asks nothing of any other place. Its code is lowered from the mechanism's own equations, taken apart into small
    steps, and from their backward passes. ``derivation`` is put below, as it is printed.
    Errors: ``InputError`` for an unknown language and where no numbers can be drawn; ``LimitError`` for more numbers
    than a page has room for; ``LoweringError`` for what has no code.

    >>> from symattn.defining import mechanism
    >>> attention = mechanism("short", {"Q": "n d", "K": "m d", "V": "m d_v"}, "O = softmax(Q @ K.T) @ V")
    >>> interactive_page(attention).startswith("<!DOCTYPE html>")
    True
    """
    words_of(language)
    return page_of(page_data(subject, language), language=language, derivation=derivation, digits=digits)


def page_of(found: PageData, *, language: str = "en", derivation: Document | None = None, digits: int = 10) -> str:
    """The page of data that is there already, made in the same language; see :func:`interactive_page`."""
    from markupsafe import Markup

    words = words_of(language)
    title = plain(called(language, found.bench.system.name))
    below = "" if derivation is None else render(derivation, "mathml", digits=digits, standalone=False, width=100)
    is_too_long = len(below) > limits.PAGE_DERIVATION_CHARACTERS
    body = filled(
        HOME,
        "workbench.html.jinja",
        title=title[:1].upper() + title[1:],
        source=plain(found.bench.system.source),
        words=words,
        drawn=found.drawn,
        has_choices=bool(found.bench.choices),
        has_weights=any(line.role == "normalise" for line in found.bench.lines),
        derivation=Markup(below),
        too_long=is_too_long,
    )
    data = {"page": {**found.data, "kind": kind_of_tokens(found.bench)}, "words": words}
    script = f"(() => {{\n{asset(HOME, 'model.js')}\nconst functions = {found.code.strip()};\n"
    script += "\n".join(asset(HOME, f"{name}.js") for name in SCRIPTS[1:]) + "})();"
    style, tag = asset(HOME, "workbench.css"), languages.language(language).tag
    return web_page(body, title=title, tag=tag, style=style, script=script, data=data)


def kind_of_tokens(bench: Workbench) -> str:
    """What queries are called at first: pixels where they are as many as a product of sizes, channels, or words.

    >>> from symattn.mechanisms import named
    >>> from symattn.page.unfolding import unfolded
    >>> [kind_of_tokens(unfolded(named(name))) for name in ("dot", "danet-channel", "danet-position")]
    ['words', 'channels', 'pixels']
    """
    weights = next((line.equation for line in bench.lines if line.role == "normalise"), None)
    if weights is None:
        return "words"
    queries: Any = weights.shape[-2]
    if queries.is_Mul:
        return "pixels"
    return "channels" if str(queries) == "C" else "words"
