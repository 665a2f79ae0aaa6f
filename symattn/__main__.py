"""``python -m symattn`` and the program ``symattn``: the command line, which Ctrl-C ends quietly while it loads."""

import os
import sys


def run() -> None:
    """Load the command line and run it; its own ways to end are those of :mod:`symattn.cli`."""
    try:
        from symattn.cli import main
    except KeyboardInterrupt:
        os.write(2, b"\nInterrupted.\n")
        sys.exit(130)
    main()


if __name__ == "__main__":
    run()
