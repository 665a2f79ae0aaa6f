"""Pictures in Chinese: every word of them, the same numbers as in English, and letters that a font has."""

import re
from string import Formatter
from xml.etree import ElementTree

import pytest

import symattn as sa
from symattn.errors import InputError
from symattn.examples import worked_example
from symattn.pictures import KINDS, fonts
from symattn.pictures.fonts import families, texts
from symattn.pictures.wording import WORDS
from symattn.publishing.languages import LANGUAGES

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH_WORD = re.compile("[A-Za-z]{4,}")
MATHEMATICAL = {"softmax", "cosh"}
SVG = "{http://www.w3.org/2000/svg}"


def places(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("name", WORDS)
def test_every_text_is_there_in_every_language_with_the_same_places(name):
    assert WORDS[name].keys() == LANGUAGES.keys()
    assert places(WORDS[name]["en"]) == places(WORDS[name]["zh"])
    assert not CHINESE.search(WORDS[name]["en"])


def test_every_kind_has_its_title():
    assert set(KINDS) <= set(WORDS)


def shown(picture):
    """The title, the description and every text that is drawn or said of a mark."""
    return list(ElementTree.fromstring(picture.to("svg")).itertext())


def english_in(picture):
    """Words of English in a picture, but for names of functions and styles."""
    root = ElementTree.fromstring(picture.to("svg"))
    found = [words for part in root.iter() if part.tag != f"{SVG}style" for words in (part.text or "").split("\n")]
    return {word for text in found for word in ENGLISH_WORD.findall(text) if word not in MATHEMATICAL}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["scaled-self-attention", "causal"])
def test_nothing_in_a_picture_in_chinese_is_left_in_english(name, kind):
    example = worked_example(name)
    picture = example.plot(kind, language="zh")
    assert not english_in(picture)
    assert any(CHINESE.search(text) for text in shown(picture))
    assert not any(CHINESE.search(text) for text in shown(example.plot(kind)) if "font:" not in text)


def test_a_word_of_english_in_a_picture_in_chinese_is_noticed(monkeypatch):
    monkeypatch.setitem(WORDS, "query", {"en": "query", "zh": "query"})
    assert english_in(worked_example("dot").plot(language="zh")) == {"query"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_numbers_are_those_of_the_picture_in_english(kind):
    english, chinese = (worked_example("masked").plot(kind, language=language) for language in LANGUAGES)
    number = re.compile(r"[0-9.⁻⁰¹²³⁴⁵⁶⁷⁸⁹·−]*[0-9]")
    pairs = list(zip(english.panels, chinese.panels, strict=True))
    assert pairs and english != chinese
    for one, other in pairs:
        assert getattr(one, "cells", None) == getattr(other, "cells", None)
        assert [s.points and [(p.x, p.y) for p in s.points] for s in getattr(one, "series", ())] == [
            s.points and [(p.x, p.y) for p in s.points] for s in getattr(other, "series", ())
        ]
    assert sorted(number.findall(english.description)) == sorted(number.findall(chinese.description))


def test_a_picture_in_chinese_is_told_in_chinese():
    lines = worked_example("causal").plot(language="zh", tokens=["我", "爱", "你"]).description.split("\n")
    assert lines[:2] == ["P。各行：查询；各列：键 我，爱，你。", "查询 我：1，不允许，不允许"]


def test_weights_inside_a_formula_are_named_in_chinese():
    inside = sa.mechanism("m", {"S": "H n m", "V": "H m d"}, "O = sum(h, softmax(S[h]) @ V[h])")
    picture = inside.plot("weights", S=[[[0, 1]]], V=[[[1], [2]]], language="zh")
    assert picture.panels[0].title == "O 中的权重，h = 1"


def test_an_svg_says_its_language_and_names_fonts_for_it():
    chinese = worked_example("dot").plot(language="zh").to("svg")
    assert 'lang="zh-Hans"' in chinese and "'Noto Sans CJK SC'" in chinese and "'Droid Sans Fallback'" in chinese
    english = worked_example("dot").plot().to("svg")
    assert 'lang="en"' in english and "CJK" not in english


def test_labels_with_braces_are_labels():
    picture = worked_example("dot").plot("score-weight", language="zh", tokens=["{title}", "{0}", "{"])
    assert "查询 {title}，键 {0}：" in "".join(shown(picture))


@pytest.mark.parametrize("language", ["fr", "zh_CN", "", None, "<script>"])
def test_another_language_is_refused(language):
    with pytest.raises(InputError, match=r"there is no language .* There are: en, zh"):
        worked_example("dot").plot(language=language)


@pytest.fixture
def installed(monkeypatch):
    """Pretend that fonts are installed that have some letters each."""

    def pretend(**known):
        monkeypatch.setattr(fonts, "letters", lambda family: frozenset(known.get(family.replace(" ", "_"), "")))
        found = [name.replace("_", " ") for name in known]
        here = [name for name in fonts.FOR_CHINESE if name in found] + sorted(set(found) - {*fonts.FOR_CHINESE})
        monkeypatch.setattr(fonts, "_candidates", lambda: iter(here))

    return pretend


def test_a_font_is_looked_for_that_has_the_letters(installed):
    installed(DejaVu_Sans="ab", Some_Font="注意力", Noto_Sans_CJK_SC="注意")
    assert families("a b") == ["DejaVu Sans"]
    assert families(["ab", ("注意",)]) == ["DejaVu Sans", "Noto Sans CJK SC"]
    assert families("注意力") == ["DejaVu Sans", "Noto Sans CJK SC", "Some Font"]


def test_without_a_font_the_error_says_what_to_install(installed, tmp_path):
    installed(DejaVu_Sans="".join(map(chr, range(32, 1000))) + "√−⁻¹²")
    picture = worked_example("dot").plot(language="zh")
    target = tmp_path / "weights.pdf"
    with pytest.raises(InputError, match=r"more characters, .* would show boxes; .* Noto Sans CJK SC .* as SVG"):
        picture.save(target)
    assert not list(tmp_path.iterdir())
    assert CHINESE.search(picture.to("svg"))


def test_a_letter_that_no_font_has_is_named(installed):
    installed(DejaVu_Sans="".join(map(chr, range(32, 0x3000))))
    with pytest.raises(InputError, match=r"no installed font has 𒀀 \(U\+12000\), so that PDF"):
        worked_example("dot").plot(tokens=["𒀀", "b", "c"]).to("png")


def test_fonts_of_boxes_are_no_fonts(monkeypatch):
    matplotlib = pytest.importorskip("matplotlib.font_manager")
    monkeypatch.setattr(matplotlib.fontManager, "ttflist", [type("F", (), {"name": "Last Resort High-Efficiency"})])
    assert list(fonts._candidates()) == []


def test_every_text_of_a_picture_is_asked_of_the_fonts():
    picture = worked_example("causal").plot("temperature", language="zh", tokens=["我", "爱", "你"])
    found = set(texts((picture.title, picture.panels)))
    assert {"我", picture.title, "T = 1"} <= {*found, *"".join(found)} and "斜线格：不允许" in found


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_picture_in_chinese_has_no_boxes(kind):
    """Drawn with every letter found in a font; on a computer without one there is an error and no picture."""
    pytest.importorskip("matplotlib")
    picture = worked_example("causal").plot(kind, language="zh")
    try:
        drawn = picture.to("pdf")
    except InputError as error:
        assert "no installed font has" in str(error)
    else:
        assert drawn.startswith(b"%PDF") and drawn.count(b"/FontFile2") >= 2
