"""Every claim and refusal in given files, and the program without one of them.

A *site* is a statement that refuses: ``raise``, a call of a method of a ledger, of ``equal``, or of a function that asks for something
by its name, ``check…``, ``refuse…``, ``met`` and the like. Without it the statement is ``pass``. The mutant is the same function with other code, in this process: nothing is
imported anew, and the code is put back afterwards.
"""

from __future__ import annotations

import ast
import functools
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import mechsynth

PACKAGE = Path(mechsynth.__file__).parent


@dataclass(frozen=True)
class Site:
    """A statement that refuses: where it stands, in which function, and what it says."""

    path: Path
    line: int
    last: int
    function: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(PACKAGE)}:{self.line} {'.'.join(self.function)}: {self.text}"


def _refuses(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        return node.exc is not None
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    called = node.value.func
    if isinstance(called, ast.Attribute):
        owner = called.value
        named = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
        return named.lstrip("_") == "ledger" or _judges(called.attr)
    return isinstance(called, ast.Name) and _judges(called.id)


# the last line are the ways of the kernel, and of the questions, to ask
_JUDGES = (
    "check", "refuse", "demand", "equal", "judge", "prove", "ask",
    "met", "extreme", "ray", "no_columns", "once", "excluded", "meets", "cancels", "short", "incentives", "payoffs",
)  # fmt: skip


def _judges(name: str) -> bool:
    return name.lstrip("_").startswith(_JUDGES)


def sites(paths: list[Path]) -> list[Site]:
    """All sites of some files, in order."""
    found: list[Site] = []
    for path in paths:
        text = path.read_text(encoding="utf-8")

        def visit(node: ast.AST, inside: tuple[str, ...], path: Path = path, text: str = text) -> None:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.FunctionDef | ast.ClassDef):
                    visit(child, (*inside, child.name))
                    continue
                if isinstance(child, ast.stmt) and inside and _refuses(child):
                    words = " ".join((ast.get_source_segment(text, child) or "").split())
                    found.append(Site(path, child.lineno, child.end_lineno or child.lineno, inside, words[:160]))
                visit(child, inside)

        visit(ast.parse(text), ())
    return found


class _Drop(ast.NodeTransformer):
    def __init__(self, line: int) -> None:
        self.line = line
        self.dropped = 0

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.stmt) and node.lineno == self.line and _refuses(node):
            self.dropped += 1
            return ast.copy_location(ast.Pass(), node)
        return super().generic_visit(node)


def _module(path: Path) -> ModuleType:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return importlib.import_module(".".join(["mechsynth", *parts]))


def _plain(thing: Any) -> FunctionType | None:
    """The function behind a method, a property or a decorated one."""
    if isinstance(thing, staticmethod | classmethod):
        thing = thing.__func__
    if isinstance(thing, property):
        thing = thing.fget
    if isinstance(thing, functools.cached_property):
        thing = thing.func
    while hasattr(thing, "__wrapped__"):
        thing = thing.__wrapped__
    return thing if isinstance(thing, FunctionType) else None


def _live(module: ModuleType, path: Path, function: tuple[str, ...]) -> tuple[FunctionType, int]:
    """The outermost function of a site in the running program, and how many names lead to it."""
    holder: Any = module
    for depth, name in enumerate(function):
        holder = vars(holder)[name]
        found = _plain(holder)
        if found is not None:
            return found, depth + 1
    raise LookupError(f"{path}: {function} is no function")


def _code(within: CodeType, names: tuple[str, ...], near: int) -> CodeType:
    """The code object at the end of a chain of names, the one that begins at a line or a decorator above it."""
    for name in names[:-1]:
        within = next(c for c in within.co_consts if isinstance(c, CodeType) and c.co_name == name)
    same = [c for c in within.co_consts if isinstance(c, CodeType) and c.co_name == names[-1]]
    return min(same, key=lambda c: abs(c.co_firstlineno - near))


@contextmanager
def without(site: Site) -> Iterator[None]:
    """The program without one site."""
    tree = ast.parse(site.path.read_text(encoding="utf-8"))
    drop = _Drop(site.line)
    changed = drop.visit(tree)
    assert drop.dropped == 1, site
    whole = compile(
        ast.fix_missing_locations(changed), str(site.path), "exec", dont_inherit=True, flags=annotations_flag()
    )
    function, depth = _live(_module(site.path), site.path, site.function)
    before = function.__code__
    function.__code__ = _code(whole, site.function[:depth], before.co_firstlineno)
    try:
        yield
    finally:
        function.__code__ = before


def annotations_flag() -> int:
    """The files import annotations from the future by themselves."""
    return 0
