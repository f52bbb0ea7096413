"""Commands, files and results that cannot be what they should be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from refusals import one_line, refused, written

import mechsynth
from mechsynth.cli import main

PROGRAM = str(Path(sys.executable).parent / "mechsynth")


def test_unknown_questions(leases_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An ask, a scope, a last period that do not exist, or do not go together."""
    path = str(leases_path)
    endless = str(leases_path.parent / "no-correlation.json")
    refused(capsys, ["solve", path, "--ask", "everything"], "--ask", "contingent")
    refused(capsys, ["solve", path, "--ask", ""], "--ask")
    refused(capsys, ["solve", path, "--ask", "contingent", "--scope", "some"], "--scope", "policy")
    refused(capsys, ["solve", path, "--ask", "contingent", "--last-period", "none"], "--last-period")
    refused(capsys, ["solve", path, "--ask", "contingent", "--last-period", "constant:nobody"], "firm1")
    refused(capsys, ["solve", path, "--ask", "contingent", "--last-period", "efficient:firm1"], "--last-period")
    refused(capsys, ["solve", endless, "--ask", "static"], "infinite")
    refused(capsys, ["solve", endless, "--ask", "contingent", "--last-period", "constant"], "infinite")
    refused(capsys, ["solve", path, "--ask", "static", "--last-period", "constant"], "--last-period")


def test_options_that_a_question_does_not_look_at(leases_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever gives an option expects an effect."""
    path = str(leases_path)
    for ask in ("implement", "static", "policy"):
        refused(capsys, ["solve", path, "--ask", ask, "--scope", "all"], "--scope", "contingent")
    refused(capsys, ["solve", path, "--ask", "policy", "--strength", "verified"], "--strength", "implement")
    refused(capsys, ["solve", path, "--transfers", "full"], "--transfers: means nothing to everything at once")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["guess"],
        ["solve"],
        ["solve", "a.json", "b.json"],
        ["solve", "a.json", "--ask"],
        ["solve", "a.json", "--nonsense"],
        ["solve", "a.json", "--as", "policy"],
        ["check"],
        ["check", "a", "b", "c"],
        ["explain"],
        ["--ask", "policy"],
        ["sol\nve"],
        ["solve", "a.json", "--\x1b[31m"],
    ],
    ids=repr,
)
def test_unknown_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    refused(capsys, arguments)


@pytest.mark.parametrize("command", ["solve", "check", "explain"])
def test_files_that_cannot_be_read(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Missing, a folder, empty, a name longer than any, a name with a line break."""
    more = ["x"] if command == "check" else []
    refused(capsys, [command, str(tmp_path / "missing.json"), *more], "missing.json")
    refused(capsys, [command, str(tmp_path), *more], str(tmp_path))
    refused(capsys, [command, str(tmp_path / "a" / "b.json"), *more], "b.json")
    refused(capsys, [command, str(tmp_path / ("n" * 400)), *more])
    refused(capsys, [command, str(tmp_path / "two\nlines.json"), *more], "lines.json")
    empty = written(tmp_path / "empty.json", b"")
    refused(capsys, [command, empty], *([] if command == "check" else ["empty.json"]))
    refused(capsys, [command, ""])


def test_outputs_that_cannot_be_written(leases_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing folder, a folder, a file in place of the folder, a full device: said before or after, nothing is left."""
    solve = ["solve", str(leases_path), "--ask", "policy", "-o"]
    refused(capsys, [*solve, str(tmp_path / "missing" / "r.json")], "missing", "folder")
    refused(capsys, [*solve, str(tmp_path)], str(tmp_path), "folder")
    blocker = written(tmp_path / "file", b"")
    refused(capsys, [*solve, f"{blocker}/r.json"], "folder")
    refused(capsys, [*solve, str(tmp_path / ("n" * 300))])
    refused(capsys, [*solve, ""])
    if Path("/dev/full").exists():
        refused(capsys, [*solve, "/dev/full"], "/dev/full")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(leases_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    refused(capsys, ["solve", str(leases_path), "-o", str(closed / "r.json")], "closed")
    assert not list(closed.iterdir())


def test_a_failed_run_leaves_an_older_result_alone(
    leases_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Written whole or not at all: the file of an earlier answer survives a refused command."""
    result = tmp_path / "r.json"
    assert main(["solve", str(leases_path), "--ask", "policy", "-o", str(result)]) == 0
    before = result.read_bytes()
    refused(capsys, ["solve", str(leases_path), "--ask", "nonsense", "-o", str(result)])
    assert result.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]


def test_an_interrupted_write_leaves_nothing(
    leases_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full while the file is moved to its place: one line, no half of a file, the old one unchanged."""
    result = tmp_path / "r.json"
    result.write_text("old")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    refused(capsys, ["solve", str(leases_path), "--ask", "policy", "-o", str(result)], "No space left")
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]
    assert result.read_text() == "old"


@pytest.fixture
def solved(leases_path: Path, tmp_path: Path) -> Path:
    """A valid result for the leases."""
    path = tmp_path / "r.json"
    assert main(["solve", str(leases_path), "--ask", "vcg-type", "-o", str(path)]) == 0
    return path


def test_a_result_for_another_instance(solved: Path, leases_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = str(leases_path.parent / "no-correlation.json")
    refused(capsys, ["check", str(solved), other], "sha256")


def test_a_result_whose_instance_is_not_nearby(
    solved: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without INSTANCE the digest is looked for beside the result and in ./instances."""
    monkeypatch.chdir(solved.parent)
    refused(capsys, ["check", str(solved)], "INSTANCE")


def test_an_instance_nearby_is_found(solved: Path, leases_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(leases_path.parent.parent)
    assert main(["check", str(solved)]) == 0


def test_a_false_result_exits_with_one(solved: Path, leases_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A well-formed result that is not proved: exit code 1, the reason on standard output."""
    document = json.loads(solved.read_text())
    document["mechanism"]["transfers"][0]["firm1"]["later"][1][0][0][0][0] = "-4"
    capsys.readouterr()
    assert main(["check", written(solved.parent / "bad.json", document), str(leases_path)]) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("refused: ") and captured.err == ""


BROKEN_RESULTS: dict[str, Any] = {
    "empty": b"",
    "list": [],
    "number": b"7",
    "no format": {"status": "feasible"},
    "an instance": {"format": "mechsynth-instance/1"},
    "format alone": {"format": "mechsynth-result/1"},
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep inside": b'{"format": "mechsynth-result/1", "certificate": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    "bom": b"\xef\xbb\xbf{}",
    "latin-1": '{"format": "mechsynth-result/1", "status": "é"}'.encode("latin-1"),
    "key twice": b'{"format": "mechsynth-result/1", "format": "mechsynth-result/1"}',
    "nan": b'{"format": "mechsynth-result/1", "value": NaN}',
    "huge": b'{"format": "mechsynth-result/1", "value": 1e100000000}',
}


@pytest.mark.parametrize("case", BROKEN_RESULTS)
def test_broken_results(case: str, leases_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`check` and `explain` refuse what is no result."""
    path = written(tmp_path / "r.json", BROKEN_RESULTS[case])
    refused(capsys, ["check", path, str(leases_path)])
    refused(capsys, ["explain", path], "r.json")


@pytest.mark.parametrize("key", ["question", "status", "mechanism", "witness", "certificate", "instance", "strength"])
@pytest.mark.parametrize("value", [7, "x", [], [7], {"a": 1}, True], ids=repr)
def test_results_with_parts_of_another_kind(
    key: str, value: Any, solved: Path, leases_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever stands in place of a part: `check` says no (1) or refuses (2), `explain` says so (1), answers (0) or refuses."""
    document = json.loads(solved.read_text())
    document[key] = value
    path = written(solved.parent / "bad.json", document)
    capsys.readouterr()
    assert main(["check", path, str(leases_path)]) in (1, 2)
    err = capsys.readouterr().err
    if err:
        one_line(err)
    code = main(["explain", path])
    out, err = capsys.readouterr()
    assert code in (0, 1, 2)
    if code == 1:
        assert out.startswith("Refused by the checker: ") and not err
    if code == 2:
        one_line(err)


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=300, **options)


@pytest.mark.processes
def test_as_a_process(leases_path: Path, tmp_path: Path) -> None:
    """The same through the installed command: exit code, one line, no traceback, nothing on standard output."""
    bad = written(tmp_path / "bad.json", b"{")
    deep = written(tmp_path / "deep.json", b"[" * 100_000)
    for arguments in (
        ["solve", bad],
        ["solve", deep],
        ["solve", str(tmp_path / "missing.json")],
        ["solve", str(leases_path), "--ask", "x"],
        ["solve", str(leases_path), "-o", str(tmp_path / "no" / "r.json")],
        ["check", bad, str(leases_path)],
        ["explain", bad],
        ["guess"],
        [],
    ):
        done = run(*arguments)
        assert done.returncode == 2, (arguments, done)
        assert done.stdout == ""
        one_line(done.stderr)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.json", "deep.json"]


@pytest.mark.processes
def test_a_terminal_that_knows_no_greek(leases_path: Path, tmp_path: Path) -> None:
    """Under an ASCII locale the words are still printed, and labels of any script neither crash nor stop anything."""
    document = json.loads(leases_path.read_text(encoding="utf-8"))
    text = json.dumps({k: v for k, v in document.items() if not k.startswith("x-")}).replace("firm1", "фирма")
    path = written(tmp_path / "i.json", text.encode())
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for arguments in (
        ["solve", path],
        ["solve", path, "--ask", "vcg-type"],
        ["solve", path, "--ask", "policy", "--json"],
    ):
        done = run(*arguments, env=environment)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    done = run("solve", str(tmp_path / "θ.json"), env=environment)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.processes
def test_a_reader_that_goes_away(leases_path: Path) -> None:
    """`mechsynth solve … --json | head -c 1`: no traceback."""
    command = f"{PROGRAM} solve {leases_path} --json | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=300)
    assert done.stdout == "{"
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


LEASE: dict[str, Any] = {
    "signals": {"A": ["l", "h"]},
    "actions": ["x"],
    "utilities": {"A": [[0, 1]]},
    "transition": [[["1/2", "1/2"], ["1/2", "1/2"]]],
    "horizon": "infinite",
    "discount": "1/2",
}


def test_the_library_takes_exact_numbers_only() -> None:
    """Floats are not exact: refused by name wherever they stand; ints, fractions and strings are taken."""
    import numpy

    half = Fraction(1, 2)
    good = mechsynth.Environment(["A"], **{**LEASE, "discount": half, "transition": [[[half, half], [half, half]]]})
    assert mechsynth.solve(good, "policy").status == "optimal"
    floats: list[tuple[str, Any]] = [
        ("discount", 0.5),
        ("transition", [[[0.5, 0.5], [0.5, 0.5]]]),
        ("transition", numpy.full((1, 2, 2), 0.5)),
        ("transition", numpy.full((1, 2, 2), numpy.float32(0.5))),
        ("utilities", {"A": [[0, 1.0]]}),
        ("utilities", {"A": numpy.array([[0.0, 1.0]])}),
        ("utilities", {"A": {"private": [[0, 1e300]]}}),
        ("utilities", lambda agent, action, profile: 0.5),
        ("transition", lambda action, profile: {("l",): 0.5, ("h",): 0.5}),
        ("prior", [0.5, 0.5]),
        ("discount", numpy.float64(0.5)),
        ("utilities", {"A": [[0, float("nan")]]}),
        ("utilities", {"A": [[0, True]]}),
        ("utilities", {"A": numpy.array([[True, False]])}),
        ("utilities", {"A": [[0, 1j]]}),
        ("utilities", {"A": [[0, b"1"]]}),
    ]
    for key, value in floats:
        with pytest.raises(mechsynth.InputError, match=key):
            mechsynth.Environment(["A"], **{**LEASE, key: value})


def test_the_library_refuses_with_its_own_errors() -> None:
    """What a user of the library gets wrong is an InputError or a UsageError with place and remedy, nothing else."""
    environment = mechsynth.Environment(["A"], **LEASE)
    for arguments in ({"ask": "x"}, {"ask": "policy", "scope": "x"}, {"ask": "static"}, {"last_period": "constant"}):
        with pytest.raises(mechsynth.UsageError) as caught:
            mechsynth.solve(environment, **arguments)
        assert caught.value.place and caught.value.remedy
    with pytest.raises(mechsynth.InputError):
        mechsynth.solve("/nowhere/at/all.json")
    with pytest.raises(mechsynth.InputError):
        mechsynth.loads(b"\xff")
    with pytest.raises(AttributeError, match="frozen"):
        environment.discount = Fraction(1)
    with pytest.raises(mechsynth.InputError):
        mechsynth.Environment([], **LEASE)
    with pytest.raises(mechsynth.InputError):
        mechsynth.Environment(["A"], **{**LEASE, "transition": lambda action, profile: {("nobody",): 1}})
    with pytest.raises(mechsynth.InputError):
        mechsynth.Environment(["A"], **{**LEASE, "transition": lambda action, profile: [1]})


def test_what_is_given_in_place_of_a_file_is_named(
    leases_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two files the one at fault, also where the checker reads both."""
    instance, other = str(leases_path), str(leases_path.parent / "no-correlation.json")
    result, broken = str(tmp_path / "result.json"), str(tmp_path / "broken.json")
    main(["solve", instance, "--ask", "vcg-type", "-o", result])
    Path(broken).write_text("{")
    capsys.readouterr()
    refused(capsys, ["check", result, other], f"{result}: instance.sha256", "solve again")
    refused(capsys, ["check", result, broken], broken)
    refused(capsys, ["check", broken, instance], broken)
    refused(capsys, ["check", broken], broken)
    refused(capsys, ["check", instance], instance, "not a result file")
    refused(capsys, ["audit", result, instance], instance, "not a result file")
    refused(capsys, ["audit", broken, result], broken)
    refused(capsys, ["report", result, broken, "-o", str(tmp_path / "page.html")], broken)
