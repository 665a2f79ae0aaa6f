"""What MathML may leave this package: well-formed XML, MathML Core alone, nothing left over from TeX."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from symattn.errors import InputError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAMESPACE = "http://www.w3.org/1998/Math/MathML"

TOKENS = frozenset({"mi", "mn", "mo", "mtext", "ms"})
"""Elements that hold text and nothing else."""

CHILDREN: dict[str, int | None] = {
    "math": None, "mrow": None, "mstyle": None, "merror": None, "mphantom": None, "mpadded": None, "msqrt": None,
    "mtable": None, "mtr": None, "mtd": None, "mspace": 0, "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3,
    "munder": 2, "mover": 2, "munderover": 3,
}  # fmt: skip
"""How many children an element has, where its meaning depends on it."""

EVERYWHERE = frozenset({"class", "id", "dir", "style", "displaystyle", "scriptlevel"})
ATTRIBUTES: dict[str, frozenset[str]] = {
    "math": frozenset({"display", "alttext"}),
    "mi": frozenset({"mathvariant"}),
    "mo": frozenset(
        {"form", "fence", "separator", "lspace", "rspace", "stretchy", "symmetric", "maxsize", "minsize", "largeop"}
        | {"movablelimits"}
    ),
    "mspace": frozenset({"width", "height", "depth"}),
    "mpadded": frozenset({"width", "height", "depth", "lspace", "voffset"}),
    "mfrac": frozenset({"linethickness"}),
    "munder": frozenset({"accentunder"}),
    "mover": frozenset({"accent"}),
    "munderover": frozenset({"accent", "accentunder"}),
    "mtd": frozenset({"columnspan", "rowspan"}),
}
STYLE = re.compile(r"(?:(?:text-align:(?:-webkit-)?(?:left|right|center)|padding:[0-9.a-z ]+);?)*\Z")

INSIDE = {"mtable": {"mtr"}, "mtr": {"mtd"}}


def validate_mathml(text: str) -> None:
    """Check one ``<math>`` element, or a page or piece of one with several.

    Errors: ``InputError`` that says what was found: XML that is not well-formed, an element or attribute that MathML
    Core does not have, a wrong number of children, text outside a token, a backslash or ampersand left over from TeX.

    >>> validate_mathml("<math><mfrac><mi>a</mi></mfrac></math>")
    Traceback (most recent call last):
        ...
    symattn.errors.InputError: MathML: mfrac has 1 children; it has 2.
    """
    from xml.etree.ElementTree import ParseError, fromstring

    declared = text.removeprefix("<!DOCTYPE html>")
    if "<!DOCTYPE" in declared or "<!ENTITY" in declared:
        raise InputError("MathML: a document type of its own is not admitted.")
    try:
        root = fromstring(declared)
    except ParseError as error:
        raise InputError(f"MathML: not well-formed XML: {error}.") from None
    found = [root] if local(root) == "math" else [each for each in root.iter() if local(each) == "math"]
    if not found:
        raise InputError("MathML: there is no math element.")
    for each in found:
        check_element(each)


def check_element(element: Element) -> None:
    """Check a parsed element and everything in it; see ``validate_mathml``."""
    pending, seen = [element], set[int]()
    while pending:
        node = pending.pop()
        if id(node) in seen:  # the same number stands in many places
            continue
        seen.add(id(node))
        name = local(node)
        if name not in TOKENS and name not in CHILDREN:
            raise InputError(f"MathML: {name!a} is not an element of MathML Core.")
        _check_attributes(node, name)
        _check_content(node, name)
        if name in INSIDE and any(local(child) not in INSIDE[name] for child in node):
            raise InputError(f"MathML: {name} holds {', '.join(sorted({local(child) for child in node}))}.")
        pending.extend(node)


def _check_attributes(node: Element, name: str) -> None:
    admitted = EVERYWHERE | ATTRIBUTES.get(name, frozenset())
    for attribute, value in node.attrib.items():
        if attribute == "xmlns" and name == "math" and value == NAMESPACE:
            continue
        if attribute not in admitted:
            raise InputError(f"MathML: {name} has no attribute {attribute!a} in MathML Core.")
        if attribute == "style" and not STYLE.match(value):
            raise InputError(f"MathML: the style {value!a} of {name} is not one that is written here.")
        if attribute == "mathvariant" and value != "normal":
            raise InputError(f"MathML: mathvariant={value!a}; browsers know normal only.")


def _check_content(node: Element, name: str) -> None:
    if name in TOKENS:
        if len(node):
            raise InputError(f"MathML: {name} holds elements; it holds text only.")
        if not node.text:
            raise InputError(f"MathML: {name} is empty.")
        if name != "mtext" and any(sign in node.text for sign in "\\&{}$#") and node.text not in ("{", "}"):
            raise InputError(f"MathML: {node.text!a} is left over from TeX.")
        if name == "mtext" and re.search(r"\\|&|\$", node.text):
            raise InputError(f"MathML: {node.text!a} is left over from TeX.")
    else:
        _check_no_text(node, name)
        wanted = CHILDREN[name]
        if wanted is not None and len(node) != wanted:
            raise InputError(f"MathML: {name} has {len(node)} children; it has {wanted}.")


def _check_no_text(node: Element, name: str) -> None:
    stray: Iterable[str | None] = (node.text, *(child.tail for child in node))
    for text in stray:
        if text and text.strip():
            raise InputError(f"MathML: the text {text.strip()[:40]!a} stands in {name}, outside any token.")


def local(node: Element) -> str:
    """The name of an element without its namespace."""
    return node.tag.rpartition("}")[2]
