"""MathML: well-formed, MathML Core alone, names upright, scripts where they belong; the checker refuses the rest."""

import xml.etree.ElementTree as ET

import pytest
from publishing_cases import concrete_nodes, example_of, parsed, worked
from sympy import MatrixSymbol

from symattn.deriving.claim import Setting
from symattn.deriving.formulas import formula
from symattn.errors import InputError
from symattn.exact import ExactMatrix
from symattn.mechanisms import named, names
from symattn.nodes import ElementwiseDifference, Exponential, Negation, index
from symattn.publishing import Formula, Rounded, Words, derive, mathml, system_latex, validate_mathml
from symattn.publishing.presentation import Presentation

M = "{http://www.w3.org/1998/Math/MathML}"

PLANTED = {
    "an entity of HTML": "<math><mo>&InvisibleTimes;</mo></math>",
    "an unclosed element": "<math><mi>x</math>",
    "a raw ampersand": "<math><mi>a & b</mi></math>",
    "an escaped ampersand": "<math><mo>&amp;</mo></math>",
    "a backslash": r"<math><mi>\odot</mi></math>",
    "a backslash in words": r"<math><mtext>\textless</mtext></math>",
    "a dollar": "<math><mi>$</mi></math>",
    "a script": "<math><mi>x</mi><script>alert(1)</script></math>",
    "an element of old MathML": "<math><mfenced><mi>x</mi></mfenced></math>",
    "an old attribute": '<math><mtable><mtr><mtd columnalign="left"><mi>x</mi></mtd></mtr></mtable></math>',
    "a variant that browsers ignore": '<math><mi mathvariant="bold">x</mi></math>',
    "a style with an address": '<math><mi style="background:url(x)">x</mi></math>',
    "an event": '<math onclick="x()"><mi>x</mi></math>',
    "half a fraction": "<math><mfrac><mi>x</mi></mfrac></math>",
    "a script of four parts": "<math><msup><mo>[</mo><mi>x</mi><mo>]</mo><mi>T</mi></msup></math>",
    "text outside a token": "<math>x</math>",
    "an empty token": "<math><mi></mi></math>",
    "an element inside a token": "<math><mi><mn>1</mn></mi></math>",
    "a cell outside a row": "<math><mtable><mtd><mi>x</mi></mtd></mtable></math>",
    "a document type": '<!DOCTYPE math [<!ENTITY a "b">]><math><mi>&a;</mi></math>',
    "no formula at all": "<p>words</p>",
}


@pytest.mark.parametrize("mistake", PLANTED)
def test_the_checker_refuses(mistake):
    with pytest.raises(InputError, match="MathML: "):
        validate_mathml(PLANTED[mistake])


def test_the_checker_passes_what_is_right():
    validate_mathml("<math><mfrac><mi>a</mi><mn>2</mn></mfrac></math>")


@pytest.mark.parametrize("kind", concrete_nodes(), ids=lambda kind: kind.__name__)
def test_every_node_is_valid(kind):
    validate_mathml(mathml(example_of(kind)))


@pytest.mark.parametrize("name", names())
def test_every_stage_of_the_library_is_valid(name):
    mechanism = named(name)
    pages = [derive(mechanism)]
    bound = worked(name)
    if bound is not None:
        pages.append(derive(bound))
    for page in pages:
        validate_mathml(page.to("mathml"))
        validate_mathml(page.to("mathml", standalone=True))


def test_a_whole_page_is_xml_and_asks_for_nothing_elsewhere():
    page = derive(named("dot")).to("mathml", standalone=True)
    assert page.startswith("<!DOCTYPE html>")
    assert '<meta charset="utf-8"/>' in page
    root = ET.fromstring(page.removeprefix("<!DOCTYPE html>"))
    assert not [each for each in root.iter() if {"src", "href"} & set(each.attrib)]
    assert not [
        word
        for word in ("url(", "@import", "http://", "https://")
        if word in page.replace(M[1:-1], "").replace("http://www.w3.org/1999/xhtml", "")
    ]


def test_a_function_is_an_upright_name_and_not_an_operator():
    root = ET.fromstring(mathml(parsed("softmax(S)")))
    assert root[0].tag == f"{M}mi"
    assert root[0].text == "softmax"


def test_a_transpose_belongs_to_the_whole_bracket():
    root = ET.fromstring(mathml(parsed("(S + B).T")))
    assert root[0].tag == f"{M}msup"
    assert "".join(root[0][0].itertext()) == "(S+B)"


def test_an_allowed_set_stands_below_the_name_of_softmax():
    root = ET.fromstring(mathml(parsed("softmax(S, where=M & causal)")))
    assert root[0].tag == f"{M}msub"
    assert "".join(root[0].itertext()) == "softmaxM∩{j≤i}"


def test_cases_are_a_table_beside_a_brace_and_their_fractions_are_large():
    entry = parsed("softmax(S, where=causal)")[index("i"), index("j")]
    root = ET.fromstring(mathml(entry))
    first = root.find(f".//{M}mtd")
    assert first.get("displaystyle") == "true" and first.find(f".//{M}mfrac") is not None
    assert [child.tag for child in root] == [f"{M}mo", f"{M}mtable"]
    assert root[0].text == "{"


def test_a_word_below_a_name_is_one_word():
    from symattn.shapes import size

    assert "<mi>model</mi>" in mathml(size("d_model"))


def test_a_sum_has_its_bounds_below_and_above():
    entry = parsed("Q @ K.T")[index("i"), index("j")]
    assert "<munderover>" in mathml(entry)


def test_a_minus_behind_a_bracket_is_a_sign_and_no_difference():
    S = MatrixSymbol("S", 2, 3)
    signs = [sign.attrib for sign in ET.fromstring(mathml(Exponential(Negation(S)))).iter(f"{M}mo") if sign.text == "−"]
    assert signs == [{"form": "prefix", "lspace": "0", "rspace": "0"}]
    difference = mathml(Exponential(ElementwiseDifference(S, S)))
    assert [sign.attrib for sign in ET.fromstring(difference).iter(f"{M}mo") if sign.text == "−"] == [{}]


def test_a_function_of_one_letter_is_an_upright_name():
    shown = ET.fromstring(mathml(formula(Setting({"S": "n m"}), "D(S)")))
    assert [(part.tag, part.get("mathvariant")) for part in shown.iter() if part.text == "D"] == [(f"{M}mi", "normal")]


def test_what_lines_decimals_up_takes_the_room_of_a_sign_and_no_more():
    root = ET.fromstring(mathml(Rounded(ExactMatrix.of([["-0.5"], ["12"], ["-3"]]))))
    assert [cell.get("style", "").partition(";")[0] for cell in root.iter(f"{M}mtd")] == ["text-align:left"] * 3
    unseen = ["".join(each.itertext()) for each in root.iter(f"{M}mphantom")]
    assert unseen == ["0", "−", "0"]
    alone = [row[0] for row in root.iter(f"{M}mrow") if len(row) == 1 and row[0].text == "−"]
    assert len(alone) == 3 and all(sign.get("lspace") == sign.get("rspace") == "0" for sign in alone)


def test_aligned_lines_become_rows():
    root = ET.fromstring(mathml(system_latex(named("scaled-dot"))))
    rows = root.findall(f".//{M}mtr")
    assert ["".join(row.itertext()) for row in rows] == ["S=QK⊤dk", "P=softmax(S)", "O=PV"]
    assert all(len(row) == 2 for row in rows)
    assert mathml(named("scaled-dot")) == mathml(system_latex(named("scaled-dot")))


@pytest.mark.parametrize("latex", [r"\unknowncommand{x}", r"a & b", r"\frac{1}", r"{", r"\input{/etc/passwd}", "$x$"])
def test_latex_that_does_not_convert_is_refused(latex):
    with pytest.raises(InputError):
        mathml(latex)


HOSTILE = '<script>alert("x")</script> & \\input{y} $z$ \x1b[2J \u202e ]]> <!-- {'


def test_formulas_that_are_kept_stay_as_they_are():
    first, second = (formula(Setting({}), f"exp([[{row}]])**2") for row in ("1, 2", "3, 4"))
    before = mathml(first)
    assert mathml(second) != mathml(first) == before  # the same formula around matrices that differ


def test_hostile_words_are_words():
    page = Presentation(HOSTILE, (Formula(1, "=", Words(HOSTILE)),), source=HOSTILE).to("mathml", standalone=True)
    validate_mathml(page)
    assert "<script" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
