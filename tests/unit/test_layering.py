"""Imports run one way, and what nobody has to believe stays apart from what everybody has to."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "mechsynth"

# A module imports those of lower rank alone.
RANKS = {
    "errors": 0,
    "files": 1,
    "rational": 1,
    "run": 1,
    "reading": 2,
    "environment": 3,
    "instance": 4,
    "efficient": 4,
    "trade": 4,
    "families": 5,
    "beliefs": 4,
    "mechanism": 5,
    "program": 5,
    "solver": 6,
    "prove": 7,
    "engine": 8,
    "result": 8,
    "construct": 9,
    "asks": 10,
    "api": 11,
    "audit": 11,
    "suite": 11,
    "report": 12,
    "commands": 12,
    "sweep": 12,
    "cli": 13,
    "__main__": 14,
}
APART = ("check", "words")  # import nothing but the errors and themselves
ALLOWED_LATE = {  # imported inside functions, by the command or method that needs them
    "result": {"check", "words", "report"},
    "mechanism": {"report"},  # what a notebook shows
    "environment": {"report"},
    "commands": {"check", "words", "audit", "asks", "instance", "result", "report"},
}
# The audit reports what the checker's evaluation finds, so it stands on top of the checker.
# A page shows what the words say and what the checker found.
ALLOWED = {"audit": {"check"}, "report": {"check", "words"}, "suite": {"check", "api"}}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    """The module or subpackage below `mechsynth` that a file belongs to."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def typing_only(tree: ast.Module) -> set[ast.AST]:
    """Nodes under `if TYPE_CHECKING:`."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for line in node.body:
                found.update(ast.walk(line))
    return found


def imported(path: Path, *, typing: bool = False) -> list[tuple[str, bool]]:
    """(dotted name, whether at the top level) of everything a file imports; relative imports resolved."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skip = set() if typing else typing_only(tree)
    top = set(tree.body)
    package = ["mechsynth", *path.relative_to(PACKAGE).parts[:-1]]
    found = []
    for node in ast.walk(tree):
        if node in skip:
            continue
        if isinstance(node, ast.Import):
            found += [(alias.name, node in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                stem = package[: len(package) - node.level + 1]
                base = ".".join([*stem, base] if base else stem)
            if base == "mechsynth":
                found += [(f"mechsynth.{alias.name}", node in top) for alias in node.names]
            else:
                found.append((base, node in top))
    return found


def rooms_of(path: Path) -> list[tuple[str, bool]]:
    """The rooms of the package that a file imports from, its own left out."""
    found = []
    for name, top in imported(path):
        parts = name.split(".")
        if parts[0] == "mechsynth" and len(parts) > 1 and parts[1] != room(path):
            found.append((parts[1], top))
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    """errors ← rational ← reading ← environment ← instance, efficient, beliefs ← mechanism ← solver ← prove ← engine ← asks ← api, cli."""
    here = room(path)
    if here in APART or here == "__init__":
        return
    assert here in RANKS, f"{here} has no place in the order of imports: give it one here"
    for other, top in rooms_of(path):
        if other == "__version__":
            continue
        if other in ALLOWED_LATE.get(here, ()) and not top:
            continue
        if other in ALLOWED.get(here, ()):
            continue
        assert other in RANKS, f"{path.name} imports {other}"
        assert RANKS[other] < RANKS[here], f"{path.name} imports {other}"


def test_the_ranks_are_of_rooms_that_exist() -> None:
    """So that a renamed module does not slip out of the order."""
    existing = {room(path) for path in modules()}
    assert not set(RANKS) - existing


@pytest.mark.parametrize("name", APART)
def test_the_checker_and_the_words_stand_apart(name: str) -> None:
    """`check` shares no code with what it checks; `words` only puts results into words: errors and themselves, no more."""
    files = [path for path in modules() if room(path) == name]
    assert files
    for path in files:
        others = {module for module, _ in imported(path) if module.startswith("mechsynth.") and module.split(".")[1] != name}
        # the words speak of what a file says, so they have its vocabulary
        assert others <= {"mechsynth.errors", *(["mechsynth.result.rowname"] if name == "words" else [])}, path
        heavy = {n.split(".")[0] for n, _ in imported(path)} & {"highspy", "cvxpy", "scipy", "networkx", "z3"}
        assert not heavy, (path, heavy)


def test_only_one_room_knows_the_solver() -> None:
    """`highspy` is imported in `mechsynth/solver` alone, `cvxpy` at most in `mechsynth/program`."""
    for path in modules():
        names = {name.split(".")[0] for name, _ in imported(path, typing=True)}
        assert "highspy" not in names or room(path) == "solver", path
        assert "cvxpy" not in names or room(path) == "program", path


def test_nothing_prints_but_the_command_line() -> None:
    """The library returns text; `cli.py` and `commands` print it. Standard output and error are touched nowhere else."""
    for path in modules():
        if room(path) in ("cli", "commands"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("print", "input", "breakpoint"), (path, node.lineno)
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("stdout", "stderr"), (path, node.lineno)


def test_nothing_evaluates_text() -> None:
    """Files come from strangers: no eval, exec, pickle or shell anywhere in the library."""
    for path in modules():
        assert not {n.split(".")[0] for n, _ in imported(path)} & {"pickle", "subprocess", "marshal", "shelve"}, path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile", "__import__"), (path, node.lineno)


def test_heavy_imports_wait() -> None:
    """The command line, the package itself and what questions are import nothing but the standard library, the errors and each other at their top."""
    questions = ("asks/__init__.py", "asks/questions.py", "asks/flags.py", "result/__init__.py", "result/ask.py", "result/status.py")
    light = ("mechsynth.errors", "mechsynth.commands", "mechsynth.asks.questions", "mechsynth.result.ask", "mechsynth.result.status")
    for name in ("cli.py", *(f"commands/{path.name}" for path in (PACKAGE / "commands").glob("*.py")), "__init__.py", "errors.py", *questions):
        for module, top in imported(PACKAGE / name):
            if top and module.split(".")[0] not in ("mechsynth",):
                assert module.split(".")[0] in {
                    "__future__",
                    "argparse",
                    "os",
                    "sys",
                    "time",
                    "collections",
                    "typing",
                    "importlib",
                    "dataclasses",
                    "enum",
                }, (name, module)
            elif top:
                assert module.startswith(light) or module == "mechsynth.asks", (name, module)
