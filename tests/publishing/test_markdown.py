"""Markdown for a forge: what its typesetter can read, and nothing in words that is markup."""

import re

import pytest

import symattn as sa
from symattn.mechanisms import names
from symattn.publishing import Presentation
from symattn.publishing.document import Code, Formula, Heading, Paragraph, Table, Words
from symattn.publishing.render_markdown import escape

FORBIDDEN = re.compile(r"\\(?:operatorname|ensuremath|texttt|footnotesize|def|newcommand|require|tag|label|href)\b")


def markdown(*blocks, title=""):
    return Presentation(title, blocks).to("markdown")


@pytest.mark.parametrize("name", names())
def test_no_mechanism_uses_a_macro_that_a_forge_forbids(name):
    shown = sa.named(name).derive().to("markdown")
    assert not FORBIDDEN.search(shown), FORBIDDEN.search(shown)
    assert shown.count("```") % 2 == 0 and shown.count("$`") == shown.count("`$")


def test_a_forbidden_macro_would_be_noticed():
    assert FORBIDDEN.search(sa.named("dot").derive().to("latex"))


def test_words_stay_words():
    assert escape("a_b *c* [d](e) <f> & $g$ `h` #i |j|") == (
        r"a\_b \*c\* \[d\](e) &lt;f&gt; &amp; \$g\$ \`h\` \#i \|j\|"
    )
    assert markdown(Paragraph("- not a list")) == "\\- not a list\n"
    assert markdown(Paragraph("1. not a list")) == "\\1. not a list\n"


def test_a_title_a_heading_and_a_table():
    shown = markdown(Heading("Weights", level=3), Table(["name", "value"], [["a|b", Words("x|y")]]), title="T")
    assert shown.startswith("# T\n\n### Weights\n\n| name | value |\n|---|---|\n")
    assert r"| a\|b | $`\text{x∣y}`$ |" in shown


def test_code_with_fences_in_it_stays_code():
    assert markdown(Code("```\nx\n```", "python")) == "````python\n```\nx\n```\n````\n"


def test_numbers_stand_below_each_other():
    bound = sa.named("dot").bind(Q=[[1, 2]], K=[[1, 0], [0, 1]], V=[[1], [2]])
    shown = sa.derive(bound).to("markdown")
    assert r"\begin{aligned}" in shown and r"\approx" in shown
    assert markdown(Formula(1, "=", 1)) == "```math\n\\begin{aligned}\n1 &= 1\n\\end{aligned}\n```\n"


def test_words_in_a_formula_are_text():
    assert markdown(Formula(Words(r"a_b $c$ \x {d}"), "=", 1)).splitlines()[2] == r"\text{a_b \$c\$ ∖x \{d\}} &= 1"
