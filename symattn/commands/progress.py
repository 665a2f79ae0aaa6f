"""Progress on standard error: one line that changes on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time

import click

QUIET_SECONDS = 5.0
"""Between two lines where each stays, as in the log of a build."""


class Progress:
    """A callable for work that reports ``(done, total, what)``; use it as a context to clear its line at the end."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.shown = time.monotonic()

    def __call__(self, done: int, total: int, what: str) -> None:
        now = time.monotonic()
        if self.live and now - self.shown > 0.05:
            self.shown = now
            click.echo(f"\r\x1b[K{done}/{total} {what}", err=True, nl=False)
        elif not self.live and now - self.shown > QUIET_SECONDS:
            self.shown = now
            click.echo(f"{done}/{total} {what}", err=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exception: object) -> None:
        if self.live:
            click.echo("\r\x1b[K", err=True, nl=False)


def note(message: str) -> None:
    """A remark for the reader that is no part of the result."""
    click.echo(message, err=True)
