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


def commands(page: str) -> list[tuple[str, str]]:
    """Return the commands of a page, in order, with what they should print."""
    found = []
    for block in blocks(page):
        if block.language != "console":
            continue
        start, *parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
        assert not start.strip(), f"{page}:{block.line}: a console block begins with a command"
        for part in parts:
            command, _, output = part.partition("\n")
            if not command.startswith(ELSEWHERE):
                found.append((command, output))
    return found


def pattern(output: str) -> str:
    """Return a pattern in which a line of dots stands for any lines, and dots at a line's end for its rest."""
    lines = []
    for line in output.strip().splitlines():
        if line == "...":
            lines.append(r"[\s\S]*?")
        else:
            lines.append(re.escape(line.removesuffix("...")) + (".*" if line.endswith("...") else ""))
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
