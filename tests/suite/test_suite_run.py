"""Suites: what is asked, what a table says about it, and what the commands say."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from suites import INSTANCES, PATIENCE, begin, contents, finished, folder, read, stated

from mechsynth.cli import main
from mechsynth.errors import InputError, UsageError
from mechsynth.suite import job as jobs
from mechsynth.suite import run
from mechsynth.suite.jobs import run_jobs
from mechsynth.suite.plan import lines
from mechsynth.suite.questions import of_option, text
from mechsynth.suite.run import run_suite
from mechsynth.suite.table import Table

LEASES = INSTANCES / "liu2014-oil-leases.json"
AUCTION = INSTANCES / "liu2014-auction-1.json"


def asked(*sources: Path | str, asks: tuple[dict[str, Any], ...] = ()) -> list[tuple[str, str]]:
    return [line.key for line in lines([str(source) for source in sources], asks)]


def write(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def variant(path: Path, **changes: Any) -> Path:
    """The first auction alone, changed; without its expectations unless they are given."""
    document = json.loads(AUCTION.read_text(encoding="utf-8"))
    document = {key: value for key, value in document.items() if key not in ("x-expected", "x-why")}
    return write(path, {**document, **changes})


def suite_command(*arguments: Path | str) -> int:
    return main(["suite", "run", *map(str, arguments), "--workers", "1"])


# What is asked


def test_a_folder_is_its_instances_and_nothing_else(tmp_path: Path) -> None:
    """Results, indices, suites and hidden files are no instances; a file that is nothing at all is a bad one."""
    below = tmp_path / "below"
    below.mkdir()
    variant(tmp_path / "b.json")
    variant(below / "a.json")
    variant(tmp_path / ".hidden.json")
    shutil.copy(INSTANCES / "mechanisms" / "liu2014-paper-transfers.json", tmp_path)
    write(tmp_path / "suite.json", ["b.json"])
    write(tmp_path / "index.json", {"format": "mechsynth-index/1", "instances": []})
    (tmp_path / "notes.txt").write_text("no instance")
    write(tmp_path / "odd.json", [1, 2])
    ladder = text({"ask": "ladder"})
    assert asked(tmp_path) == [("b.json", ladder), ("below/a.json", ladder), ("odd.json", "")]


def test_what_is_expected_is_asked(tmp_path: Path) -> None:
    """Every question that the file states, and each once."""
    found = {question for _, question in asked(LEASES)}
    assert text({"ask": "vcg-type", "scope": "all"}) in found and text({"ask": "policy"}) in found
    assert len(found) == len(asked(LEASES)) == 10
    assert asked(LEASES, LEASES, INSTANCES / ".." / "instances" / LEASES.name) == asked(LEASES)


def test_asks_are_asked_of_every_instance() -> None:
    questions = (
        of_option("static"),
        of_option("vcg-type:all"),
        of_option('{"ask": "implement", "require": ["budget:ex-post"]}'),
    )
    found = asked(LEASES, AUCTION, asks=questions)
    assert {name for name, _ in found} == {LEASES.name, AUCTION.name}
    assert [json.loads(question) for name, question in found if name == LEASES.name] == [
        {"ask": "implement", "require": ["budget:ex-post"]},
        {"ask": "static"},
        {"ask": "vcg-type", "scope": "all"},
    ]


@pytest.mark.parametrize(
    "ask", ["nothing", "", '{"ask": "policy", "colour": 1}', '{"ask": 3}', "{", '{"require": "x"}']
)
def test_asks_that_are_none(ask: str) -> None:
    with pytest.raises(UsageError, match="--ask"):
        of_option(ask)


def test_a_suite_file(tmp_path: Path) -> None:
    """Questions of an entry, of the suite for those without, expectations of an entry; names start from what all have in common."""
    (tmp_path / "low").mkdir()
    variant(tmp_path / "low" / "a.json")
    variant(tmp_path / "b.json")
    document = {
        "format": "mechsynth-suite/1",
        "questions": ["static", {"ask": "policy"}],
        "instances": [
            "b.json",
            {"file": "low/a.json", "questions": ["spanning:all"], "expected": [
                {"question": {"ask": "spanning", "scope": "all"}, "status": "fails", "why": "planted"}]},
        ],
    }  # fmt: skip
    path = write(tmp_path / "suite.json", document)
    found = lines([str(path)])
    assert [(line.instance, dict(line.question)) for line in found] == [
        ("b.json", {"ask": "policy"}),
        ("b.json", {"ask": "static"}),
        ("low/a.json", {"ask": "spanning", "scope": "all"}),
    ]
    assert [each.status for each in found[-1].expected] == ["fails"]
    assert asked(write(tmp_path / "list.json", ["b.json", {"file": "low/a.json"}])) == [
        ("b.json", text({"ask": "ladder"})),
        ("low/a.json", text({"ask": "ladder"})),
    ]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"format": "mechsynth-suite/1"}, "instances"),
        ({"format": "mechsynth-suite/1", "instances": []}, "instances"),
        ({"format": "mechsynth-suite/1", "instances": [3]}, r"instances\[0\]"),
        ({"format": "mechsynth-suite/1", "instances": ["a"], "extra": 1}, "'extra'"),
        ({"format": "other/1", "instances": ["a"]}, "format"),
        ({"format": "mechsynth-suite/1", "instances": ["a"], "questions": "static"}, "questions"),
        ({"format": "mechsynth-suite/1", "instances": [{"file": "a", "questions": [{"asks": 1}]}]}, r"instances\[0\].questions\[0\].asks"),
        ({"format": "mechsynth-suite/1", "instances": [{"file": "a", "expected": [{"status": "maybe"}]}]}, r"instances\[0\].*x-expected"),
    ],
)  # fmt: skip
def test_bad_suite_files_name_the_place(tmp_path: Path, document: Any, place: str) -> None:
    with pytest.raises(InputError, match=rf"suite\.json: {place}"):
        lines([str(write(tmp_path / "suite.json", document))])


# What the table says


def test_the_answers_are_those_that_the_files_state(tmp_path: Path) -> None:
    """One line for each bad file, the stated answers for the others, all of them accepted; and the CSV says the same."""
    suite = folder(tmp_path / "suite")
    summary = run_suite([str(suite)], tmp_path / "t.db", workers=1)
    assert summary.code == 3
    rows = {row.key: row for row in summary.rows}
    known = stated(suite)
    assert len(known) > 20
    for key, status in known.items():
        if key[0] != "bad-discount.json":
            row = rows[key]
            assert (row.status, row.strength, row.checked, row.agrees) == (status, "exact", "accepted", "yes")
    (json_error,) = [row for row in summary.rows if row.instance == "bad-json.json"]
    (discount,) = [row for row in summary.rows if row.instance == "bad-discount.json"]
    assert json_error.question == "" and "bad-json.json: line 1" in json_error.error
    assert "bad-discount.json: discount" in discount.error and discount.agrees == "" and discount.expected == "optimal"
    with open(tmp_path / "t.csv", encoding="utf-8", newline="") as stream:
        listed = list(csv.DictReader(stream))
    assert [(row["instance"], row["question"]) for row in listed] == sorted(rows)
    assert all(row["status"] == rows[row["instance"], row["question"]].status for row in listed)
    assert not {"time", "seconds", "solve", "check"} & set(listed[0])
    with open(tmp_path / "t.times.csv", encoding="utf-8", newline="") as stream:
        assert all(float(row["solve_seconds"]) >= 0 for row in csv.DictReader(stream))


def test_a_contradicted_expectation_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first auction alone is not implementable; a file that says it is gets exit code 1."""
    wrong = variant(tmp_path / "a.json", **{"x-expected": {"static": "feasible", "policy": "optimal", "E W_1": "9"}})
    assert suite_command(wrong, "-o", tmp_path / "t.db") == 1
    out = capsys.readouterr().out
    assert "2 expected answers: 0 agree, 2 contradicted." in out
    assert 'a.json {"ask":"static"}: infeasible, expected feasible' in out
    assert 'a.json {"ask":"policy"}: optimal 19/2, expected optimal 9' in out
    assert suite_command(wrong, "-o", tmp_path / "t.db", "--resume", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert [each["question"] for each in found["contradicted"]] == [{"ask": "policy"}, {"ask": "static"}]


def test_expectations_compare_numbers_and_not_their_spelling(tmp_path: Path) -> None:
    right = variant(tmp_path / "a.json", **{"x-expected": {"policy": "optimal", "E W_1": "9.5"}})
    assert run_suite([str(right)], tmp_path / "t.db").code == 0


def test_an_expected_strength(tmp_path: Path) -> None:
    entry = {"question": {"ask": "policy"}, "status": "optimal", "strength": "verified", "why": "no"}
    weaker = variant(tmp_path / "a.json", **{"x-expected": [entry]})
    assert run_suite([str(weaker)], tmp_path / "t.db").code == 1


def test_a_refused_answer_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A result with a number changed on the way to the checker: not proved, exit code 1, whatever was expected."""
    honest = jobs._solve

    def corrupt(job: jobs.Job) -> jobs.Answer:
        answer = honest(job)
        assert answer.result is not None
        document = json.loads(answer.result)
        document["value"] = "20"
        return jobs.Answer("optimal", "exact", "20", json.dumps(document).encode())

    monkeypatch.setattr(jobs, "_solve", corrupt)
    monkeypatch.setattr(run, "run_jobs", lambda jobs, **_: run_jobs(jobs))  # in this process, where the line above holds
    assert suite_command(LEASES, "--ask", "policy", "-o", tmp_path / "t.db") == 1
    assert "Refused by the checker:" in capsys.readouterr().out
    ((status, checked),) = read(tmp_path / "t.db", "SELECT status, checked FROM answers")
    assert (status, checked) == ("optimal", "refused")


def test_a_time_limit_leaves_the_rest_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3; asked again with more time, the line has its answer."""
    table = tmp_path / "t.db"
    arguments = (LEASES, "--ask", "contingent", "-o", table)
    assert suite_command(*arguments, "--time-limit", "0") == 3
    assert "Not proved:" in capsys.readouterr().out
    assert suite_command(*arguments, "--resume") == 3  # finished is finished, also without an answer
    assert suite_command(*arguments, "--resume", "--retry") == 0
    assert read(table, "SELECT status, agrees FROM answers") == [("feasible", "yes")]
    assert len(read(table, "SELECT n FROM times")) == 2


def test_a_changed_file_is_asked_again(tmp_path: Path) -> None:
    instance, table = variant(tmp_path / "a.json", discount="-1"), tmp_path / "t.db"
    variant(tmp_path / "b.json")
    assert run_suite([str(tmp_path)], table, asks=[{"ask": "static"}]).code == 3
    variant(instance)
    assert run_suite([str(tmp_path)], table, asks=[{"ask": "static"}], resume=True).code == 0
    assert [name for (name,) in read(table, "SELECT instance FROM times")] == ["a.json", "b.json", "a.json"]
    assert len(finished(table)) == 2


def test_new_questions_are_added_and_old_ones_never_dropped(tmp_path: Path) -> None:
    table = tmp_path / "t.db"
    run_suite([str(AUCTION)], table, asks=[{"ask": "static"}])
    run_suite([str(AUCTION)], table, asks=[{"ask": "policy"}, {"ask": "static"}], resume=True)
    assert len(finished(table)) == 2 and len(read(table, "SELECT n FROM times")) == 2
    with pytest.raises(InputError, match="not of this suite"):
        run_suite([str(AUCTION)], table, asks=[{"ask": "policy"}], resume=True)


def test_new_expectations_are_compared_with_old_answers(tmp_path: Path) -> None:
    """An expectation in the suite file is no part of the answer: nothing is computed anew."""
    variant(tmp_path / "a.json")
    for status, code in (("infeasible", 0), ("feasible", 1)):
        known = [{"question": {"ask": "static"}, "status": status, "why": "the cycle 4, 6"}]
        suite = write(tmp_path / "suite.json", [{"file": "a.json", "expected": known}])
        assert run_suite([str(suite)], tmp_path / "t.db", resume=True).code == code
    assert len(read(tmp_path / "t.db", "SELECT n FROM times")) == 1


def test_a_table_can_be_read_while_it_is_written_but_not_written_twice(tmp_path: Path) -> None:
    seen = []

    def look(_: Any, done: int, total: int) -> None:
        seen.append((done, len(finished(tmp_path / "t.db")), total))
        if done == 1:
            with pytest.raises(InputError, match="another run is writing it"):
                run_suite([str(AUCTION)], tmp_path / "t.db", resume=True)

    run_suite([str(AUCTION)], tmp_path / "t.db", asks=[{"ask": "static"}, {"ask": "policy"}], progress=look)
    assert seen == [(0, 0, 2), (1, 1, 2), (2, 2, 2)]


def test_strange_names_and_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters, markup, surrogates, a name that is no Unicode: a line each, nothing sent to the terminal."""
    document = json.loads(AUCTION.read_text(encoding="utf-8"))
    del document["x-expected"]
    odd = "\x1b[31m[bold]\ud800<script>"
    (tmp_path / "\x1b[31mred[bold].json").write_text(json.dumps({**document, "name": odd, "actions": [odd, "x"]}))
    (tmp_path / "comma,\"quote'.json").write_text(json.dumps({**document, odd: 1}))
    with open(os.fsencode(tmp_path) + b"/\xff.json", "w", encoding="utf-8") as stream:
        stream.write(json.dumps(document))
    code = suite_command(tmp_path, "--ask", "policy", "-o", tmp_path / "t.db", "--profile", tmp_path / "p.svg")
    out = capsys.readouterr().out
    assert code == 3 and "\x1b" not in out
    assert len(finished(tmp_path / "t.db")) == 3
    listed = list(csv.reader(io.StringIO((tmp_path / "t.csv").read_text(encoding="utf-8"))))
    assert len(listed) == 4 and all(len(row) == len(listed[0]) for row in listed)


# The commands


@pytest.mark.parametrize("ending", [".svg", ".png"])
def test_the_performance_profile(tmp_path: Path, ending: str, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / f"profile{ending}"
    assert suite_command(AUCTION, "-o", tmp_path / "t.db", "--profile", place) == 0
    data = place.read_bytes()
    if ending == ".png":
        assert data.startswith(b"\x89PNG")
        return
    words = " ".join(ElementTree.fromstring(data).itertext())
    for label in ("policy (1 of 1)", "contingent (2 of 2)", "seconds to read and solve"):
        assert label in words
    assert "all (10 of 10)" in words


def refusal(capsys: pytest.CaptureFixture[str], *arguments: Path | str) -> str:
    assert main(["suite", *map(str, arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "Traceback" not in err
    return err


def test_bad_usage_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "t.db"
    assert "is not there" in refusal(capsys, "run", tmp_path / "none", "-o", table)
    assert "holds no instance" in refusal(capsys, "run", tmp_path, "-o", table)
    assert "folder does not exist" in refusal(capsys, "run", AUCTION, "-o", tmp_path / "no" / "t.db", "--workers", "1")
    assert "CSV" in refusal(capsys, "run", AUCTION, "-o", tmp_path / "t.csv")
    assert "no question of this version" in refusal(capsys, "run", AUCTION, "-o", table, "--ask", "love")
    assert "at least 1" in refusal(capsys, "run", AUCTION, "-o", table, "--workers", "0")
    for limit in ("-1", "nan", "inf"):
        assert "is no limit" in refusal(capsys, "run", AUCTION, "-o", tmp_path / "u.db", "--time-limit", limit)
    assert ".svg or .png" in refusal(capsys, "run", AUCTION, "-o", tmp_path / "u.db", "--profile", "x.gif")
    assert "leave one" in refusal(capsys, "run", AUCTION, "-o", table, "--workers", "2", "--scheduler", "tcp://x:1")
    assert "with --resume" in refusal(capsys, "run", AUCTION, "-o", tmp_path / "u.db", "--retry")
    assert list(tmp_path.iterdir()) == [], "a run that never began left something behind"
    table.write_text("no database, whatever its name")
    assert "--resume" in refusal(capsys, "run", AUCTION, "-o", table)
    assert "cannot be used as a table" in refusal(capsys, "run", AUCTION, "-o", table, "--resume")
    assert "cannot be used as a table" in refusal(capsys, "check", table)
    assert "is no file" in refusal(capsys, "check", tmp_path / "none.db")
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE a (b)").connection.close()
    assert "no table of a suite" in refusal(capsys, "check", tmp_path / "other.db")
    assert "no table of a suite" in refusal(capsys, "run", AUCTION, "-o", tmp_path / "other.db", "--resume")
    assert table.read_text() == "no database, whatever its name"


def test_a_table_of_a_later_format(tmp_path: Path) -> None:
    Table(tmp_path / "t.db", new=True).close()
    base = sqlite3.connect(tmp_path / "t.db")
    base.execute("PRAGMA user_version = 3")
    base.close()
    with pytest.raises(InputError, match="format 3"):
        Table(tmp_path / "t.db")


def test_a_disk_that_is_full(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line that could not be written says so; what was written before stays."""
    table = tmp_path / "t.db"
    real = Table.add
    count = []

    def full(self: Table, *arguments: Any) -> None:
        if count:
            (pages,) = self._base.execute("PRAGMA page_count").fetchone()
            self._base.execute(f"PRAGMA max_page_count = {pages}")
        count.append(1)
        real(self, *arguments)

    monkeypatch.setattr(Table, "add", full)
    assert main(["suite", "run", str(INSTANCES), "-o", str(table), "--workers", "1"]) == 2
    assert "full" in capsys.readouterr().err
    kept = finished(table)
    assert 1 <= len(kept) == len(read(table, "SELECT n FROM times"))


@pytest.mark.processes
def test_a_bar_for_a_person_who_waits(tmp_path: Path) -> None:
    """On a terminal a bar is drawn on standard error; anywhere else nothing is."""
    pty = pytest.importorskip("pty")
    import subprocess
    import sys

    from suites import environ

    ours, theirs = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "mechsynth",
        "suite",
        "run",
        str(AUCTION),
        "--ask",
        "policy",
        "--ask",
        "static",
        "--workers",
        "1",
        "-o",
    ]
    done = subprocess.Popen(
        [*command, str(tmp_path / "t.db")], stderr=theirs, stdout=subprocess.PIPE, env=environ({"TERM": "xterm"})
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert done.wait(timeout=PATIENCE) == 0
    assert b"/2" in shown
    quiet = begin(AUCTION, "--ask", "policy", "--ask", "static", "--workers", "1", "-o", tmp_path / "u.db")
    out, err = quiet.communicate(timeout=PATIENCE)
    assert err == "" and "2 expected answers: 2 agree, 0 contradicted." in out
    assert contents(tmp_path / "t.db") == contents(tmp_path / "u.db")


def test_an_interrupt_before_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "run_jobs", stop)
    assert "0 of 10 lines are kept; go on with --resume" in refusal(
        capsys, "run", AUCTION, "-o", tmp_path / "t.db", "--workers", "1"
    )


def test_the_table_is_named_after_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["suite", "run", str(AUCTION), "--ask", "static", "--workers", "1"]) == 0
    assert "The table: liu2014-auction-1.db" in capsys.readouterr().out
    assert {path.suffix for path in tmp_path.iterdir()} >= {".db", ".csv"}
