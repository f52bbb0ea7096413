"""Instance files that are none: each is refused by `solve` in one line that names the file, the place and the remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import inside, refused, written

Json = dict[str, Any]
Change = Callable[[Json], Any]


def put(*path: Any) -> Callable[[Any], Change]:
    """Put a value at a path of the leases."""

    def at(value: Any) -> Change:
        def change(document: Json) -> Json:
            inside(document, *path[:-1])[path[-1]] = value
            return document

        return change

    return at


def drop(*path: Any) -> Change:
    """Remove what stands at a path."""

    def change(document: Json) -> Json:
        del inside(document, *path[:-1])[path[-1]]
        return document

    return change


def raw(old: str, new: str) -> Change:
    """Replace the first occurrence of a text in the file."""

    def change(document: Json) -> bytes:
        text = json.dumps(document)
        assert old in text
        return text.replace(old, new, 1).encode("utf-8", "surrogatepass")

    return change


def stationary(**changes: Any) -> Change:
    """An infinite horizon with two agents of two signals, changed."""

    def change(_: Json) -> Json:
        base = {
            "format": "mechsynth-instance/1",
            "name": "s",
            "horizon": "infinite",
            "discount": "1/2",
            "agents": ["A", "B"],
            "signals": {"A": ["l", "h"], "B": ["l", "h"]},
            "actions": ["x", "y"],
            "utilities": {"A": {"private": [[0, 1], [1, 0]]}, "B": {"private": [[0], [1]]}},
            "transition": {"independent": {"A": [["1/2", "1/2"], ["1/3", "2/3"]], "B": [["1/2", "1/2"]]}},
        }
        return {**base, **changes}

    return change


PERIOD = ("periods", 0)
ROW = ("periods", 0, "transition", 0, 0, 0, 0)
utility = put("periods", 0, "utilities", "firm1", 0, 0, 0)
row = put(*ROW)
horizon, discount, prior, agents, name = put("horizon"), put("discount"), put("prior"), put("agents"), put("name")
signals = put("periods", 0, "signals", "firm1")
TINY = "1000000000001/1000000000000"

# name: (change, words that must stand in the line: the place)
BROKEN: dict[str, tuple[Change, tuple[str, ...]]] = {
    # no JSON, or not the JSON of an instance
    "empty file": (lambda _: b"", ("line 1",)),
    "blank file": (lambda _: b" \n ", ()),
    "cut off": (lambda d: json.dumps(d).encode()[:200], ("line 1",)),
    "half a brace": (lambda _: b"{", ("line 1",)),
    "trailing comma": (raw('"horizon": 2,', '"horizon": 2,,'), ("line 1",)),
    "two documents": (lambda d: json.dumps(d).encode() * 2, ("line 1",)),
    "single quotes": (lambda _: b"{'format': 1}", ("line 1",)),
    "a list": (lambda _: [], ()),
    "a number": (lambda _: b"3", ()),
    "a string": (lambda _: b'"mechsynth-instance/1"', ()),
    "null": (lambda _: b"null", ()),
    "no format": (drop("format"), ("format",)),
    "another format": (put("format")("mechsynth-instance/3"), ("format",)),
    "a result's format": (put("format")("mechsynth-result/1"), ("format",)),
    "a format that is a list": (put("format")([]), ("format",)),
    # bytes
    "byte order mark": (lambda d: b"\xef\xbb\xbf" + json.dumps(d).encode(), ()),
    "utf-16": (lambda d: json.dumps(d).encode("utf-16"), ("byte",)),
    "invalid utf-8": (lambda d: json.dumps(d).encode().replace(b"firm1", b"firm\xff", 1), ("byte",)),
    "cut utf-8": (lambda d: json.dumps(d).encode().replace(b"firm1", b"firm\xe2\x82", 1), ("byte",)),
    "raw control characters": (lambda d: json.dumps(d).encode().replace(b"firm1", b"fi\x00rm1", 1), ("line 1",)),
    "raw surrogate bytes": (lambda d: json.dumps(d).encode().replace(b"firm1", b"\xed\xa0\x80", 1), ("byte",)),
    # nesting
    "lists a hundred thousand deep": (lambda _: b"[" * 100_000 + b"]" * 100_000, ()),
    "lists a hundred thousand deep, open": (lambda _: b"[" * 100_000, ()),
    "objects a hundred thousand deep": (lambda _: b'{"a":' * 100_000 + b"1" + b"}" * 100_000, ()),
    "a utility a hundred thousand deep": (
        raw("[[[7], [11]]", "[" * 100_000 + "7" + "]" * 100_000 + ", [[7], [11]]"),
        (),
    ),
    "a utility 500 deep": (raw("[[[7], [11]], [[0], [0]]]", "[" * 500 + "7" + "]" * 500), ("utilities",)),
    "a horizon 500 deep": (raw('"horizon": 2', '"horizon": ' + "[" * 500 + "]" * 500), ("horizon",)),
    # keys
    "unknown key": (put("utilites")({}), ("utilites",)),
    "unknown key of a period": (put(*PERIOD, "utilites")({}), ("periods[0].utilites",)),
    "key twice": (raw('"horizon": 2', '"horizon": 2, "horizon": 2'), ("horizon",)),
    "key twice inside": (raw('"firm1": ["4", "6"]', '"firm1": ["4", "6"], "firm1": ["4", "6"]'), ("firm1",)),
    # numbers
    "infinity": (raw("[7]", "[Infinity]"), ("Infinity",)),
    "minus infinity": (raw("[7]", "[-Infinity]"), ("Infinity",)),
    "not a number": (raw("[7]", "[NaN]"), ("NaN",)),
    "infinity as text": (utility("Infinity"), ("periods[0].utilities.firm1[0][0][0]",)),
    "not a number as text": (utility("NaN"), ("periods[0].utilities.firm1[0][0][0]",)),
    "zero denominator": (utility("1/0"), ("periods[0].utilities.firm1[0][0][0]",)),
    "zero over zero": (utility("0/0"), ("periods[0].utilities.firm1[0][0][0]",)),
    "negative denominator": (utility("1/-2"), ("periods[0].utilities.firm1[0][0][0]",)),
    "two strokes": (utility("1/2/3"), ("periods[0].utilities.firm1[0][0][0]",)),
    "decimal over integer": (utility("1.5/2"), ("periods[0].utilities.firm1[0][0][0]",)),
    "empty text": (utility(""), ("periods[0].utilities.firm1[0][0][0]",)),
    "blank text": (utility(" "), ("periods[0].utilities.firm1[0][0][0]",)),
    "a point alone": (utility("."), ("periods[0].utilities.firm1[0][0][0]",)),
    "a sign alone": (utility("-"), ("periods[0].utilities.firm1[0][0][0]",)),
    "an exponent alone": (utility("e3"), ("periods[0].utilities.firm1[0][0][0]",)),
    "exponent without digits": (utility("1e"), ("periods[0].utilities.firm1[0][0][0]",)),
    "hexadecimal": (utility("0x10"), ("periods[0].utilities.firm1[0][0][0]",)),
    "underscores": (utility("1_000"), ("periods[0].utilities.firm1[0][0][0]",)),
    "comma": (utility("1,5"), ("periods[0].utilities.firm1[0][0][0]",)),
    "fullwidth digits": (utility("１２"), ("periods[0].utilities.firm1[0][0][0]",)),
    "vulgar fraction": (utility("½"), ("periods[0].utilities.firm1[0][0][0]",)),
    "words": (utility("seven"), ("periods[0].utilities.firm1[0][0][0]",)),
    "true": (utility(True), ("periods[0].utilities.firm1[0][0][0]",)),
    "false": (utility(False), ("periods[0].utilities.firm1[0][0][0]",)),
    "null for a number": (utility(None), ("periods[0].utilities.firm1[0][0][0]",)),
    "an object for a number": (utility({}), ("periods[0].utilities.firm1[0][0][0]",)),
    "an object with a value for a number": (utility({"value": 7}), ("periods[0].utilities.firm1[0][0][0]",)),
    "a hundred million digits": (raw("[7]", "[1e100000000]"), ("periods[0].utilities.firm1[0][0][0]",)),
    "a hundred million decimals": (utility("1e-100000000"), ("periods[0].utilities.firm1[0][0][0]",)),
    "a negative one": (raw("[7]", "[-1E+100000000]"), ("periods[0].utilities.firm1[0][0][0]",)),
    "an exponent of thousands of digits": (raw("[7]", f"[1e{'9' * 3000}]"), ("periods[0].utilities.firm1[0][0][0]",)),
    "a negative exponent of as many": (utility("1e-" + "9" * 3000), ("periods[0].utilities.firm1[0][0][0]",)),
    "an exponent of a million digits": (raw("[7]", f"[1e{'9' * 10**6}]"), ("periods[0].utilities.firm1[0][0][0]",)),
    "an integer of 5000 digits": (raw("[7]", f"[{'7' * 5000}]"), ("5000",)),
    "an integer of a million digits": (raw("[7]", f"[{'7' * 10**6}]"), ("1000000",)),
    "5000 digits as text": (utility("7" * 5000), ("periods[0].utilities.firm1[0][0][0]",)),
    "a denominator of 5000 digits": (utility("1/" + "7" * 5000), ("periods[0].utilities.firm1[0][0][0]",)),
    "5000 digits in the discount": (discount("0." + "9" * 5000), ("discount",)),
    "a discount of a hundred million digits": (discount("1e-100000000"), ("discount",)),
    "5000 digits in the horizon": (raw('"horizon": 2', f'"horizon": {"7" * 5000}'), ("5000",)),
    "a horizon with an exponent": (raw('"horizon": 2', '"horizon": 1e100000000'), ("horizon",)),
    # horizons
    "no horizon": (drop("horizon"), ("horizon",)),
    "horizon zero": (horizon(0), ("horizon",)),
    "negative horizon": (horizon(-1), ("horizon",)),
    "half a period": (horizon(1.5), ("horizon",)),
    "a horizon in words": (horizon("two"), ("horizon",)),
    "a horizon that is a truth value": (horizon(True), ("horizon",)),
    "a horizon that is null": (horizon(None), ("horizon",)),
    "a horizon that is a list": (horizon([2]), ("horizon",)),
    "infinite with periods": (horizon("infinite"), ("periods",)),
    "a missing period": (horizon(3), ("periods",)),
    "a period too many": (horizon(1), ("periods",)),
    "no periods": (put("periods")([]), ("periods",)),
    "periods that are an object": (put("periods")({}), ("periods",)),
    "a period that is a list": (put("periods", 0)([]), ("periods[0]",)),
    "a period that is null": (put("periods", 1)(None), ("periods[1]",)),
    "periods beside signals": (put("signals")({"firm1": ["4"], "firm2": ["-"]}), ("periods",)),
    "10^12 periods": (stationary(horizon=10**12), ("horizon",)),
    "10^400 periods": (stationary(horizon=10**400), ("horizon",)),
    "10^12 periods, undiscounted": (stationary(horizon=10**12, discount=1), ("horizon",)),
    "ten million deterministic periods": (
        stationary(
            horizon=10**7, discount=1, transition={"independent": {"A": [[1, 0], [0, 1]], "B": [[1, 0], [0, 1]]}}
        ),
        ("horizon",),
    ),
    # discounts
    "no discount": (drop("discount"), ("discount",)),
    "discount zero": (discount(0), ("discount",)),
    "negative discount": (discount("-1/2"), ("discount",)),
    "discount above one": (discount("1000001/1000000"), ("discount",)),
    "discount one without end": (stationary(discount=1), ("discount",)),
    "a discount in words": (discount("half"), ("discount",)),
    "a discount that is a list": (discount(["1/2"]), ("discount",)),
    "a discount that is true": (discount(True), ("discount",)),
    # labels
    "no agents": (drop("agents"), ("agents",)),
    "an empty list of agents": (agents([]), ("agents",)),
    "agents that are a text": (agents("firm1"), ("agents",)),
    "agents that are an object": (agents({"firm1": 1, "firm2": 2}), ("agents",)),
    "an agent twice": (agents(["firm1", "firm1"]), ("agents",)),
    "an agent that is a number": (agents(["firm1", 2]), ("agents",)),
    "an agent that is a decimal": (agents(["firm1", 2.5]), ("agents",)),
    "an agent that is null": (agents(["firm1", None]), ("agents",)),
    "an agent that is a list": (agents(["firm1", ["firm2"]]), ("agents",)),
    "an agent too many": (agents(["firm1", "firm2", "firm3"]), ("periods[0].signals",)),
    "an agent too few": (agents(["firm1"]), ("periods[0].signals",)),
    "a signal twice": (signals(["4", "4"]), ("periods[0].signals",)),
    "signals that are numbers": (signals([4, 6]), ("periods[0].signals",)),
    "signals that are decimals": (signals([4.0, 6.0]), ("periods[0].signals",)),
    "signals that are truth values": (signals([True, False]), ("periods[0].signals",)),
    "no signals": (signals([]), ("periods[0].signals",)),
    "a text for signals": (signals("46"), ("periods[0].signals",)),
    "a signal too many": (signals(["4", "5", "6"]), ("periods[0]",)),
    "actions twice": (put(*PERIOD, "actions")(["firm1", "firm1"]), ("periods[0].actions",)),
    "actions that are numbers": (put(*PERIOD, "actions")([1, 2]), ("periods[0].actions",)),
    "no actions": (put(*PERIOD, "actions")([]), ("periods[0].actions",)),
    "missing actions": (drop(*PERIOD, "actions"), ("periods[0].actions",)),
    "missing signals": (drop(*PERIOD, "signals"), ("periods[0].signals",)),
    "missing utilities": (drop(*PERIOD, "utilities"), ("periods[0].utilities",)),
    "missing transition": (drop(*PERIOD, "transition"), ("periods[0].transition",)),
    "a transition out of the last period": (put("periods", 1, "transition")([[[[1]]]]), ("periods[1].transition",)),
    "signals of nobody": (put(*PERIOD, "signals", "firm3")(["4"]), ("periods[0].signals",)),
    "utilities of nobody": (put(*PERIOD, "utilities", "firm3")([[[0]]]), ("periods[0].utilities.firm3",)),
    "no utilities of one": (drop(*PERIOD, "utilities", "firm2"), ("periods[0].utilities",)),
    "a name that is a number": (name(3), ("name",)),
    "a title that is a list": (put("title")([]), ("title",)),
    # shapes
    "utilities that are a list": (put(*PERIOD, "utilities")([1, 2]), ("periods[0].utilities",)),
    "utilities without an axis": (put(*PERIOD, "utilities", "firm1")([[7, 11], [0, 0]]), ("utilities.firm1",)),
    "utilities with an axis too many": (put(*PERIOD, "utilities", "firm1")([[[[7]], [[11]]]]), ("utilities.firm1",)),
    "utilities that are one number": (put(*PERIOD, "utilities", "firm1")(7), ("utilities.firm1",)),
    "ragged utilities": (put(*PERIOD, "utilities", "firm1")([[[7], [11]], [[0]]]), ("utilities.firm1",)),
    "utilities of uneven depth": (put(*PERIOD, "utilities", "firm1")([[[7], [11]], [0, 0]]), ("utilities.firm1",)),
    "an empty row": (put(*PERIOD, "utilities", "firm1")([[[], []], [[], []]]), ("utilities.firm1",)),
    "three actions where there are two": (
        put(*PERIOD, "utilities", "firm1")([[[7], [11]], [[0], [0]], [[0], [0]]]),
        ("utilities.firm1",),
    ),
    "an unknown short form": (put(*PERIOD, "utilities", "firm1")({"public": [[0]]}), ("utilities.firm1",)),
    "an empty short form": (put(*PERIOD, "utilities", "firm1")({}), ("utilities.firm1",)),
    "a short form with more": (
        put(*PERIOD, "utilities", "firm1")({"private": [[0]], "public": [[0]]}),
        ("utilities.firm1",),
    ),
    "a short form of another shape": (
        put(*PERIOD, "utilities", "firm1")({"private": [[0, 1, 2]]}),
        ("utilities.firm1.private",),
    ),
    "a transition that is a number": (put(*PERIOD, "transition")(1), ("periods[0].transition",)),
    "a transition that is a text": (put(*PERIOD, "transition")("uniform"), ("periods[0].transition",)),
    "a transition without an axis": (put(*PERIOD, "transition")([[["3/4", "1/4"]]]), ("periods[0].transition",)),
    "a row of one entry": (row(["1"]), ("periods[0].transition",)),
    # probabilities
    "a row that sums to 1 + 1e-12": (
        row(["3/4", "250000000001/1000000000000"]),
        ("transition[0][0][0]", TINY, "--normalize"),
    ),
    "a row that sums to 1 - 1e-40": (
        row(["3/4", f"{25 * 10**38 - 1}/{10**40}"]),
        ("transition[0][0][0]", "--normalize"),
    ),
    "a row that sums to zero": (row(["0", "0"]), ("transition[0][0][0]",)),
    "a row in decimals that misses 1": (raw('["3/4", "1/4"]', "[0.333, 0.333]"), ("transition[0][0][0]", "333/500")),
    "a negative probability": (row(["5/4", "-1/4"]), ("transition[0][0][0][0][1]", "-1/4")),
    "a negative probability of 1e-30": (
        row([f"{10**30 + 1}/{10**30}", f"-1/{10**30}"]),
        ("transition[0][0][0][0][1]",),
    ),
    "a prior that sums to 3/4": (prior([["1/2"], ["1/4"]]), ("prior", "3/4")),
    "a negative prior": (prior([["3/2"], ["-1/2"]]), ("prior[1][0]",)),
    "a prior without an axis": (prior(["1/2", "1/2"]), ("prior",)),
    "a prior that is a text": (prior("uniform"), ("prior",)),
    "a prior of one entry for two signals": (prior([["1"]]), ("prior",)),
    "a prior of nobody": (prior({"independent": {"firm1": ["1/2", "1/2"]}}), ("prior.independent",)),
    "a prior part that is one number": (
        prior({"independent": {"firm1": "1", "firm2": ["1"]}}),
        ("prior.independent.firm1",),
    ),
    "a prior part with an axis too many": (
        prior({"independent": {"firm1": [["1/2", "1/2"]], "firm2": ["1"]}}),
        ("prior.independent.firm1",),
    ),
    "a prior in another short form": (prior({"uniform": True}), ("prior",)),
    "an independent part that sums to 2": (
        stationary(transition={"independent": {"A": [[1, 1]], "B": [["1/2", "1/2"]]}}),
        ("transition.independent.A",),
    ),
    "an independent part missing": (
        stationary(transition={"independent": {"A": [[1, 0]]}}),
        ("transition.independent",),
    ),
    "an independent part of nobody": (
        stationary(transition={"independent": {"A": [[1, 0]], "B": [[1, 0]], "C": [[1, 0]]}}),
        ("transition.independent.C",),
    ),
    "an independent part that is a list": (stationary(transition={"independent": []}), ("transition.independent",)),
    "no transition without end": (stationary(transition=None), ("transition",)),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_instance_is_refused(
    case: str, leases: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, one line with the file and the place, no result file."""
    change, words = BROKEN[case]
    path = written(tmp_path / "bad.json", change(leases))
    before = sorted(tmp_path.iterdir())
    refused(capsys, ["solve", path, "--ask", "vcg-type", "-o", str(tmp_path / "r.json")], path, *words)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("case", BROKEN)
def test_the_checker_refuses_it_too(
    case: str, leases: Json, leases_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`check` of a valid result against the broken instance: one line, exit code 2."""
    from mechsynth.cli import main

    result = str(tmp_path / "r.json")
    assert main(["solve", str(leases_path), "--ask", "policy", "-o", result]) == 0
    path = written(tmp_path / "bad.json", BROKEN[case][0](leases))
    refused(capsys, ["check", result, path])


LARGE: dict[str, Json] = {
    # one number per agent, broadcast over a hundred signals of six agents each: 10^12 profiles
    "length-one axes": {
        "agents": [f"a{i}" for i in range(6)],
        "signals": {f"a{i}": [str(k) for k in range(100)] for i in range(6)},
        "actions": ["x"],
        "utilities": {f"a{i}": [[[[[[[0]]]]]]] for i in range(6)},
        "transition": {"independent": {f"a{i}": [[1, *[0] * 99]] for i in range(6)}},
    },
    # two signals of thirty agents: 2^30 profiles
    "short forms": {
        "agents": [f"a{i}" for i in range(30)],
        "signals": {f"a{i}": ["l", "h"] for i in range(30)},
        "actions": ["x"],
        "utilities": {f"a{i}": {"private": [[0]]} for i in range(30)},
        "transition": {"independent": {f"a{i}": [[1, 0]] for i in range(30)}},
    },
    # a thousand signals of two agents: utilities fit, the kernel has 10^12 entries
    "the kernel alone": {
        "agents": ["A", "B"],
        "signals": {n: [str(k) for k in range(1000)] for n in "AB"},
        "actions": ["x"],
        "utilities": {n: {"private": [[0]]} for n in "AB"},
        "transition": {"independent": {n: [[1, *[0] * 999]] for n in "AB"}},
    },
}


@pytest.mark.parametrize("ask", ["policy", "contingent"])
@pytest.mark.parametrize("case", LARGE)
def test_what_no_memory_holds_is_refused_from_an_estimate(
    case: str, ask: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is allocated: the peak stays far below what the estimate speaks of."""
    import resource

    base = {"format": "mechsynth-instance/1", "name": "large", "horizon": "infinite", "discount": "1/2"}
    path = written(tmp_path / "large.json", {**base, **LARGE[case]})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(capsys, ["solve", path, "--ask", ask], path, "would take about")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kB


def test_a_finite_horizon_that_no_memory_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same with a thousand periods of big signal sets, where each alone would fit."""
    base = {"format": "mechsynth-instance/1", "name": "large", "horizon": 10**9, "discount": "1/2"}
    path = written(tmp_path / "large.json", {**base, **{**LARGE["short forms"], "agents": ["a0", "a1"]}})
    refused(capsys, ["solve", path], path)


STRANGE = {
    "lone surrogate": "\ud800",
    "escape sequence": "\x1b[31mred",
    "bell": "\a",
    "newline": "two\nlines",
    "null character": "\x00",
    "right to left": "\u202eevil",
    "emoji": "\U0001f600",
    "empty": "",
    "markup": "[bold]x[/bold]",
    "open markup": "[/nothing]",
    "html": "<script>alert(1)</script>",
    "very long": "x" * 5000,
    "percent": "%s{0}%",
}


@pytest.mark.parametrize("where", ["agent", "signal", "action", "name"])
@pytest.mark.parametrize("label", STRANGE)
def test_strange_labels_crash_nothing(
    label: str, where: str, leases: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Labels are any strings: answered, or refused in one line; what is printed holds no control character."""
    from refusals import one_line

    from mechsynth.cli import main

    old = {"agent": "firm1", "signal": "4", "action": "firm2", "name": "liu2014-oil-leases"}[where]
    new = STRANGE[label]

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {(new if where == "agent" and k == old else k): renamed(v) for k, v in value.items()}
        if isinstance(value, list):
            return [renamed(v) for v in value]
        return value

    leases = {k: v for k, v in leases.items() if not k.startswith("x-")}
    document = renamed(leases)
    if where == "agent":
        document["agents"] = [new, "firm2"]
    elif where == "signal":
        document["periods"][0]["signals"]["firm1"] = [new, "6"]
    elif where == "action":
        for period in document["periods"]:
            period["actions"] = ["firm1", new]
    else:
        document["name"] = new
    path = written(tmp_path / "i.json", document)
    result = str(tmp_path / "r.json")
    capsys.readouterr()
    for command in (
        ["solve", path, "--ask", "vcg-type", "-o", result],
        ["solve", path],
        ["solve", path, "--json"],
        ["check", result, path],
        ["explain", result],
    ):
        code = main(command)
        captured = capsys.readouterr()
        assert code in (0, 2)
        bad = [c for c in captured.out if not c.isprintable() and c != "\n"]
        assert not bad, ascii(bad)
        if code:
            one_line(captured.err)
            assert label in ("lone surrogate",), captured.err
            return
        assert captured.err == ""


def test_normalize_says_what_it_did(leases: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--normalize` divides the row by its sum, exactly; the result says so, and checks."""
    from mechsynth.cli import main

    inside(leases, *ROW)[:] = ["3", "1"]
    path = written(tmp_path / "i.json", leases)
    result = str(tmp_path / "r.json")
    refused(capsys, ["solve", path], "--normalize")
    assert main(["solve", path, "--normalize", "--ask", "vcg-type", "-o", result]) == 0
    assert json.loads(Path(result).read_text())["instance"]["normalized"] is True
    assert main(["check", result, path]) == 0
    inside(leases, *ROW)[:] = ["0", "0"]
    path = written(tmp_path / "i.json", leases)
    refused(capsys, ["solve", path, "--normalize"], "transition[0][0][0]")
