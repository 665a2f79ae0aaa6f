"""A page in a real browser, which fails if the page asks for anything or complains."""

import os
import shutil
from contextlib import contextmanager

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]


def browser_path(playwright):
    """The system's browser, or Playwright's own; the test is skipped where there is neither."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None) or playwright.chromium.executable_path
    if not os.path.exists(found):
        pytest.skip("no Chromium on this machine: neither the system's nor Playwright's own")
    return found


@contextmanager
def opened(path, **context):
    """The page of a file; when it is closed it has asked for nothing but itself and written nothing to the console."""
    with browsing(**context) as visit:
        yield visit(path)


@contextmanager
def browsing(**context):
    """What opens the page of one file after the other, each under the same conditions."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright, which drives the browser, is not installed")
    complaints, requests, visited = [], [], []
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(playwright), args=ARGUMENTS)
        page = browser.new_page(**context)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))

        def visit(path):
            visited.append(path.as_uri())
            page.goto(path.as_uri())
            return page

        yield visit
        browser.close()
    assert not complaints, complaints
    assert [url for url in requests if not url.startswith("data:")] == visited
