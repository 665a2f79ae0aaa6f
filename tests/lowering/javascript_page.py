"""One page that runs generated JavaScript in a real browser, and what its numbers are compared with."""

import json
import math
import random
from dataclasses import replace
from itertools import islice

import numpy as np
from browser import opened

from symattn.lowering import javascript_source, lambdify_system
from symattn.nodes import full_shape
from symattn.verification.conditioning import scales
from symattn.verification.instances import SINGLE, SOME, WITHOUT, plans
from symattn.verification.rounding import FIRST_ORDER

UNIT = 2.0**-53
ALLOWED_UNITS = 100
"""Of rounding times the conditioning scale: 50 for the JavaScript, as every check of the project allows, and 50 for the
NumPy code beside it. Sums are in another order and functions from another library, so that no bit has to be equal."""

RUN = """
<!DOCTYPE html><meta charset="utf-8"><title>generated code</title>
<script>
const functions = [];
%s
function run(text) {
  const answers = JSON.parse(text).map(([which, inputs]) => {
    const special = {NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity};
    const numbers = (value) => Array.isArray(value) ? value.map(numbers) : value in special ? special[value] : value;
    const given = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, numbers(value)]));
    try {
      return functions[which](given);
    } catch (error) {
      return {error: `${error.name}: ${error.message}`};
    }
  });
  return JSON.stringify(answers, (_, value) => (
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value));
}
</script>
"""


def computed(sources, jobs, folder):
    """What functions return for ``jobs``, each a function's number and its inputs, all on one page of one browser.

    An answer is a dict of arrays, or ``{"error": …}`` where the function raised one.
    """
    page_file = folder / "page.html"
    page_file.write_text(RUN % "\n".join(f"functions.push(\n{source});" for source in sources), encoding="utf-8")
    with opened(page_file) as page:
        text = page.evaluate("run", json.dumps([[which, encoded(inputs)] for which, inputs in jobs]))
    return [
        answer if "error" in answer else {name: decoded(value) for name, value in answer.items()}
        for answer in json.loads(text)
    ]


def encoded(value):
    """Numbers as JSON has them; infinities and what is no number as text."""
    if isinstance(value, dict):
        return {name: encoded(part) for name, part in value.items()}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [encoded(part) for part in value]
    if isinstance(value, bool) or value is None or isinstance(value, str) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"


def decoded(value):
    def number(part):
        return list(map(number, part)) if isinstance(part, list) else float(part)

    return np.array(number(value))


def instances(system, count, seed=0):
    """Random inputs of a system: sizes all different with some keys, all equal, one of them 1, rows without keys."""
    generator = random.Random(seed)
    drawn = [plan for plan in islice(plans(system, 12, generator), 12) if not plan.values_only]
    kinds = (WITHOUT, SOME, SINGLE)
    first, *others = sorted(drawn, key=lambda plan: plan is not drawn[0])
    square = [plan for plan in others if len({value for _, value in plan.sizes}) == 1]
    single = [plan for plan in others if any(value == 1 for _, value in plan.sizes)]
    chosen = list(dict.fromkeys([first, *square[:1], *single, *others]))[:count]
    for number, plan in enumerate(chosen):
        plain = replace(plan, batch=(), layout="contiguous", allowed=kinds[number % len(kinds)])
        yield plain.draw(system, generator)


def expected(system, instance):
    """Every value by the NumPy code, and the conditioning scale of every entry; ``None`` for a value without one."""
    function = lambdify_system(system, outputs=list(system.by_name))
    with np.errstate(all="ignore"):
        values = function(**instance.arrays("float64"))
    found = {}
    for name, rounded in scales(instance.system, instance.elements[0]).items():
        settled = rounded.strain * UNIT <= FIRST_ORDER
        found[name] = np.asarray(values[name], dtype=float), rounded.scale if settled else None
    return found


def wrong(found, value, scale):
    """The largest difference in units of rounding times the scale, over entries whose scale is finite; infinite for
    another shape, and for a number in the place of none.
    """
    if found.shape != value.shape:
        return math.inf
    if scale is None:
        return 0.0
    same = (found == value) | (np.isnan(found) & np.isnan(value)) | ~np.isfinite(scale)
    with np.errstate(all="ignore"):
        ratios = np.where(same, 0.0, abs(found - value) / (UNIT * scale))
    return float(np.max(np.where(np.isnan(ratios), math.inf, ratios), initial=0.0))


def javascript(system):
    """The function that computes every value of a system."""
    return javascript_source(system, list(system.by_name))


def as_lists(system, inputs):
    """Inputs as nested lists, single numbers as numbers."""
    return {
        name: np.asarray(inputs[name], dtype=float).tolist() if full_shape(symbol) else float(inputs[name])
        for name, symbol in system.inputs.items()
    }
