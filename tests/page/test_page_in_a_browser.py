"""The interactive page, driven in a real browser and compared with NumPy after every edit."""

import random
import re

import numpy as np
import pytest
from browser import opened
from page_twin import CLOSE, LARGEST, Twin, difference, furthest

from symattn.article_steps import eight_steps
from symattn.defining import mechanism
from symattn.errors import LimitError
from symattn.examples import worked_example
from symattn.page.interactive import interactive_page, page_of

EDITS = 200


def drawn_text(generator):
    """A number as a person may type it, and its value."""
    kind = generator.randrange(3)
    if kind == 0:
        number = generator.randint(-4, 4)
        return str(number), float(number)
    if kind == 1:
        text = f"{generator.uniform(-3, 3):.3f}"
        return text, float(text)
    above, below = generator.randint(-5, 5), generator.randint(1, 7)
    return f"{above}/{below}", above / below


def shown_number(text):
    """The number that a cell shows."""
    plain = text.replace("−", "-").replace("∞", "inf").replace("undefined", "nan")
    front, _, power = plain.partition("×10")
    raised = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(f"{front}e{raised}") if raised else float(front)


def test_every_number_follows_two_hundred_random_edits(tmp_path):
    """In the worked example: typed into the fields, with choices made between them; and every cell shows its value."""
    subject, generator = worked_example(), random.Random(20)
    path = tmp_path / "page.html"
    path.write_text(interactive_page(subject), encoding="utf-8")
    twin, worst = Twin(subject), 0.0
    with opened(path) as page:
        assert furthest(page, twin) < CLOSE
        for edit in range(EDITS):
            if edit % 10 == 9:
                choice = generator.choice(twin.bench.choices)
                option = generator.choice(choice.options)
                twin.chosen[choice.name] = option
                if choice.name == "scale":
                    page.set_checked("#choose-scale", option == "on")
                else:
                    page.select_option(f"#choose-{choice.name}", option)
            fields = page.locator("#input-matrices input[type=text]")
            field = fields.nth(generator.randrange(fields.count()))
            text, value = drawn_text(generator)
            field.fill(text)
            twin.edit(field.get_attribute("data-input"), places(field), value)
            worst = max(worst, furthest(page, twin))
        assert worst < CLOSE
        page.select_option("#digits", "17")
        cells = page.eval_on_selector_all(
            "#lines td.value",
            "all => all.map(c => [c.dataset.line, c.dataset.position, c.querySelector('.decimal').textContent])",
        )
        values = twin.values()
        assert {name for name, _, _ in cells} == {
            line.equation.name for line in twin.bench.lines if line.is_in(twin.chosen) and line.role != "weigh"
        }
        for name, position, text in cells:
            expected = values[name][tuple(map(int, position.split()))]
            assert difference(shown_number(text), expected) < CLOSE, name


def places(field):
    return [int(place) for place in field.get_attribute("data-position").split()]


def test_a_wrong_number_is_refused_where_it_is_typed(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(interactive_page(worked_example()), encoding="utf-8")
    with opened(path) as page:
        before = page.evaluate("symattn.values()")
        field = page.locator("#input-matrices input[type=text]").first
        for text in ("1//2", "x", "1/0", "", "alert(1)", "9" * 60):
            field.fill(text)
            assert field.get_attribute("aria-invalid") == "true"
            assert "number" in page.text_content("#status")
            assert page.evaluate("symattn.values()") == before
        field.fill("2")
        assert field.get_attribute("aria-invalid") == "false" and page.text_content("#status") == ""


def test_gradients_are_those_of_the_backward_pass(tmp_path):
    """Entries of every line, with every option chosen, against the backward pass of the whole system."""
    subject, generator = worked_example("causal"), random.Random(4)
    path = tmp_path / "page.html"
    path.write_text(interactive_page(subject), encoding="utf-8")
    twin = Twin(subject)
    with opened(path) as page:
        for name, position, value in (("Q", [0, 1], 1 / 3), ("K", [1, 2], -0.5), ("V", [2, 0], 7), ("tau", [], 1.5)):
            page.evaluate("([n, p, t]) => symattn.set(n, p, t)", [name, position, repr(value)])
            twin.edit(name, position, float(repr(value)))
        for chosen in twin.bench.selections():
            for choice, option in chosen.items():
                page.evaluate("([c, o]) => symattn.choose(c, o)", [choice, option])
            twin.chosen = chosen
            for line in twin.bench.lines:
                if line.is_in(chosen) and line.role != "mask":
                    name = line.equation.name
                    shape = np.shape(twin.values()[name])
                    position = [generator.randrange(length) for length in shape]
                    found = page.evaluate("([n, p]) => symattn.gradient(n, p)", [name, position])
                    for of, expected in twin.gradient(name, position).items():
                        # What an entry does not rest on has no cotangent on the page, and zeros in Python.
                        answer = found.get(of, np.zeros(np.shape(expected)))
                        assert difference(answer, expected) < CLOSE, (chosen, name, of)


def test_the_page_is_walked_through_by_keyboard(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(interactive_page(worked_example()), encoding="utf-8")
    with opened(path) as page:
        page.focus('[data-card="P"] td.value')
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.dataset.position") == "1 1"
        assert "0.982" in page.text_content("#entry")
        steps = int(re.search(r"of (\d+)", page.text_content("#walk-place"))[1])
        page.focus("#walk-on")
        for _ in range(steps):
            page.keyboard.press("Enter")
        assert page.text_content("#walk-place").startswith("step 1 ")
        assert page.input_value("#walk-query") == "1"


def test_keys_that_are_not_allowed_are_hatched(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(interactive_page(worked_example("causal")), encoding="utf-8")
    with opened(path) as page:
        masked = page.eval_on_selector_all('[data-card="P"] td.masked', "all => all.map(cell => cell.dataset.position)")
        assert masked == ["0 1", "0 2", "1 2"]
        page.select_option("#choose-mask", "chosen")
        page.locator('#input-matrices input[type="checkbox"]').nth(4).uncheck()
        assert page.get_attribute('[data-line="P"][data-position="1 1"]', "class").count("masked") == 1


def test_the_whole_page_of_the_worked_example_is_small():
    text = interactive_page(worked_example(), derivation=worked_example().symbolic.derive(worked_numbers()))
    assert len(text.encode("utf-8")) < LARGEST


def worked_numbers():
    bound = worked_example()
    return {name: bound.exact(name) for name in bound.symbolic.inputs}


def test_values_may_be_called_as_what_every_object_has(tmp_path):
    """Their numbers, labels and gradients are their own, not those of JavaScript's objects."""
    text = "toString = Q @ constructor.T\nvalueOf = softmax(toString, where=j <= i)\nO = valueOf @ V"
    subject = mechanism("busy", {"Q": "n d", "constructor": "m d", "V": "m e"}, text)
    path, twin = tmp_path / "page.html", Twin(subject)
    path.write_text(page_of(twin.data), encoding="utf-8")
    with opened(path) as page:
        assert furthest(page, twin) < CLOSE
        found = page.evaluate("symattn.gradient('O', [2, 1])")
        for of, expected in twin.gradient("O", [2, 1]).items():
            assert difference(found[of], expected) < CLOSE, of
        page.focus('[data-card="valueOf"] td.value')
        assert "native" not in page.text_content("body") and "∞" not in page.text_content("#entry")


def test_the_control_that_is_used_keeps_the_focus(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(interactive_page(worked_example()), encoding="utf-8")
    with opened(path) as page:
        for control, key in (("#choose-score", "ArrowDown"), ("#choose-scale", "Space"), ("#kind", "ArrowDown")):
            page.focus(control)
            page.keyboard.press(key)
            assert f"#{page.evaluate('document.activeElement.id')}" == control
        assert page.input_value("#choose-score") == "cosine" and page.is_checked("#choose-scale")


def test_what_is_undefined_is_said_to_be(tmp_path):
    """The cosine with a zero vector divides by its length, 0."""
    path = tmp_path / "page.html"
    path.write_text(interactive_page(worked_example("cosine")), encoding="utf-8")
    with opened(path) as page:
        for column in range(3):
            page.evaluate("c => symattn.set('Q', [0, c], '0')", column)
        page.focus('[data-card="P"] td.value')
        assert "divided by 0" in page.text_content("#entry")
        assert page.text_content('[data-line="h"][data-position="0 0"] .decimal') == "undefined"


def test_scores_beyond_all_exponentials_are_told(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(interactive_page(worked_example()), encoding="utf-8")
    with opened(path) as page:
        page.fill("#temperature-number", "1/1000")
        page.focus('[data-card="P"] td.value')
        assert "largest score subtracted" in page.text_content("#entry")
        page.fill("#temperature-number", "0")
        assert "is no temperature" in page.text_content("#status")


def test_the_message_of_a_wrong_field_stays_until_it_is_right(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(interactive_page(worked_example()), encoding="utf-8")
    with opened(path) as page:
        fields = page.locator("#input-matrices input[type=text]")
        fields.nth(0).fill("x")
        fields.nth(1).fill("7")
        assert "“x” is no number" in page.text_content("#status")
        fields.nth(0).fill("1")
        assert page.text_content("#status") == ""
        page.select_option("#choose-mask", "window")
        page.fill("#window", "-1")
        assert "A window reaches" in page.text_content("#status")


def test_a_table_is_pasted_from_the_field_where_it_begins(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(interactive_page(worked_example()), encoding="utf-8")
    script = """([text, at]) => {
      const data = new DataTransfer();
      data.setData("text", text);
      document.querySelectorAll("#input-matrices input[type=text]")[at].dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
      return symattn.values().X;
    }"""
    with opened(path) as page:
        found = page.evaluate(script, ["5\t1/2\n6\t0.25\n", 5])
        assert found == [[1, 0, 1, 0], [0, 5, 0.5, 2], [1, 6, 0.25, 1]]
        assert page.evaluate(script, ["1\t2\t3\t4", 5]) == found
        assert "at most 2 rows and 3 columns" in page.text_content("#status")


def test_a_whole_number_is_shown_without_the_error_of_floating_point(tmp_path):
    """Exactly 0, where floating-point numbers come to 6e-17."""
    system = mechanism("tenths", {"A": "n m", "B": "m k"}, "O = A @ B")
    subject = system.bind(A=[["1/10", "-3/10"]], B=[[3], [1]])
    path = tmp_path / "page.html"
    path.write_text(interactive_page(subject), encoding="utf-8")
    with opened(path) as page:
        assert page.text_content('[data-line="O"] .decimal') == "0" != page.evaluate("String(symattn.values().O[0][0])")


def test_the_derivation_is_printed(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(interactive_page(worked_example(), derivation=eight_steps(worked_example())), encoding="utf-8")
    with opened(path) as page:
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.get_attribute("details", "open") is not None
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.get_attribute("details", "open") is None


def test_letters_on_heat_can_be_read(tmp_path):
    """A contrast of 4.5 at least, in both themes, whatever the weight."""
    path = tmp_path / "page.html"
    path.write_text(interactive_page(worked_example()), encoding="utf-8")
    script = """() => {
      const linear = (value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      };
      const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
      const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
      const paper = numbers(getComputedStyle(document.body).backgroundColor);
      const cell = document.querySelector('[data-card="P"] td.heat');
      let worst = 99;
      for (const kind of ["positive", "negative"]) {
        cell.classList.toggle("negative", kind === "negative");
        for (let share = 0; share <= 1; share += 0.01) {
          cell.style.setProperty("--share", share);
          const style = getComputedStyle(cell);
          const [r, g, b, a = 1] = numbers(style.backgroundColor);
          const below = [r, g, b].map((value, place) => a * value + (1 - a) * paper[place]);
          const both = [light(numbers(style.color)), light(below)].sort((x, y) => y - x);
          worst = Math.min(worst, (both[0] + 0.05) / (both[1] + 0.05));
        }
      }
      return worst;
    }"""
    for scheme in ("light", "dark"):
        with opened(path, color_scheme=scheme) as page:
            assert page.evaluate(script) > 4.5, scheme


def test_a_mask_of_its_own_for_each_head_can_be_exchanged(tmp_path):
    """Every allowed set is then a family, so that the same code takes all of them."""
    subject = mechanism(
        "masks of heads",
        {"Q": "H n d", "K": "H m d", "V": "H m e"},
        "P[h] = softmax(Q[h] @ K[h].T, where=j <= i + h)\nO[h] = P[h] @ V[h]",
    )
    path, twin = tmp_path / "page.html", Twin(subject)
    path.write_text(page_of(twin.data), encoding="utf-8")
    with opened(path) as page:
        for chosen in twin.bench.selections():
            for choice, option in chosen.items():
                page.evaluate("([c, o]) => symattn.choose(c, o)", [choice, option])
            twin.chosen = chosen
            assert furthest(page, twin) < CLOSE, chosen


def test_numbers_alone_have_a_page(tmp_path):
    """Without any matrix there is nothing to walk through."""
    subject = mechanism("product", {"lamda_1": "scalar", "b": "scalar"}, "z = lamda_1 * b")
    path = tmp_path / "page.html"
    path.write_text(interactive_page(subject.bind(lamda_1="1/3", b=6)), encoding="utf-8")
    with opened(path) as page:
        assert page.evaluate("symattn.values().z") == 2 and page.is_hidden("#walk-step")
        assert "λ" in page.text_content("#entry") and "lamda" not in page.text_content("#entry")


@pytest.mark.parametrize(
    ("number", "shown"), [("9999.96", "10000"), ("0.1", "0.1"), ("-1/3", "−0.3333"), ("2e9", "2×10⁹")]
)
def test_numbers_are_shown_as_a_person_reads_them(number, shown, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(interactive_page(mechanism("copy", {"A": "n m"}, "B = A").bind(A=[["1"]])), encoding="utf-8")
    with opened(path) as page:
        assert page.evaluate("t => symattn.set('A', [0, 0], t)", number)
        assert page.text_content('[data-line="B"] .decimal') == shown


def test_a_number_of_many_digits_is_given_as_the_nearest_decimal(tmp_path):
    subject = mechanism("copy", {"A": "n m"}, "B = A").bind(A=[["0." + "123456789" * 6]])
    path = tmp_path / "page.html"
    path.write_text(interactive_page(subject), encoding="utf-8")
    with opened(path) as page:
        assert page.evaluate("symattn.values().B") == [[float("0." + "123456789" * 6)]]


def test_more_values_than_a_page_holds_are_refused():
    system = mechanism("wide", {"Q": "n d", "K": "m d"}, "S = Q @ K.T")
    with pytest.raises(LimitError, match="S of wide would have 10000 entries on a page"):
        interactive_page(system.bind(Q=[[1]] * 100, K=[[1]] * 100))
