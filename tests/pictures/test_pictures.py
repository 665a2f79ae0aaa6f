"""Pictures: their numbers are the engine's, masked cells are hatched, and nothing hostile reaches a page."""

import math
import re
import sys
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest

import symattn as sa
from symattn.errors import InputError, LimitError, MissingExtraError, MissingRowError, OutputError
from symattn.examples import has_numbers, numbers_for, worked_example
from symattn.nodes import Softmax
from symattn.pictures import KINDS, Chart, HeatMap, Picture, score_curves
from symattn.pictures.normal_gaps import mean_slope, middle_slope
from symattn.pictures.styles import fill_of, ink_on, luminance, style_of
from symattn.pictures.weights import attention_in

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = ("dot", "causal", "masked", "multi-head-causal", "sparsemax", "hardmax", "off-by-one", "sigmoid")


def parsed(picture):
    return ElementTree.fromstring(picture.to("svg"))


def faults(svg):
    """What a picture must not contain: scripts, handlers, references to anything but its own patterns."""
    found = []
    for part in ElementTree.fromstring(svg).iter():
        name = part.tag.removeprefix(SVG)
        if name in ("script", "foreignObject", "image", "use", "a", "iframe"):
            found.append(name)
        for key, value in part.attrib.items():
            if key.lower().startswith("on") or "href" in key.lower():
                found.append(key)
            if re.search(r"url\((?!#)|javascript:|https?:", value):
                found.append(value)
        if name == "style" and re.search(r"@import|url\(", part.text or ""):
            found.append("style")
    return found


def printed(picture):
    """The numbers in the cells, in the order in which they are drawn."""
    return [part.text for part in parsed(picture).iter(f"{SVG}text") if "value" in part.get("class", "")]


def hatched(picture):
    """How many cells are hatched; the sample beside the legend is none."""
    groups = parsed(picture).iter(f"{SVG}g")
    return sum(1 for group in groups if any("masked" in rect.get("class", "") for rect in group.findall(f"{SVG}rect"))
               and group.find(f"{SVG}title") is not None)  # fmt: skip


def as_number(text):
    """A printed number as a float."""
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    digits, _, power = text.translate(raised).partition("·10")
    return float(f"{digits}e{power}") if power else float(digits)


def softmax(row):
    powers = [math.exp(score - max(row)) for score in row]
    return [power / sum(powers) for power in powers]


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_or_refused_in_words(name, kind):
    try:
        picture = worked_example(name).plot(kind)
    except InputError as error:
        assert worked_example(name).system.name in str(error)
        return
    assert not faults(picture.to("svg"))
    assert parsed(picture).get("role") == "img"


@pytest.mark.parametrize(
    "harm", ["<script>1</script>", '<a href="x"/>', '<g onclick="x"/>', '<g style="fill:url(x)"/>']
)
def test_the_check_of_pictures_notices_what_is_planted(harm):
    good = worked_example("dot").plot().to("svg")
    assert faults(good.replace("</svg>", harm + "</svg>"))


def test_printed_weights_are_those_of_plain_floats():
    weights = [softmax(row) for row in ([2, 4, 4], [4, 16, 12], [4, 12, 10])]
    found = [as_number(text) for text in printed(sa.worked_example().plot(digits=6))]
    expected = [weight for row in weights for weight in row]
    assert found == pytest.approx(expected, rel=1e-5)
    assert found != pytest.approx([weight for row in zip(*weights, strict=True) for weight in row], rel=1e-5)


def test_printed_weights_are_the_engines_decimals():
    example = worked_example("cosine")
    picture = example.plot(digits=5)
    cells = [[cell.value for cell in row] for row in picture.panels[0].cells]
    assert cells == [list(row) for row in example.decimal("P", 5)]


def test_an_exact_number_is_told_from_a_rounded_one():
    (panel,) = worked_example("multi-head-causal").plot().panels[:1]
    assert panel.cells[0][0].text == "1"
    assert panel.cells[1][1].text == "1.00"


def test_exactly_the_keys_that_are_not_allowed_are_hatched():
    assert hatched(worked_example("causal").plot()) == 3
    assert hatched(worked_example("dot").plot()) == 0
    assert hatched(worked_example("multi-head-causal").plot()) == 9
    padded = worked_example("padded").plot().panels[0]
    assert [[cell.masked for cell in row] for row in padded.cells] == [[False, False, True]] * 3


def test_a_weight_of_0_that_is_allowed_is_printed_and_not_hatched():
    picture = worked_example("sparsemax").plot()
    assert "0" in printed(picture)
    assert not hatched(picture)


def test_each_head_has_its_map_with_its_own_weights():
    example = worked_example("multi-head")
    panels = example.plot().panels
    assert [panel.title for panel in panels] == ["P, h = 1", "P, h = 2", "P, h = 3"]
    for panel, weights in zip(panels, example.decimal("P", 3), strict=True):
        assert [[cell.value for cell in row] for row in panel.cells] == [list(row) for row in weights]


def test_a_softmax_inside_a_sum_over_heads_has_a_map_for_each_head():
    heads = sa.mechanism("h", {"S": "H n m", "V": "H m d"}, "O = sum(h, softmax(S[h], where=j <= i) @ V[h])")
    bound = heads.bind(S=[[[0, 1], [2, 3]], [[0, 0], [0, 0]]], V=[[[1], [2]], [[3], [4]]])
    found = attention_in(bound)
    assert [attention.title for attention in found] == ["weights in O, h = 1", "weights in O, h = 2"]
    assert found[1].weights.decimal(3)[1] == (Decimal("0.500"), Decimal("0.500"))
    assert found[0].allowed == ((True, False), (True, True))


def test_negative_numbers_have_a_colour_and_a_sign_of_their_own():
    numbers = {"Q": [[-1, 1], [1, 1]], "K": [[2, 1], [1, 1]], "V": [[1], [2]]}
    picture = sa.named("linear-unnormalised").plot("weights", numbers, value="S")
    assert picture.panels[0].cells[0][0].text.startswith("−")
    assert fill_of(Decimal(-1), Decimal(1)) != fill_of(Decimal(1), Decimal(1))


def test_a_darker_cell_is_a_larger_number_also_in_grey():
    greys = [luminance(fill_of(Decimal(place) / 50, Decimal(1))) for place in range(51)]
    assert all(after < before for before, after in pairwise(greys))


@pytest.mark.parametrize("place", range(-50, 51))
def test_numbers_stand_out_from_their_cells(place):
    fill = fill_of(Decimal(place) / 50, Decimal(1))
    ink = 1.0 if ink_on(fill) == "#ffffff" else 0.0
    high, low = max(luminance(fill), ink), min(luminance(fill), ink)
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_curves_are_told_apart_without_colour():
    assert len({style_of(number)[1:] for number in range(56)}) == 56


HOSTILE = ["<script>alert(1)</script>", "a&b\x00\"'", "]]>\u202e</svg>"]


def test_hostile_labels_are_words_and_nothing_else():
    for kind in KINDS:
        svg = worked_example("causal").plot(kind, tokens=HOSTILE).to("svg")
        assert not faults(svg)
        assert "<script" not in svg
        assert "\x00" not in svg and "\u202e" not in svg
    words = "".join(parsed(worked_example("causal").plot(tokens=HOSTILE)).itertext())
    assert HOSTILE[0] in words


def test_two_pictures_on_one_page_share_no_name():
    one, other = worked_example("causal").plot().to("svg"), worked_example("masked").plot().to("svg")
    assert not set(re.findall(r'\bid="([^"]+)"', one)) & set(re.findall(r'\bid="([^"]+)"', other))
    assert one == worked_example("causal").plot().to("svg")


def test_the_description_holds_every_number_and_what_is_not_allowed():
    lines = worked_example("causal").plot().description.splitlines()
    assert lines[1] == "query 1: 1, not allowed, not allowed"
    assert all(text in "\n".join(lines) for text in printed(worked_example("causal").plot()))


def test_points_of_scores_lie_on_the_curve_of_their_row():
    for name in ("dot", "sparsemax", "entmax15"):
        (chart,) = worked_example(name).plot("score-weight").panels
        curves = {one.style: {(at.x, at.y) for at in one.points} for one in chart.series if one.joined}
        for marks in (one for one in chart.series if not one.joined):
            for mark in marks.points:
                heights = [y for x, y in curves[marks.style] if x == mark.x]
                assert heights and min(abs(y - mark.y) for y in heights) < Decimal("1e-7")


def test_the_drawn_points_are_where_their_numbers_say():
    picture = sa.worked_example().plot("score-weight")
    (chart,) = picture.panels
    frame = next(part for part in parsed(picture).iter(f"{SVG}rect") if part.get("class") == "line")
    left, top, width, height = (float(frame.get(key)) for key in ("x", "y", "width", "height"))
    drawn = [part for part in parsed(picture).iter(f"{SVG}path") if part.find(f"{SVG}title") is not None
             and "mark" in part.get("class")]  # fmt: skip
    points = [point for series in chart.series if not series.joined for point in series.points]
    for part, point in zip(drawn, points, strict=True):
        x, y = map(float, re.findall(r"-?[\d.]+", part.get("transform")))
        value = chart.x.low + (x - left) / width * (chart.x.high - chart.x.low)
        assert value == pytest.approx(float(point.x), abs=0.01)
        assert 1 - (y - top) / height == pytest.approx(float(point.y), abs=0.001)


def test_a_normaliser_without_a_row_names_the_table(monkeypatch):
    monkeypatch.delitem(score_curves.CURVES, Softmax)
    with pytest.raises(MissingRowError, match=r"CURVES in pictures/score_curves\.py"):
        worked_example("dot").plot("score-weight")


def test_the_temperature_sweep_has_weights_and_entropies_of_plain_floats():
    charts = sa.worked_example().plot("temperature").panels
    assert len(charts) == 4
    scores = [4, 16, 12]
    for place, point in enumerate(charts[3].series[1].points):
        weights = softmax([score / float(point.x) for score in scores])
        entropy = -sum(weight * math.log(weight) for weight in weights if weight)
        assert float(point.y) == pytest.approx(entropy, rel=1e-6, abs=1e-15)
        assert float(charts[1].series[2].points[place].y) == pytest.approx(weights[2], rel=1e-6)


def test_saturation_agrees_with_sums_over_a_fine_grid():
    for variance in (2, 32, 128):
        gaps = [place / 50 for place in range(-5_000, 5_001)]
        density = [math.exp(-(gap**2) / (2 * variance)) for gap in gaps]
        slopes = [1 / (4 * math.cosh(gap / 2) ** 2) for gap in gaps]
        mean = sum(a * b for a, b in zip(density, slopes, strict=True)) / sum(density)
        assert float(mean_slope(variance)) == pytest.approx(mean, rel=1e-9)
    assert float(middle_slope(128)) == pytest.approx(4.85e-4, rel=1e-3)
    assert middle_slope(2) > mean_slope(2)


def test_saturation_needs_no_numbers_and_marks_a_length_that_is_known():
    assert sa.named("dot").plot("saturation").panels[0].lines == ()
    (line,) = worked_example("dot").plot("saturation").panels[0].lines
    assert line.label == "d_k = 3"


@pytest.mark.parametrize(("plain", "scaled"), [("dot", "scaled-dot"), ("self-attention", "scaled-self-attention")])
def test_scaled_beside_unscaled_is_the_same_for_both_and_shows_both(plain, scaled):
    one, other = worked_example(plain), worked_example(scaled)
    left, right = one.plot("scaled").panels
    assert (left.cells, right.cells) == tuple(panel.cells for panel in other.plot("scaled").panels)
    assert left.cells == one.plot().panels[0].cells
    assert right.cells == other.plot().panels[0].cells
    assert left.cells != right.cells


def test_a_bias_is_kept_when_the_products_are_scaled():
    biased = sa.mechanism(
        "b", {"Q": "n d", "K": "m d", "B": "n m", "V": "m v"}, "O = softmax(Q @ K.T / sqrt(d) + B) @ V"
    )
    numbers = {"Q": [[1, 2]], "K": [[1, 1], [0, 3]], "B": [[5, "1/2"]], "V": [[1], [2]]}
    left, right = biased.plot("scaled", numbers, digits=8).panels
    expected = softmax([3 + 5, 6 + 0.5]), softmax([3 / 2**0.5 + 5, 6 / 2**0.5 + 0.5])
    for panel, weights in zip((left, right), expected, strict=True):
        assert [float(cell.value) for cell in panel.cells[0]] == pytest.approx(weights, rel=1e-6)


def test_scores_that_hold_their_own_normaliser_are_not_scaled():
    with pytest.raises(InputError, match="scores that are dot products"):
        worked_example("sinkhorn").plot("scaled")


def test_every_mechanism_with_numbers_has_a_picture_or_says_why_not():
    refused = set()
    for name in sa.names():
        system = sa.named(name)
        if has_numbers(system):
            try:
                bound = system.bind(numbers_for(system))
            except sa.SymattnError:
                continue
            try:
                assert not faults(bound.plot().to("svg"))
            except sa.SymattnError:
                refused.add(name)
    assert refused == {"linear", "entmax"}


def test_weights_that_cannot_be_told_are_refused_naming_the_matrices():
    with pytest.raises(InputError, match="its matrices: F, G, M, O"):
        worked_example("linear").plot()
    assert worked_example("linear").plot(value="F").panels[0].title == "F"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tokens": ["a"]}, "3 queries and 1 label: a"),
        ({"keys": ["a", "b"]}, "3 keys and 2 labels"),
        ({"tokens": "abc"}, "a list of texts"),
        ({"tokens": [1, 2, 3]}, "a list of texts"),
        ({"tokens": ["a"] * 3, "queries": ["a"] * 3, "keys": ["a"] * 3}, "leave one out"),
        ({"digits": 0}, "digits"),
        ({"value": "Z"}, "Z"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(sa.SymattnError, match=message):
        sa.worked_example().plot(**options)


def test_wrong_kinds_formats_and_labels_are_refused():
    with pytest.raises(InputError, match="Did you mean weights"):
        sa.worked_example().plot("weight")
    with pytest.raises(InputError, match="svg, pdf, png"):
        sa.worked_example().plot().to("gif")
    with pytest.raises(InputError, match="chooses what the heat maps"):
        sa.worked_example().plot("temperature", value="S")
    with pytest.raises(LimitError, match="characters long"):
        sa.worked_example().plot(tokens=["a" * 201, "b", "c"])
    with pytest.raises(InputError, match="no value for Q, K, V"):
        sa.named("dot").plot()


def test_a_picture_too_large_is_refused():
    large = sa.mechanism("l", {"S": "n m", "V": "m d"}, "O = softmax(S) @ V")
    with pytest.raises(LimitError, match="at most 10000"):
        large.plot("weights", S=[[0] * 101] * 101, V=[[1]] * 101)


def test_a_picture_is_saved_whole_by_its_suffix(tmp_path):
    picture = sa.worked_example().plot()
    for suffix, start in ((".svg", b"<svg"), (".pdf", b"%PDF"), (".png", b"\x89PNG")):
        path = tmp_path / f"weights{suffix}"
        picture.save(path)
        assert path.read_bytes().startswith(start)
    kept = tmp_path / "kept.gif"
    kept.write_text("before")
    with pytest.raises(OutputError, match=r"\.svg, \.pdf, \.png"):
        picture.save(kept)
    assert kept.read_text() == "before"
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_picture_is_drawn_of_every_kind(kind):
    picture = worked_example("causal").plot(kind)
    assert picture.to("pdf").startswith(b"%PDF")
    assert picture.to("png") == picture.to("png")


def test_without_matplotlib_a_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"symattn\[plots\]"):
        sa.worked_example().plot().to("pdf")
    assert sa.worked_example().plot().to("svg")


def test_a_notebook_shows_the_picture():
    assert sa.worked_example().plot()._repr_svg_() == sa.worked_example().plot().to("svg")


def test_pictures_are_data():
    picture = worked_example("dot").plot("scaled")
    assert isinstance(picture, Picture) and isinstance(picture.panels[0], HeatMap)
    assert isinstance(worked_example("dot").plot("saturation").panels[0], Chart)
    assert picture == worked_example("dot").plot("scaled")


def test_points_say_their_scores_and_weights():
    words = "".join(parsed(sa.worked_example().plot("score-weight")).itertext())
    assert "query 1, key 2: score 4, weight 0.468" in words


def test_another_value_has_rows_and_columns_and_not_queries_and_keys():
    (panel,) = sa.worked_example().plot(value="V").panels
    assert (panel.row_label, panel.column_label) == ("row", "column")
    assert sa.worked_example().plot(value="P").panels[0].row_label == "query"


@pytest.mark.parametrize("kind", KINDS)
def test_scores_far_apart_and_queries_without_keys_are_drawn(kind):
    masked = sa.mechanism("far", {"Q": "n d", "K": "m d", "V": "m v"}, "O = softmax(Q @ K.T, where=j < i) @ V")
    numbers = {"Q": [[10000, 1], [10000, 1], [1, "1/3"]], "K": [[1, 0], [-1, 5], ["1/7", 0]], "V": [[1], [2], [3]]}
    picture = masked.plot(kind, numbers)
    assert not faults(picture.to("svg"))
    if kind == "weights":
        assert hatched(picture) == 6


def test_the_paper_under_a_picture_is_light_for_programs_without_variables():
    rect = next(parsed(worked_example("dot").plot()).iter(f"{SVG}rect"))
    assert rect.get("fill") == "#ffffff"
