"""A page for every mechanism of the library, with drawn numbers, driven in a real browser."""

import random

import numpy as np
import pytest
from browser import browsing
from page_twin import CLOSE, LARGEST, Twin, difference, furthest

from symattn import limits
from symattn.mechanisms import named, names
from symattn.page.interactive import page_of


@pytest.fixture(scope="module")
def visit():
    """What opens pages one after the other in one browser."""
    with browsing() as opening:
        yield opening


@pytest.mark.parametrize("name", names())
def test_every_mechanism_has_a_page_whose_values_and_gradients_are_right(name, visit, tmp_path, monkeypatch):
    """With drawn numbers: every value as it begins and for one other choice, and one gradient of the output."""
    monkeypatch.setattr(limits, "PAGE_EXACT_SECONDS", 0.1)  # they have tests of their own, and take longest
    generator = random.Random(name)
    path, twin = tmp_path / "page.html", Twin(named(name))
    text = page_of(twin.data, language=generator.choice(("en", "zh")))
    assert len(text.encode("utf-8")) < LARGEST
    path.write_text(text, encoding="utf-8")
    compare(visit(path), twin, generator)


def compare(page, twin, generator):
    first, *others = twin.bench.selections()
    for chosen in (first, *generator.sample(others, min(1, len(others)))):
        for choice, option in chosen.items():
            page.evaluate("([c, o]) => symattn.choose(c, o)", [choice, option])
        twin.chosen = chosen
        assert furthest(page, twin) < CLOSE, (twin.system.name, chosen)
    assert_explained(page, twin)
    output = twin.bench.system.output
    position = [generator.randrange(length) for length in np.shape(twin.values()[output])]
    found = page.evaluate("([n, p]) => symattn.gradient(n, p)", [output, position])
    for of, expected in twin.gradient(output, position).items():
        answer = found.get(of, np.zeros(np.shape(expected)))
        assert difference(answer, expected) < CLOSE, (twin.system.name, of)


def assert_explained(page, twin):
    """The formulas that the page shows with numbers put in come to the values that its functions compute."""
    for name, value in twin.values().items():
        line = next(line for line in twin.data.data["lines"] if line["name"] == name)
        if NOT_EXPLAINED & set(kinds(line["tree"])):
            continue
        found = np.reshape(page.evaluate("name => symattn.explained(name)", name), np.shape(value))
        assert difference(found, value) < CLOSE, (twin.system.name, name)


NOT_EXPLAINED = {"threshold", "erf"}
"""What has no formula in numbers: the threshold of entmax, the error function."""


def kinds(tree):
    if isinstance(tree, list):
        yield from (part for part in tree[:2] if isinstance(part, str))
        for part in tree:
            yield from kinds(part)
