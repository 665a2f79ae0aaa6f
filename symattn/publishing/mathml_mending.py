"""What latex2mathml writes, mended: names upright, brackets in groups, scripts where they belong, no old attributes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symattn.publishing.mathml_validator import local

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LETTERS = re.compile(r"[A-Za-z][A-Za-z0-9]+\Z")
SCRIPTS = frozenset({"msup", "msub", "msubsup"})
BOLD_DIGITS = {"0": "𝟎", "1": "𝟏"}
REMAINDER = "mod"
"""The only word that is an operator."""
OPENING, CLOSING, BAR = "(", ")", "|"


def aligned_to(side: str) -> str:
    """The style that sets a cell to a side; Chromium moves formulas by its own name for it only.

    >>> aligned_to("right")
    'text-align:right;text-align:-webkit-right'
    """
    return f"text-align:{side};text-align:-webkit-{side}"


def mend(root: Element) -> list[Element]:
    """The mended children of a converted ``<math>`` element."""
    _mend_children(root)
    children = list(root)
    while len(children) == 1 and children[0].tag == "mrow" and not children[0].attrib:
        children = list(children[0])
    return children


def _mend_children(node: Element) -> None:
    """Mend everything below a node, deepest first; depth is bounded by that of the formula."""
    node.tag = local(node)
    for child in node:
        _mend_children(child)
    _mend_node(node)
    if node.tag in ("math", "mrow", "msqrt", "mtd"):
        _merge_upright(node)
        _group_brackets(node)
        _space_names(node)


def _mend_node(node: Element) -> None:
    align = node.attrib.pop("columnalign", None)
    if align and node.tag == "mtd":
        node.set("style", aligned_to(align))
    for child in [each for each in node if each.tag == "mstyle" and not len(each)]:
        node.remove(child)  # \displaystyle, which is put beside what it is said of
        node.set("displaystyle", "true")
    if node.tag == "mo" and node.text and node.text != REMAINDER and LETTERS.match(node.text):
        node.tag = "mi"
        node.attrib.clear()
    if node.tag == "mo" and len(node.text or "") == 1 and (node.text or "").isalpha():
        node.tag = "mi"  # the name of a function of one letter, such as D
        node.attrib.clear()
        node.set("mathvariant", "normal")
    if node.tag == "mo" and node.text == "⊤":
        node.tag = "mi"
        node.attrib.clear()
    if node.tag == "mtext" and len(node.text or "") == 1 and (node.text or "").isalpha():
        node.tag = "mi"
        node.attrib.clear()
        node.set("mathvariant", "normal")
    if node.tag == "mn" and node.attrib.pop("mathvariant", None) == "bold":
        node.text = "".join(BOLD_DIGITS.get(digit, digit) for digit in node.text or "")
    if node.tag == "mi" and node.get("mathvariant") not in (None, "normal"):
        del node.attrib["mathvariant"]
    if node.tag == "mfrac" and node.get("linethickness") is None:
        node.attrib.clear()
    if node.tag == "msub" and len(node) and node[0].text in ("max", "min"):
        node.tag = "munder"
    if node.tag == "mrow" and len(node) == 1 and node[0].tag == "mo" and node[0].text == "−":
        node[0].set("lspace", "0")  # a sign in braces of its own has no operand: it is no difference
        node[0].set("rspace", "0")
    if node.tag in SCRIPTS and len(node) > 1:
        for script in list(node)[1:]:
            for sign in script.iter("mo"):  # an operator in a script has no space around it, unless it is a word
                space = "0.2em" if sign.text == REMAINDER else "0"
                sign.set("lspace", space)
                sign.set("rspace", space)


def _merge_upright(node: Element) -> None:
    """Letters of one upright word, which latex2mathml takes apart, made one name."""
    upright = [child.tag == "mi" and child.get("mathvariant") == "normal" for child in node]
    letters_and_digits = all(each or child.tag == "mn" for each, child in zip(upright, node, strict=True))
    if len(upright) > 1 and any(upright) and letters_and_digits and node.tag == "mrow":
        word = node.makeelement("mi", {})
        word.text = "".join(child.text or "" for child in node)
        node[:] = [word]


def _group_brackets(node: Element) -> None:
    """What stands in brackets made one group, and a script after the closing bracket moved to the group."""
    open_at: list[int] = []
    place = 0
    while place < len(node):
        sign = _bracket_sign(node[place])
        if sign == OPENING:
            open_at.append(place)
        elif sign == CLOSING and open_at:
            place = _close(node, open_at.pop(), place)
        elif sign == BAR:
            if open_at and _bracket_sign(node[open_at[-1]]) == BAR:
                place = _close(node, open_at.pop(), place)
            else:
                open_at.append(place)
        place += 1


def _bracket_sign(child: Element) -> str | None:
    """The bracket that a child is, or that it carries a script of."""
    if child.tag in SCRIPTS and len(child):
        child = child[0]
    plain = child.tag == "mo" and child.get("stretchy") != "true"
    return child.text if plain and child.text in (OPENING, CLOSING, BAR) else None


def _close(node: Element, start: int, end: int) -> int:
    """Children from one bracket to the other as one group; where it stands is given back."""
    last = node[end]
    closing = last[0] if last.tag in SCRIPTS else last
    group = node.makeelement("mrow", {})
    group.extend([node[start], *node[start + 1 : end], closing])
    for bracket, form in ((group[0], "prefix"), (closing, "postfix")):
        bracket.attrib.clear()
        bracket.set("form", form)
        bracket.set("stretchy", "false")
        bracket.set("fence", "true")
    if group[1].tag == "mo" and group[1].text == "−":  # behind a bracket it is a sign, and no difference
        group[1].attrib.update(form="prefix", lspace="0", rspace="0")
    if last.tag in SCRIPTS:
        last[0] = group
        node[start : end + 1] = [last]
    else:
        node[start : end + 1] = [group]
    _space_names(group)
    return start


def _space_names(node: Element) -> None:
    """A thin space before the name of a function that follows a factor, as TeX sets it."""
    place = 1
    while place < len(node):
        name, before = node[place], node[place - 1]
        is_name = name.tag == "mi" and len(name.text or "") > 1 and place + 1 < len(node) and _is_group(node[place + 1])
        if is_name and before.tag not in ("mo", "mspace"):
            space = node.makeelement("mspace", {"width": "0.1667em"})
            node.insert(place, space)
            place += 1
        place += 1


def _is_group(child: Element) -> bool:
    if child.tag in SCRIPTS and len(child):
        child = child[0]
    return child.tag == "mrow" and len(child) > 0 and child[0].tag == "mo" and child[0].text == OPENING
