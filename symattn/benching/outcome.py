"""What a benchmark found: a row for each number of tokens and each contestant, and what else has to be said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite

from symattn.benching.machine import Rates
from symattn.benching.memory import Peak


@dataclass(frozen=True)
class Settings:
    """What is asked of a benchmark: ``lengths`` are numbers of tokens, ``seconds`` the time for everything together.

    ``rounds`` are the samples of each contestant, as many as the time allows unless given; ``sizes`` other sizes of the
    mechanism by name.
    """

    lengths: tuple[int, ...] = (256, 1024, 4096)
    heads: int = 1
    features: int = 64
    dtype: str = "float32"
    threads: int = 1
    strategies: tuple[str, ...] | None = None
    backward: bool = False
    device: str = "cpu"
    seconds: float = 60.0
    rounds: int | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    memory: bool = True


@dataclass(frozen=True)
class Row:
    """One contestant at one number of tokens, measured, or not for a ``reason``.

    ``ratios`` are its time to that of each peer, ``limit`` the seconds that the machine needs for the work at its best,
    ``units`` the largest error in units of the bound, of which 50 agree; ``wrong`` where it is above.
    """

    n: int
    name: str
    seconds: float | None = None
    ratios: Mapping[str, float] = field(default_factory=dict)
    rounds: int = 0
    operations: float = 0.0
    limit: float | None = None
    memory: Peak | None = None
    units: float | None = None
    reason: str = ""
    wrong: bool = False

    @property
    def gigaflops(self) -> float | None:
        """The work by the time, in 10⁹ operations a second."""
        return None if self.seconds is None else self.operations / self.seconds / 1e9

    @property
    def tokens(self) -> float | None:
        """Tokens a second."""
        return None if self.seconds is None else self.n / self.seconds

    @property
    def share(self) -> float | None:
        """Which part of the limit's rate is reached."""
        return None if self.seconds is None or self.limit is None else self.limit / self.seconds


@dataclass(frozen=True)
class Outcome:
    """All of one benchmark. ``rates`` are those at the last
    number of tokens. ``refused`` says by name who could not take part and why; ``peers`` are compared with."""

    mechanism: str
    settings: Settings
    rates: Rates | None
    peers: tuple[str, ...]
    rows: tuple[Row, ...]
    refused: Mapping[str, str]
    remarks: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def passed(self) -> bool:
        """Whether no contestant gave wrong results."""
        return not any(row.wrong for row in self.rows)

    def to_json(self) -> str:
        """Everything, with times in seconds and memory in bytes; what is not known is null."""
        found = asdict(self)
        for row, made in zip(self.rows, found["rows"], strict=True):
            made |= {"gigaflops": row.gigaflops, "tokens": row.tokens, "share": row.share}
        return json.dumps(_finite(found), indent=2, ensure_ascii=False)


def _finite(value: object) -> object:
    """The value with null for what JSON has no number for."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value
