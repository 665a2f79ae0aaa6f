"""The interactive page, driven in a real browser and compared with NumPy after every edit."""

import random
import re

import numpy as np
import pytest
from browser import opened

from symattn.examples import worked_example
from symattn.lowering import lambdify_system
from symattn.mechanisms import named, names
from symattn.page.data import page_data
from symattn.page.interactive import interactive_page
from symattn.page.lines import with_needed_inputs

EDITS = 200
LARGEST = 600_000
CLOSE = 1e-12


class Twin:
    """What the page should show: the same equations in NumPy, with the same numbers and choices."""

    def __init__(self, subject):
        self.data = page_data(subject)
        self.bench = self.data.bench
        self.numbers = {each["name"]: as_numbers(each["texts"]) for each in self.data.data["inputs"]}
        self.chosen = dict(self.bench.at_first)
        self._functions = {}

    @property
    def system(self):
        return self.bench.chosen(self.chosen)

    def values(self):
        """Every value of the lines on the page."""
        system = self.system
        key = tuple(sorted(self.chosen.items()))
        if key not in self._functions:
            self._functions[key] = lambdify_system(system, "numpy", outputs=[each.name for each in system])
        with np.errstate(all="ignore"):
            found = self._functions[key](**{name: self.numbers[name] for name in system.inputs})
        return found if isinstance(found, dict) else {system.equations[0].name: found}

    def gradient(self, name, position):
        """The derivative of one entry by every input that it rests on."""
        needed = with_needed_inputs(type(self.system)(
            self.system.name, self.system.input_symbols, self.system.needed(name), name
        ))
        wrt = [each for each in needed.inputs if each not in needed.allowed_inputs | {self.bench.picked}]
        back = needed.backward(name, [each for each in wrt if each != self.bench.window])
        upstream = np.zeros(np.shape(self.values()[name]))
        upstream[tuple(position)] = 1.0
        given = {each: self.numbers[each] for each in back.inputs if each in self.numbers}
        cotangent = back.input_symbols[-1].name
        with np.errstate(all="ignore"):
            found = back.lambdify("numpy")(**given, **{cotangent: upstream})
        named_ = found if isinstance(found, dict) else {back.results[0]: found}
        return dict(zip([each for each in wrt if each != self.bench.window], named_.values(), strict=True))

    def edit(self, name, position, value):
        if position:
            self.numbers[name][tuple(position)] = value
        else:
            self.numbers[name] = np.float64(value)


def as_numbers(texts):
    def number(text):
        above, _, below = text.partition("/")
        return float(above) / float(below or 1)

    def each(part):
        return [each(inside) for inside in part] if isinstance(part, list) else number(part)

    return np.array(each(texts))


def difference(found, expected):
    """The largest difference of two values, relative to the larger of 1 and the value's largest entry."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    assert found.shape == expected.shape
    both = np.isfinite(expected)
    assert (np.isfinite(found) == both).all()
    scale = max(1.0, float(np.abs(expected[both]).max(initial=0)))
    return float(np.abs(found[both] - expected[both]).max(initial=0)) / scale


def furthest(page, twin):
    """The largest difference between the page and Python, over every value."""
    found = page.evaluate("symattn.values()")
    return max(difference(found[name], value) for name, value in twin.values().items())


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
        masked = page.eval_on_selector_all(
            '[data-card="P"] td.masked', "all => all.map(cell => cell.dataset.position)"
        )
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


@pytest.mark.parametrize("name", names())
def test_every_mechanism_has_a_page_whose_values_and_gradients_are_right(name, tmp_path):
    """With drawn numbers: every value for every choice, and one gradient of the output."""
    subject, generator = named(name), random.Random(1)
    path, twin = tmp_path / "page.html", Twin(subject)
    text = interactive_page(subject, language=generator.choice(("en", "zh")))
    path.write_text(text, encoding="utf-8")
    assert len(text.encode("utf-8")) < LARGEST
    with opened(path) as page:
        for chosen in twin.bench.selections():
            for choice, option in chosen.items():
                page.evaluate("([c, o]) => symattn.choose(c, o)", [choice, option])
            twin.chosen = chosen
            assert furthest(page, twin) < CLOSE, chosen
        output = twin.bench.system.output
        position = [generator.randrange(length) for length in np.shape(twin.values()[output])]
        found = page.evaluate("([n, p]) => symattn.gradient(n, p)", [output, position])
        for of, expected in twin.gradient(output, position).items():
            answer = found.get(of, np.zeros(np.shape(expected)))
            assert difference(answer, expected) < CLOSE, of
