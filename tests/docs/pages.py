"""What the pages show: fenced blocks, the commands in them, and what is expected of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))]

# What `.ci/run` runs in environments of its own, and what takes minutes.
ELSEWHERE = ("python3 -m venv ",)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line where it begins."""

    language: str
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.finditer(r"^```([^\n]*)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    return [Block(m[1].strip(), m[2], text[: m.start()].count("\n") + 1) for m in found]


def commands_of(block: Block) -> list[tuple[str, str]]:
    """Return the commands of a block, in order, with what they should print."""
    start, *parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert not start.strip(), f"line {block.line}: a console block begins with a command"
    split = [part.partition("\n") for part in parts]
    return [(command, output) for command, _, output in split if not command.startswith(ELSEWHERE)]


def commands(page: str) -> list[tuple[str, str]]:
    """Return the commands of a page."""
    return [pair for block in blocks(page) if block.language == "console" for pair in commands_of(block)]


def pattern(output: str) -> str:
    """Return a pattern in which a line of dots stands for any lines, and dots within a line for anything on it."""
    lines = [
        r"[\s\S]*?" if line == "..." else ".*".join(map(re.escape, line.split("...")))
        for line in output.strip().splitlines()
    ]
    return r"\s*" + r"\n*".join(lines) + r"\s*"


def slug(heading: str) -> str:
    """Return the anchor that a heading gets on GitHub and on the site."""
    return re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).strip().replace(" ", "-")


def anchors(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)}


def links(page: str) -> list[str]:
    """Return the targets of the links of a page that stay in the repository."""
    text = re.sub(r"^```.*?^```$", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    found = re.findall(r"(?<!`)\]\(([^)\s]+)\)", text)
    return [target for target in found if not re.match(r"[a-z]+:", target)]
