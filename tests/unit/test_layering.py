"""Imports run one way, and what nobody has to believe stays apart from what everybody has to."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "mechsynth"

# A file imports what stands in earlier lines alone, and its own room: a room is a module or folder of the package, or a file of one where it stands elsewhere.
LAYERS = (
    "errors result/vocabulary",
    "files rational run limits display result/status result/codec result/rowname",
    "compact",
    "reading result/ask result/witness result/__init__",
    "laws past public period result/schema",
    "result/document environment",
    "asks/declared",
    "instance efficient trade beliefs words check",
    "given",
    "asks/words asks/claim",
    "evaluation mechanism families program",
    "solver",
    "prove",
    "engine result/answer lp continuous",
    "construct",
    "asks",
    "audit_tree audit_waiting",
    "api audit",
    "suite report",
    "asks/page",
    "sweep",
    "commands",
    "cli",
    "__init__",
    "__main__",
)
RANKS = {name: rank for rank, line in enumerate(LAYERS) for name in line.split()}
APART = {  # what they know besides themselves
    "check": {"errors", "result/ask", "result/codec", "result/status", "result/vocabulary", "result/witness"},
    "words": {"errors", "result/rowname", "result/ask", "result/vocabulary", "result/codec", "result/document", "result/witness"},  # the vocabulary of what a file says
}


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


def file_of(name: str) -> Path | None:
    """The file of a module, by its dotted name."""
    base = PACKAGE.joinpath(*name.split(".")[1:])
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def handed_on(path: Path) -> dict[str, str]:
    """The names that a package hands on from its modules, and where they are from."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    return {alias.asname or alias.name: str(node.module) for node in found for alias in node.names}


@cache
def needed(path: Path) -> frozenset[Path]:
    """The files of the package that a file imports, early or late; a name that a package hands on is its module's."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skip = typing_only(tree)
    package = ["mechsynth", *path.relative_to(PACKAGE).parts[:-1]]
    found: set[Path | None] = set()
    for node in ast.walk(tree):
        if node in skip:
            continue
        if isinstance(node, ast.Import):
            found |= {file_of(alias.name) for alias in node.names if alias.name.split(".")[0] == "mechsynth"}
        elif isinstance(node, ast.ImportFrom):
            stem = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*stem, *([node.module] if node.module else [])])
            if base.split(".")[0] != "mechsynth":
                continue
            for alias in node.names:
                home, package_file = file_of(f"{base}.{alias.name}"), file_of(base)
                if home is None and package_file is not None and package_file != path:
                    home = file_of(handed_on(package_file).get(alias.name, base))
                if alias.name != "__version__":
                    found.add(home)
    return frozenset(other for other in found if other is not None and other != path)


def layer(path: Path) -> str:
    """The entry of `LAYERS` that a file belongs to: its own, or that of its room."""
    own = "/".join(path.relative_to(PACKAGE).with_suffix("").parts)
    if room(path) == "asks" and path.parent.parent.name == "asks":
        side = {"__init__": "declared", "page": "page", "claim": "claim"}.get(path.stem)
        return f"asks/{side or 'words'}" if side or path in words_of(path.parent) else "asks"
    if own in ("asks/shared", "asks/options"):
        return "asks/declared"
    return own if own in RANKS else room(path)


@cache
def words_of(folder: Path) -> frozenset[Path]:
    """The files of a question's folder that its words are made of."""
    found, left = set(), [folder / "words.py"] if (folder / "words.py").is_file() else []
    while left:
        path = left.pop()
        found.add(path)
        left += [other for other in needed(path) - found if other.parent == folder and other.stem != "__init__"]
    return frozenset(found)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    """Early or late, by name or by what a package hands on."""
    here = layer(path)
    assert here in RANKS, f"{here} has no place in the order of imports: give it one here"
    for other in needed(path):
        there = layer(other)
        assert there in RANKS, f"{path.name} imports {there}"
        assert there == here or RANKS[there] < RANKS[here], f"{here} imports {there}"


def test_no_question_imports_another() -> None:
    """What several share is in `construct`; a question that is answered by way of another asks it as everybody does."""
    from mechsynth.asks import REGISTRY

    rooms = [PACKAGE / "asks" / name.replace("-", "_") for name in REGISTRY]
    assert all((folder / name).is_file() for folder in rooms for name in ("__init__.py", "solve.py"))
    assert len(rooms) == len([path for path in (PACKAGE / "asks").iterdir() if (path / "__init__.py").is_file()])
    for path in modules():
        for other in needed(path):
            home = PACKAGE / "asks" / other.relative_to(PACKAGE).parts[1] if room(other) == "asks" else None
            assert home not in rooms or home in path.parents, path


def test_no_circles() -> None:
    """Also within a room no file is needed by what it needs itself."""
    done: set[Path] = set()

    def visit(path: Path, trail: tuple[Path, ...]) -> None:
        assert path not in trail, [each.relative_to(PACKAGE) for each in (*trail[trail.index(path) :], path)]
        if path not in done:
            for other in sorted(needed(path)):
                visit(other, (*trail, path))
            done.add(path)

    for path in modules():
        visit(path, ())


def test_the_layers_are_of_rooms_that_exist() -> None:
    """So that a renamed module does not slip out of the order."""
    existing = {room(path) for path in modules()} | {layer(path) for path in modules()}
    assert not set(RANKS) - existing and len(RANKS) == sum(len(line.split()) for line in LAYERS)


def test_pages_are_loaded_by_name_from_one_place() -> None:
    """The model does not know them: it asks `display`, which loads the room that registers with it."""
    from mechsynth import display

    assert file_of(display.ROOM) is not None
    source = {path: path.read_text(encoding="utf-8") for path in modules()}
    assert [path.name for path, text in source.items() if display.ROOM in text and room(path) != "report"] == ["display.py"]


@pytest.mark.parametrize("name", APART)
def test_the_checker_and_the_words_stand_apart(name: str) -> None:
    """`check` shares no code with what it checks; `words` only puts results into words."""
    files = [path for path in modules() if room(path) == name]
    assert files
    side = {"words": "asks/words", "check": "asks/claim"}[name]  # and those of each question
    files += [path for path in modules() if layer(path) == side]
    for path in files:
        # a question's declaration is loaded with its words: it is light
        own = {other for other in needed(path) if other.parent == path.parent and room(path) == "asks"}
        assert {layer(other) for other in needed(path) - own} - {name} <= APART[name], path
        assert {layer(other) for other in own} <= {side, "asks/declared"}, path
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
        if room(path) in ("cli", "commands") or path.match("suite/apart.py"):  # the pipes of a process of its own
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("print", "input", "breakpoint"), (path, node.lineno)
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("stdout", "stderr"), (path, node.lineno)


def test_nothing_evaluates_text() -> None:
    """Files come from strangers: no eval, exec, pickle or shell anywhere in the library."""
    for path in modules():
        # One room begins a process: of its own, with a constant text, spoken to in JSON.
        allowed = {"subprocess"} if path.match("suite/apart.py") else set()
        names = {n.split(".")[0] for n, _ in imported(path)} - allowed
        assert not names & {"pickle", "subprocess", "marshal", "shelve"}, path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile", "__import__"), (path, node.lineno)


def test_heavy_imports_wait() -> None:
    """The command line, the package itself and what questions are import nothing but the standard library, the errors and each other at their top."""
    declared = [f"asks/{path.parent.name}/__init__.py" for path in (PACKAGE / "asks").glob("*/__init__.py")]
    questions = (*declared, *(f"asks/{name}.py" for name in ("__init__", "shared", "options", "flags")), *(f"result/{name}.py" for name in ("__init__", "ask", "status", "vocabulary")))
    light = ("mechsynth.errors", "mechsynth.commands", "mechsynth.asks.shared", "mechsynth.asks.options", "mechsynth.result.ask", "mechsynth.result.status", "mechsynth.result.vocabulary")
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
                    "pkgutil",
                    "dataclasses",
                    "functools",
                    "enum",
                }, (name, module)
            elif top:
                assert module.startswith(light) or module == "mechsynth.asks", (name, module)


# Where a question is named outside its own folder, and why.
NAMED = {
    "result/witness.py": "two kinds of a witness are called like the question that they answer",
    "report/pages.py": "the same",
    "result/vocabulary.py": "the question that is asked where none is named, and the one to which others refer",
    "families": "what instances of a family are known to answer, with the reason",
    "check/claims": "what several questions claim alike is one text there; inside, each is told apart by its name",
    "check/blocks.py": "the same, of the two conditions on beliefs",
    "check/small": "the second checker shares no declaration with the first: it has its own list of questions",
    "check/smooth": "signals on [0, 1]: two questions are asked of their own format, whose claims stand here",
    "continuous": "the same, where they are answered and told",
    "engine/__init__.py": "functions that decide stacks of blocks, named after what they decide",
}
# Names that mean something else too: two classes of transfers, a scope, a command. They are looked for where a question is compared alone.
WORDS_TOO = {"contingent", "vcg-type", "policy", "optimal", "index"}


def test_nothing_outside_names_a_question() -> None:
    """No table and no comparison outside `asks` knows which questions there are: they are read off the registry, so that a new one needs no edit elsewhere."""
    from mechsynth.asks import REGISTRY

    met = set()
    for path in modules():
        place = str(path.relative_to(PACKAGE))
        if room(path) == "asks":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        compared: set[ast.AST] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and any(isinstance(part, (ast.Name, ast.Attribute)) and getattr(part, "id", getattr(part, "attr", "")) == "ask" for part in (node.left, *node.comparators)):
                compared |= set(ast.walk(node))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in REGISTRY and (node.value not in WORDS_TOO or node in compared):
                entry = next((entry for entry in NAMED if place == entry or place.startswith(f"{entry}/")), None)
                assert entry is not None, f"{place}, line {node.lineno} names {node.value}"
                met.add(entry)
    assert met == set(NAMED), "a place that names none any more"
