"""A document as HTML with MathML: a piece to put into a page, or a whole page that asks nothing of any other place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from symattn.exact import Element as Number
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
    Rounded,
    StepLine,
    Steps,
    Table,
    Title,
    row_of,
)
from symattn.publishing.fitting import fitted_lines
from symattn.publishing.languages import CURRENT
from symattn.publishing.latex_notation import LatexNotation
from symattn.publishing.layout import columns
from symattn.publishing.mathml_validator import NAMESPACE, check_element
from symattn.publishing.measure import width
from symattn.publishing.settings import Settings
from symattn.publishing.svg_mending import svg_element
from symattn.publishing.text_notation import plain
from symattn.publishing.to_latex import latex
from symattn.publishing.to_mathml import converted, elements, math_element, table

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SIGNS = LatexNotation().sign

LINE = 52.0
"""Width of a line in ems of a formula's type: that of the page, and of a common window."""

STYLE = """
body { max-width: 60em; margin: 2em auto; padding: 0 1em; line-height: 1.5; color: #1a1a1a; background: #fff; }
body { font-family: Georgia, "Noto Serif", serif; }
math { font-size: 1.1em; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", "DejaVu Math TeX Gyre", math; }
.formula { overflow-x: auto; margin: 0.6em 0; padding: 0.2em 0; }
.formula math { margin-left: 1em; text-align: left; }
pre { font-size: 0.85em; overflow-x: auto; background: #f6f6f4; padding: 0.8em; }
pre { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; }
table { border-collapse: collapse; margin: 0.8em 0; }
th, td { border-bottom: 1px solid #ccc; padding: 0.2em 0.9em 0.2em 0; text-align: left; }
figure { margin: 0.8em 0; overflow-x: auto; }
.steps td { border: none; padding: 0.25em 0.35em; vertical-align: middle; }
.steps .reason { color: #5a5a5a; font-size: 0.85em; padding-left: 1.5em; }
.formula .reason math { margin-left: 0; }
"""


def render_mathml(document: Document, settings: Settings) -> str:
    """The document as a ``div``, or with ``standalone`` as a page of HTML that is XML too; its MathML is checked."""
    from xml.etree.ElementTree import Element, SubElement, tostring

    body = Element("div", {"class": "symattn"})
    if document.title:
        SubElement(body, "h1").text = plain(document.title)
    if document.source:
        SubElement(body, "p").text = plain(CURRENT.get().source.format(source=document.source))
    for block in document.blocks:
        body.append(_block(block, settings))
    inside = tostring(body, encoding="unicode", short_empty_elements=False)
    if not settings.standalone:
        return inside + "\n"
    title = Element("title")
    title.text = plain(document.title) or "symattn"
    return (
        f'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="{CURRENT.get().tag}">\n<head>\n'
        '<meta charset="utf-8"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        f"{tostring(title, encoding='unicode')}\n<style>{STYLE}</style>\n</head>\n<body>\n{inside}\n</body>\n</html>\n"
    )


def _block(block: Block, settings: Settings) -> Element:
    return row_of(block, BLOCKS, "render_mathml.py")(block, settings)


def _title(block: Title, settings: Settings) -> Element:
    from xml.etree.ElementTree import Element

    made = Element("h1", {"id": block.anchor} if block.anchor else {})
    made.text = plain(block.text)
    return made


def _heading(block: Heading, settings: Settings) -> Element:
    return _inline(f"h{min(max(block.level, 1), 6)}", block.parts, settings)


def _paragraph(block: Paragraph, settings: Settings) -> Element:
    return _inline("p", block.parts, settings)


def _scrolled(inside: Element) -> Element:
    """What may be wider than a window moves in it, and the page does not."""
    from xml.etree.ElementTree import Element

    made = Element("div", {"class": "formula", "style": "overflow-x:auto"})
    made.append(inside)
    return made


def _table(block: Table, settings: Settings) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    made = Element("table")
    for tag, cells in (("th", block.header), *(("td", row) for row in block.rows)):
        SubElement(made, "tr").extend(_inline(tag, (cell,), settings) for cell in cells)
    return made


def _code(block: Code, settings: Settings) -> Element:
    from xml.etree.ElementTree import Element

    made = Element("pre")
    made.text = "\n".join(plain(line.expandtabs()) for line in block.text.split("\n"))
    return made


def _listing(block: Listing, settings: Settings) -> Element:
    return _listed("ol" if block.numbered else "ul", (_inline("li", item, settings) for item in block.items))


def _listed(tag: str, items: Iterable[Element]) -> Element:
    from xml.etree.ElementTree import Element

    made = Element(tag)
    made.extend(items)
    return made


def _figure(block: Figure, settings: Settings) -> Element:
    """The picture itself, told in words to those who do not see it."""
    from xml.etree.ElementTree import Element

    made, drawn = Element("figure"), svg_element(block.svg)
    if not {"aria-label", "aria-labelledby"} & set(drawn.attrib):
        drawn.attrib.update({"role": "img", "aria-label": plain(" ".join(block.drawing.description.split()))})
    made.append(drawn)
    if block.caption:
        made.append(_inline("figcaption", block.caption, settings))
    return made


def _references(block: References, settings: Settings) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    made = Element("section")
    SubElement(made, "h2").text = CURRENT.get().references
    made.append(_listed("ol", (_inline("li", source, settings) for source in block.sources)))
    return made


def _contents(block: Contents, settings: Settings) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    made = Element("nav")
    SubElement(made, "h2").text = CURRENT.get().contents
    listed = SubElement(made, "ol")
    for title in block.titles:
        link = SubElement(SubElement(listed, "li"), "a", {"href": f"#{title.anchor}"})
        link.text = plain(title.text)
    return made


def _inline(tag: str, parts: Sequence[Any], settings: Settings) -> Element:
    from xml.etree.ElementTree import Element

    made = Element(tag)
    last: Element | None = None
    for part in parts:
        if not isinstance(part, str):
            last = math_element(part, display=False, digits=settings.digits)
            made.append(last)
        elif last is None:
            made.text = (made.text or "") + plain(part)
        else:
            last.tail = (last.tail or "") + plain(part)
    return made


def _steps(block: Steps, settings: Settings) -> Element:
    """A table of three columns: sign, formula, reason; a reason goes below where the formula needs the line."""
    from xml.etree.ElementTree import Element, SubElement

    made = Element("table", {"class": "steps"})
    row = SubElement(made, "tr")
    SubElement(row, "td")
    cell = SubElement(row, "td", {"colspan": "2"})
    cell.append(math_element(block.start, display=False, digits=settings.digits))
    for line in block.lines:
        beside = width(latex(line.value, digits=settings.digits)) + 0.45 * columns(line.reason) + 3 <= LINE
        row = SubElement(made, "tr", {"class": line.evidence} if line.evidence.isidentifier() else {})
        sign = SubElement(row, "td", {"class": "sign"})
        root = SubElement(sign, "math", {"xmlns": NAMESPACE, "display": "inline"})
        root.extend(converted(SIGNS(line.sign)))
        cell = SubElement(row, "td", {} if beside and line.reason else {"colspan": "2"})
        cell.append(math_element(line.value, display=False, digits=settings.digits))
        if beside and line.reason:
            SubElement(row, "td", {"class": "reason"}).text = plain(line.reason)
        for parts in _below(line, beside):
            row = SubElement(made, "tr")
            SubElement(row, "td")
            cell = _inline("td", parts, settings)
            cell.attrib.update({"class": "reason", "colspan": "2"})
            row.append(cell)
    return made


def _below(line: StepLine, beside: bool) -> list[tuple[Any, ...]]:
    return [parts for parts in (() if beside else (line.reason,), line.remark) if parts and parts != ("",)]


def _formula(block: Formula, settings: Settings) -> Element:
    """Steps below each other in a table of three columns, their signs in the middle."""
    from xml.etree.ElementTree import Element

    rows = []
    known: dict[tuple[type, int], tuple[Element, ...]] = {}

    def of_part(part: Any) -> tuple[Element, ...]:
        """The elements of a part; the same number, which a matrix holds in many places, is converted once."""
        number = part.value if isinstance(part, Rounded) else part
        if not isinstance(number, Number):
            return elements(part, digits=settings.digits)
        key = type(part), id(number)
        if key not in known:
            known[key] = elements(part, digits=settings.digits)
        return known[key]

    lines = fitted_lines(block, settings, LINE)  # which hold all numbers, so that none takes another's place
    for line in lines:
        shown = () if line.left is None else elements(line.left, digits=settings.digits)
        (sign, part), *more = line.steps or (("", ""),)
        cell = of_part(part) if line.steps else ()
        for another, decimals in more:
            cell += converted(SIGNS(another)) + of_part(decimals)
        rows.append([shown, converted(SIGNS(sign)), cell])
    root = Element("math", {"xmlns": NAMESPACE, "display": "block"})
    root.append(table(rows))
    check_element(root)
    return root


BLOCKS: dict[type, Callable[[Any, Settings], Element]] = {
    Title: _title,
    Heading: _heading,
    Paragraph: _paragraph,
    Formula: lambda block, settings: _scrolled(_formula(block, settings)),
    Steps: lambda block, settings: _scrolled(_steps(block, settings)),
    Table: _table,
    Code: _code,
    Listing: _listing,
    Figure: _figure,
    References: _references,
    Contents: _contents,
}
"""One row a block."""
