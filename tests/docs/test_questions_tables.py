"""The tables of questions and of options say what the questions declare."""

from __future__ import annotations

import re
from pathlib import Path

from mechsynth.asks import REGISTRY
from mechsynth.result.ask import Kind, every_option, flag, takers

DOCS = Path(__file__).resolve().parents[2] / "docs"
GENERAL = {"--normalize", "--workers", "--time-limit", "--resume"}
RUNS = {"finite horizons": set(REGISTRY)}  # every question takes a last period


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading, its own heading left out."""
    text = (DOCS / page).read_text(encoding="utf-8").split(heading, 1)[1].lstrip("\n")
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert table
    return [re.split(r" \| ", line.strip("| \n")) for line in table[0].splitlines()[2:]]


def groups() -> dict[str, set[str]]:
    """The questions under each heading, as the site lists them."""
    found: dict[str, set[str]] = {}
    for name, ask in REGISTRY.items():
        found.setdefault(ask.about, set()).add(name)
    return found


def test_the_table_of_options() -> None:
    found = rows("commands.md", "## Options of `solve`")
    named = {re.findall(r"--[a-z-]+", cells[0].partition(",")[0])[0] for cells in found if "--workers" not in cells[0]}
    named |= {word for cells in found if "--workers" in cells[0] for word in re.findall(r"--[a-z-]+", cells[0])}
    assert named - GENERAL == {flag(name) for name, option in every_option().items() if option.kind is not Kind.OBJECT}
    for cells in found:
        name = re.findall(r"--([a-z-]+)", cells[0])[0].replace("-", "_")
        if flag(name) in GENERAL:
            continue
        option = every_option()[name]
        asked: set[str] = set()
        for words in cells[1].split(", "):
            word = re.sub(r"\[([^]]*)\]\([^)]*\)|`([^`]*)`", r"\1\2", words)
            asked |= {word} & set(REGISTRY) or groups().get(word) or RUNS[word]
        assert asked | {"ladder"} == set(takers(name)) | {"ladder"}, name
        if option.kind is Kind.SWITCH:
            assert f"`--no-{name.replace('_', '-')}`" in cells[0]
        elif option.choices and len(option.choices) < 3:
            assert "|".join(option.choices) in cells[0].replace("\\", "")
        if name == "transfers":
            assert {word for word in re.findall(r"`([^`]*)`", cells[2])} - {"implement"} == set(option.choices)
