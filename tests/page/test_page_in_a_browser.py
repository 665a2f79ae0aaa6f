"""The interactive page, driven in a real browser and compared with NumPy after every edit."""

import random
import re

import numpy as np
from browser import opened
from page_twin import CLOSE, LARGEST, Twin, difference, furthest

from symattn.examples import worked_example
from symattn.page.interactive import interactive_page

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
