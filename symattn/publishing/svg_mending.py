"""An SVG picture as an element of a page: nothing in it runs, and nothing in it asks for another file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symattn.errors import InputError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAMESPACE = "http://www.w3.org/2000/svg"

SHAPES = ("rect", "path", "line", "polyline", "polygon", "circle", "ellipse", "text", "tspan")
AROUND = ("svg", "title", "desc", "style", "defs", "g", "use", "symbol", "marker", "pattern", "clipPath")
ELEMENTS = frozenset((*SHAPES, *AROUND, "linearGradient", "radialGradient", "stop"))
"""What a picture is made of; nothing else is let into a page."""

ELSEWHERE = re.compile(r"url\(\s*['\"]?(?!#)|@import|javascript:|expression\(", re.IGNORECASE)
"""What a style or an attribute could fetch or run."""


def svg_element(svg: str) -> Element:
    """The root element of a picture, to be put among the elements of a page.

    Errors: ``InputError`` for what is no SVG, and for elements and attributes that run or fetch something.

    >>> svg_element('<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>').tag
    'svg'
    """
    from xml.etree.ElementTree import ParseError, fromstring

    if "<!DOCTYPE" in svg or "<!ENTITY" in svg:
        raise InputError("a picture for a page is SVG without a document type of its own.")
    try:
        root = fromstring(svg)
    except ParseError as error:
        raise InputError(f"a picture for a page is SVG, found what is not well-formed XML: {error}.") from None
    if root.tag != f"{{{NAMESPACE}}}svg":
        raise InputError(f"a picture for a page is SVG, found the element {root.tag!a}.")
    for element in root.iter():
        _check(element)
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    root.set("xmlns", NAMESPACE)
    return root


def _check(element: Element) -> None:
    """Whether one element only shows something."""
    name = str(element.tag).removeprefix(f"{{{NAMESPACE}}}")
    if name not in ELEMENTS:
        raise InputError(f"a picture for a page has no element {name!a}; it is made of shapes and words.")
    for attribute, value in element.attrib.items():
        linked = attribute.endswith("href") and not value.startswith("#")
        if linked or attribute.lower().startswith("on") or ELSEWHERE.search(value):
            raise InputError(
                f"a picture for a page asks for nothing and runs nothing; found the attribute {attribute!a}."
            )
    if name == "style" and ELSEWHERE.search(element.text or ""):
        raise InputError("a picture for a page asks for nothing; found a style that does.")
