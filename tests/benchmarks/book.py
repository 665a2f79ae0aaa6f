"""How long the whole book takes, in both languages and every format, from the command to the last file on the disk.

The command runs in a process of its own, which loads, proves and prints every chapter; then once more for each format
alone, which says how much each of them adds.

    python tests/benchmarks/book.py [formats]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from symattn.writing import FORMATS

MOST = 120.0
"""Seconds that all of it may take on two cores."""


def seconds(formats):
    """The time of one build into an empty directory, and how many files and bytes it wrote."""
    asked = [word for format in formats for word in ("--format", format)]
    with tempfile.TemporaryDirectory() as directory:
        begun = time.perf_counter()
        command = [sys.executable, "-m", "symattn", "book", "--to", directory, *asked]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        taken = time.perf_counter() - begun
        files = [path for path in Path(directory).rglob("*") if path.is_file()]
        return taken, len(files), sum(path.stat().st_size for path in files)


def main(formats):
    """Print the times; 0 if the whole takes no longer than allowed, else 1."""
    taken, files, size = seconds(formats)
    print(f"{' '.join(formats)}: {taken:.1f} s, {files} files, {size / 1e6:.1f} MB")
    print(f"{'PASS' if taken <= MOST else 'FAIL'}: {taken:.1f} s, at most {MOST:.0f} s")
    for format in formats if len(formats) > 1 else ():
        alone, files, size = seconds([format])
        print(f"{format:10} {alone:6.1f} s alone, {files} files, {size / 1e6:.1f} MB")
    return 1 if taken > MOST else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(FORMATS)))
