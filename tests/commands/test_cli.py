"""The frame around the commands: help without SymPy, and an exit status for every way to end."""

import os
import signal
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

import symattn
from symattn import cli
from symattn.errors import InputError

HERE = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
"""Where modules are found without Python's own search for packages, which loads some by itself."""


def run(*arguments, **options):
    return subprocess.run([sys.executable, "-m", "symattn", *arguments], capture_output=True, text=True, **options)


def test_help_shows_every_command_and_loads_neither_sympy_nor_numpy():
    code = (
        "import sys\nfrom symattn.cli import main\nmain(['--help'], standalone_mode=False)\n"
        "print(sorted({'sympy', 'numpy', 'torch', 'mpmath', 'symattn.commands'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.endswith("[]\n")
    assert all(f"\n  {name} " in shown for name in ("derive", "evaluate", "verify", "list"))


def test_the_version_is_the_packages():
    assert run("--version").stdout.split()[-1] == symattn.__version__


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_command_explains_itself(name):
    result = CliRunner().invoke(cli.main, [name, "--help"])
    assert result.exit_code == 0 and "-o FILE" in result.stdout


def test_the_line_in_the_help_says_what_the_command_says_of_itself():
    for name, (_, summary) in cli.COMMANDS.items():
        first = cli.main.get_command(click.Context(cli.main), name).help.split("\n\n")[0]
        assert set(summary.lower().split()[:3]) <= set(" ".join(first.lower().split()).split())


class Ends:
    """A command that ends in a given way."""

    def __init__(self, how):
        @click.command()
        def command():
            if isinstance(how, BaseException):
                raise how
            return how

        self.command = command


@pytest.mark.parametrize(
    ("how", "status", "message"),
    [
        (None, 0, ""),
        (0, 0, ""),
        (1, 1, ""),
        (
            InputError("asked, found, what would do").in_context("here"),
            2,
            "Error: asked, found, what would do\n  here\n",
        ),
        (InputError("\x1b[31m\x07\u202e"), 2, "Error: \\x1b[31m\\x07\\u202e\n"),
        (OSError(28, "No space left on device"), 2, "Error: No space left on device.\n"),
        (FileNotFoundError(2, "No such file", "x\x1b"), 2, "Error: No such file: x\\x1b.\n"),
        (UnicodeEncodeError("ascii", "√", 0, 1, "no"), 2, "Error: the terminal's encoding, ascii, has no '\\u221a'"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
        (BrokenPipeError(32, "Broken pipe"), 141, ""),
        (click.UsageError("wrong"), 2, "Error: wrong\n"),
    ],
    ids=str,
)
def test_each_end_has_its_status_and_its_message(monkeypatch, how, status, message):
    monkeypatch.setattr(cli.importlib, "import_module", lambda _: Ends(how))
    monkeypatch.setattr(cli, "_forget_output", lambda: None)
    result = CliRunner().invoke(cli.main, ["list"])
    assert result.exit_code == status and result.stdout == ""
    assert message in result.stderr if message else result.stderr == ""


def test_a_closed_pipe_is_quiet():
    shell = f"{sys.executable} -m symattn list | true; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", shell], capture_output=True, text=True)
    assert result.stderr == "" and result.stdout in ("141\n", "0\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_disk_is_one_message():
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "symattn", "list"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert result.returncode == 2 and result.stderr == "Error: No space left on device.\n"


def test_ctrl_c_ends_quietly_and_writes_nothing(tmp_path):
    code = (
        "import signal, sys, time\nfrom symattn import cli\nfrom symattn.commands import deriving\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background ignores\n"
        "def wait(*_, **__):\n    print('begun', file=sys.stderr, flush=True)\n    time.sleep(60)\n"
        "deriving.derived = wait\ncli.main(['derive', '-o', sys.argv[1]])"
    )
    target = tmp_path / "out.txt"
    target.write_text("kept")
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    shown, message = process.communicate(timeout=30)
    assert (process.returncode, shown, message.strip()) == (130, "", "Interrupted.")
    assert target.read_text() == "kept" and os.listdir(tmp_path) == ["out.txt"]


def test_ctrl_c_while_the_program_loads_is_no_traceback():
    """A module that click needs interrupts the loading, as Ctrl-C does that comes early."""
    code = (
        "import sys, runpy\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'click': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "runpy.run_module('symattn', run_name='__main__')\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "\nInterrupted.\n")


def test_nothing_is_loaded_before_ctrl_c_is_heard():
    """What the entry point imports is outside of all that hears Ctrl-C, so that it has to be next to nothing."""
    code = (
        "import os, sys\nbefore = set(sys.modules)\nimport symattn.__main__\nprint(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, env=HERE)
    assert set(loaded.stdout.split()) == {"__future__", "symattn", "symattn.__main__", "symattn.lazy"}


def test_ctrl_c_while_a_command_loads_is_no_traceback():
    """The module of a command is loaded inside of what hears Ctrl-C, and so is all that the program itself needs."""
    code = (
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == wanted: raise KeyboardInterrupt\n"
        "wanted, sys.argv = sys.argv[1], ['symattn', 'derive']\n"
        "from symattn.__main__ import run\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "run()\n"
    )
    for module in ("typing", "symattn.cli", "symattn.commands.deriving", "sympy"):
        result = subprocess.run([sys.executable, "-S", "-c", code, module], capture_output=True, text=True, env=HERE)
        assert (result.returncode, result.stdout, result.stderr) == (130, "", "\nInterrupted.\n"), module


@pytest.mark.parametrize("arguments", [["theorems", "x" * 100_000], ["exercises", "--seed", "9" * 5_000]])
def test_a_message_does_not_repeat_what_fills_the_screen(arguments):
    result = CliRunner().invoke(cli.main, arguments)
    assert result.exit_code == 2 and "…" in result.stderr and len(result.stderr) < 2_500


def test_a_long_path_is_shown_whole():
    path = "a" * 250 + ".html"
    assert path in CliRunner().invoke(cli.main, ["theorems", "D6", "-o", f"{path}/x.html"]).stderr
