"""A result is written whole or not at all."""

import os
import signal
import stat
import subprocess
import sys
import threading

import pytest

from symattn.errors import OutputError
from symattn.writing import check_target, format_of, write_text


@pytest.mark.parametrize(
    ("path", "name"),
    [("a.txt", "text"), ("a.TEX", "latex"), ("b/a.mml", "mathml"), ("a.mathml", "mathml"), ("a.x.json", "json")],
)
def test_a_suffix_stands_for_a_format(path, name):
    assert format_of(path) == name


@pytest.mark.parametrize("path", ["a.pdf", "a", ".tex", "a.tex.bak", "a.\x1b"])
def test_another_suffix_stands_for_none(path):
    with pytest.raises(OutputError, match=r"names no format; give --format, or one of .txt, .tex") as caught:
        format_of(path)
    assert str(caught.value).isprintable()


def test_a_new_file_gets_the_permissions_of_any_new_file(tmp_path):
    target, ordinary = tmp_path / "a.txt", tmp_path / "b.txt"
    ordinary.write_text("")
    write_text(str(target), "QKᵀ\n")
    assert target.read_text(encoding="utf-8") == "QKᵀ\n"
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)
    assert sorted(os.listdir(tmp_path)) == ["a.txt", "b.txt"]


def test_an_old_file_is_replaced_and_keeps_its_permissions(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old, and longer than what comes")
    target.chmod(0o640)
    write_text(str(target), "new")
    assert target.read_text() == "new" and stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_text(str(tmp_path / "link.txt"), "new")
    assert (tmp_path / "link.txt").is_symlink() and (tmp_path / "real.txt").read_text() == "new"


def test_a_place_where_no_file_can_be_made_is_known_before_the_work(tmp_path, monkeypatch):
    """A file system that is read-only, or has no files of ours such as /proc, shows it only when one is made."""
    target = tmp_path / "a.txt"
    check_target(str(target))
    assert os.listdir(tmp_path) == []

    def refused(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(OutputError, match=r"could not be written: Read-only file system; nothing was changed\."):
        check_target(str(target))


def test_a_device_or_a_pipe_is_written_and_not_replaced(tmp_path):
    write_text("/dev/null", "text")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_text(str(pipe), "through")
    reader.join()
    assert read == ["through"] and stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("folder", "is a directory; name a file in it"),
        ("folder/", "is a directory"),
        ("", "names no file; - is standard output"),
        ("missing/", "is a directory"),
        ("missing/a.txt", "there is no directory"),
        ("file.txt/a.txt", "there is no directory"),
        ("a\0.txt", "could not be written"),
        ("a" * 300 + ".txt", "could not be written"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused_and_nothing_is_left(tmp_path, monkeypatch, path, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").write_text("kept")
    with pytest.raises(OutputError) as caught:
        write_text(path, "text")
    assert reason in str(caught.value)
    assert sorted(os.listdir(tmp_path)) == ["file.txt", "folder"] and (tmp_path / "file.txt").read_text() == "kept"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
@pytest.mark.parametrize("locked", ["a.txt", "."])
def test_permissions_are_respected(tmp_path, locked):
    (tmp_path / "a.txt").write_text("kept")
    (tmp_path / locked).chmod(0o500)
    with pytest.raises(OutputError, match="may not be written"):
        write_text(str(tmp_path / "a.txt"), "text")
    (tmp_path / locked).chmod(0o700)
    assert (tmp_path / "a.txt").read_text() == "kept"


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_at_any_step_leaves_what_was_there(tmp_path, monkeypatch, step, failure):
    target = tmp_path / "a.txt"
    target.write_text("kept")

    def fail(*_):
        raise failure

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(KeyboardInterrupt if isinstance(failure, KeyboardInterrupt) else OutputError):
        write_text(str(target), "text")
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["a.txt"] and target.read_text() == "kept"


def test_an_interrupted_process_leaves_what_was_there(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("kept")
    code = (
        "import os, signal, sys, time, symattn.writing as w\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background ignores\n"
        "os.fsync = lambda _: (print('there', flush=True), time.sleep(60))\n"
        "w.write_text(sys.argv[1], 'text')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout.readline() == "there\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode != 0 and os.listdir(tmp_path) == ["a.txt"] and target.read_text() == "kept"
