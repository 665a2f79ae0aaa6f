"""Interactive pages: how long making one takes, how large it is, and how soon it paints and follows an edit.

Every mechanism of the library, with the worked example's numbers where it takes them and drawn ones elsewhere, and the
worked example with its derivation below. Painting and following are measured in the system's Chromium, from the start
of loading a file to the first paint, and from an edit to all values on the page; medians of several rounds count.

    python tests/benchmarks/pages.py [--rounds N] [NAME ...]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from symattn.article_steps import eight_steps
from symattn.errors import InputError, ShapeError, SymattnError
from symattn.examples import numbers_for, worked_example
from symattn.mechanisms import named, names
from symattn.page import interactive_page

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from browser import ARGUMENTS, browser_path

LARGEST = 600_000
PAINTED = 1.0

PAINT = """() => new Promise((done) => {
  const seen = performance.getEntriesByType("paint");
  if (seen.length) { done(seen[0].startTime); return; }
  new PerformanceObserver((list) => done(list.getEntries()[0].startTime)).observe({type: "paint", buffered: true});
})"""

EDIT = """() => {
  const field = document.querySelector('#input-matrices input[type="text"]');
  const started = performance.now();
  field.value = "1/3";
  field.dispatchEvent(new Event("input"));
  return performance.now() - started;
}"""


def subject(name: str) -> object:
    """A mechanism with the worked example's numbers, or alone."""
    system = named(name)
    try:
        bound = system.bind(numbers_for(system))
        bound.exact(system.output)
    except (InputError, ShapeError, SymattnError):
        return system
    return bound


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=names())
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    failed = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=browser_path(playwright), args=ARGUMENTS)
        page = browser.new_page()
        print(f"{'page':26} {'made':>7} {'bytes':>8} {'paint':>8} {'edit':>8}")
        for name in ("worked example", *arguments.names):
            started = time.perf_counter()
            if name == "worked example":
                text = interactive_page(worked_example(), derivation=eight_steps(worked_example()))
            else:
                text = interactive_page(subject(name))
            made = time.perf_counter() - started
            path = Path(folder, "page.html")
            path.write_text(text, encoding="utf-8")
            paints, edits = [], []
            for _ in range(arguments.rounds):
                page.goto(path.as_uri())
                paints.append(page.evaluate(PAINT) / 1000)
                edits.append(page.evaluate(EDIT) / 1000)
            paint, size = statistics.median(paints), len(text.encode("utf-8"))
            edit = statistics.median(edits)
            print(f"{name:26} {made:6.2f}s {size:8d} {paint:7.3f}s {1000 * edit:6.1f}ms", flush=True)
            if size > LARGEST or paint > PAINTED:
                failed.append(name)
        browser.close()
    print("missed:", ", ".join(failed) or "nothing")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
