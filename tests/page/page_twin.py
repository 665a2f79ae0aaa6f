"""What an interactive page should show, computed in Python, and how far the page is from it."""

import numpy as np

from symattn.lowering import lambdify_system
from symattn.page.data import page_data
from symattn.page.lines import with_needed_inputs

LARGEST = 600_000
"""Bytes of a page."""

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
        needed = with_needed_inputs(
            type(self.system)(self.system.name, self.system.input_symbols, self.system.needed(name), name)
        )
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
