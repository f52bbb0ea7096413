"""`mechsynth lp` and `mechsynth check` of its results: words, files, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mechsynth.cli import main

FEASIBLE = "minimize\n obj: 2 x + 1/2\nst\n c: x >= 1/3\nend\n"
CONFLICT = "minimize\n obj: x\nst\n a: x + y <= 1\n b: x >= 1\n c: y >= 1\n d: x + y >= 2\nbounds\n x free\n y free\nend\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.lp").write_text(FEASIBLE)
    (tmp_path / "c.lp").write_text(CONFLICT)
    return tmp_path


def said(capsys: Any, *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def test_an_optimum_is_told_written_and_accepted(place: Path, capsys: Any) -> None:
    code, out, _ = said(capsys, "lp", "f.lp", "-o", "r.json")
    assert code == 0 and "least value of the objective is 7/6, exactly" in out and "x = 1/3" in out
    assert said(capsys, "check", "r.json", "f.lp")[:2] == (
        0,
        "accepted: the least value of the objective over the linear program of 1 row and 1 column is 7/6\n",
    )
    assert said(capsys, "check", "r.json")[0] == 0  # found nearby
    code, out, _ = said(capsys, "check", "r.json", "--json")
    assert code == 0 and json.loads(out)["accepted"] is True
    found = json.loads((place / "r.json").read_text())
    assert json.loads(said(capsys, "lp", "f.lp", "--json")[1]) == found
    (place / "r.json").write_text(json.dumps(found | {"value": "1"}))
    code, out, _ = said(capsys, "check", "r.json", "f.lp")
    assert code == 1 and out.startswith("refused: value")


def test_a_result_for_another_file_is_bad_input(place: Path, capsys: Any) -> None:
    said(capsys, "lp", "f.lp", "-o", "r.json")
    code, _, err = said(capsys, "check", "r.json", "c.lp")
    assert code == 2 and "another program" in err and err.count("\n") == 1
    (place / "f.lp").unlink()
    assert said(capsys, "check", "r.json")[0] == 2


@pytest.mark.parametrize(
    "keep,conflict",
    [((), 2), (("a",), 1), (("d",), 1), (("a", "d"), 0), (("b", "c"), 1)],
)
def test_a_conflict_is_minimal_given_what_is_kept(
    place: Path, capsys: Any, keep: tuple[str, ...], conflict: int
) -> None:
    flags = [word for row in keep for word in ("--keep", row)]
    code, out, _ = said(capsys, "lp", "c.lp", *flags, "-o", "r.json")
    found = json.loads((place / "r.json").read_text())
    assert code == 0 and "Infeasible" in out
    if conflict == 2:
        # {a, d} or {a, b, c}, either of which is minimal
        assert {e["row"] for e in found["conflict"]} in ({"a", "d"}, {"a", "b", "c"})
    elif keep == ("a",):
        assert {e["row"] for e in found["conflict"]} in ({"d"}, {"b", "c"})
    else:
        assert len(found["conflict"]) == conflict
    if not conflict:
        assert "contradictory by itself" in out
    assert said(capsys, "check", "r.json", "c.lp")[0] == 0


def test_bad_input_is_one_line(place: Path, capsys: Any) -> None:
    (place / "bad.lp").write_text("minimize\n x\nst\n c: x >= 1\ngeneral\n x\nend\n")
    for arguments, word in (
        (("bad.lp",), "line 5"),
        (("none.lp",), "cannot be read"),
        (("f.txt",), ".mps or .lp"),
        (("f.lp", "--keep", "q"), "no row q"),
        (("f.lp", "-o", "f.lp"), "read by the same command"),
        (("f.lp", "-o", "r.txt"), "end it with .json"),
        (("f.lp", "--time-limit", "-1"), "--time-limit"),
    ):
        code, out, err = said(capsys, "lp", *arguments)
        assert code == 2 and not out and word in err and err.count("\n") == 1, (arguments, err)


def test_out_of_time_is_unknown(place: Path, capsys: Any) -> None:
    code, out, _ = said(capsys, "lp", "f.lp", "--time-limit", "0", "-o", "r.json")
    assert code == 3 and out.startswith("Unknown")
    code, out, _ = said(capsys, "check", "r.json", "f.lp")
    assert code == 1 and "nothing was proved" in out


def test_names_cannot_move_a_terminal(place: Path, capsys: Any) -> None:
    (place / "n.lp").write_text("minimize\n ob\u202ej: x\u202ey\nst\n c\u202e: x\u202ey >= 1\nend\n", encoding="utf-8")
    code, out, _ = said(capsys, "lp", "n.lp")
    assert code == 0 and "\u202e" not in out
