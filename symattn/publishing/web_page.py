"""One HTML file that asks nothing of any other place: style, mathematical letters, data and code are inside it.

The letters are a part of STIX Two Math (SIL Open Font License, ``web/OFL.txt``): Latin and Greek in the styles that
formulas use, digits, operators, and the tall forms of brackets, roots and sums. It was made with fonttools:
``pyftsubset STIXTwoMath-Regular.woff2 --flavor=woff2 --layout-features=ssty,dtls,kern --no-hinting --unicodes=…``.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from importlib import resources
from typing import Any

HOME, WEB = "symattn.publishing", "web"
FONT = "stix-two-math-subset.woff2"


def web_page(
    body: str, *, title: str, tag: str, style: str = "", script: str = "", data: dict[str, Any] | None = None
) -> str:
    """The page around a ``body`` that is checked HTML already; ``tag`` is the language as HTML names it.

    ``data`` is put beside the body as JSON, in which nothing can end the script that holds it, and ``script`` runs
    behind both. The title is escaped.
    """
    from markupsafe import Markup

    page = filled(
        HOME,
        "page.html.jinja",
        tag=tag,
        title=title,
        font=font(),
        style=Markup(asset(HOME, "style.css") + style),
        body=Markup(body),
        data=None if data is None else Markup(json_in_html(data)),
        script=Markup(script),
    )
    return page + "\n"


def filled(home: str, name: str, /, **values: Any) -> str:
    """A template of the package ``home`` with values in it, each escaped unless it is ``Markup``."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader(home, WEB), autoescape=True, trim_blocks=True)
    return environment.get_template(name).render(**values)


def json_in_html(data: Any) -> str:
    """JSON as it may stand in a script element: nothing in it ends the element or begins a comment.

    >>> json_in_html({"a": "</script><!-- x"})
    '{"a":"<\\\\/script>\\\\u003c!-- x"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("</", "<\\/").replace("<!--", "\\u003c!--")


@cache
def font() -> str:
    """The mathematical letters, in base 64."""
    return base64.b64encode(resources.files(HOME).joinpath(WEB, FONT).read_bytes()).decode("ascii")


@cache
def asset(home: str, name: str) -> str:
    """The text of a file beside the templates of the package ``home``."""
    return resources.files(home).joinpath(WEB, name).read_text(encoding="utf-8")
