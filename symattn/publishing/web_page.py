"""One HTML file that asks nothing of any other place: style, mathematical letters, data and code are inside it.

The letters are a part of STIX Two Math (SIL Open Font License, ``web/OFL.txt``): Latin and Greek in the styles that
formulas use, digits, operators, and the tall forms of brackets, roots and sums. It was made with fonttools:
``pyftsubset STIXTwoMath-Regular.woff2 --flavor=woff2 --layout-features=ssty,dtls,kern --no-hinting --unicodes=…``.
"""

from __future__ import annotations

import base64
from functools import cache
from importlib import resources
from typing import Any

WEB = "web"
FONT = "stix-two-math-subset.woff2"


def web_page(
    body: str, *, title: str, tag: str, style: str = "", script: str = "", data: dict[str, Any] | None = None
) -> str:
    """The page around a ``body`` that is checked HTML already; ``tag`` is the language as HTML names it.

    ``data`` is put beside the body as JSON, in which nothing can end the script that holds it, and ``script`` runs
    behind both. The title is escaped.
    """
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    from symattn import __version__

    environment = Environment(loader=PackageLoader("symattn.publishing", WEB), autoescape=True)
    return environment.get_template("page.html.jinja").render(
        tag=tag,
        title=title,
        version=__version__,
        font=font(),
        style=Markup(asset("style.css") + style),
        body=Markup(body),
        data=data,
        script=Markup(script),
    )


@cache
def font() -> str:
    """The mathematical letters, in base 64."""
    return base64.b64encode(resources.files("symattn.publishing").joinpath(WEB, FONT).read_bytes()).decode("ascii")


@cache
def asset(name: str) -> str:
    """The text of a file beside the template."""
    return resources.files("symattn.publishing").joinpath(WEB, name).read_text(encoding="utf-8")
