r"""LP files (the format of CPLEX), read exactly.

Sections: the objective, ``subject to``, ``bounds``, ``free``, ``end``; comments from ``\`` to the end of the line; numbers such as ``1/3`` besides decimals. A row is an
expression with one right-hand number, or a number on either side of it (``-1 <= x + y <= 4``); it may go over several lines.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple, NoReturn

from mechsynth.errors import InputError
from mechsynth.lp.numbers import INFINITE, number, placed
from mechsynth.lp.program import Bounds, Numbers, Program, Row

_NAME = r"[A-Za-z_!\"#$%&(),;?@`'{}|~\u0080-\U0010ffff][A-Za-z0-9_!\"#$%&(),;?@`'{}|~./\[\]\u0080-\U0010ffff]*"
_TOKEN = re.compile(
    rf"(?P<number>\d+/\d+(?![\d.]|[eE][+-]?\d)|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>{_NAME})|(?P<relation>[<>]=?|=[<>]?)|(?P<mark>[-+:])|(?P<other>\S)",
    re.ASCII,
)
_AIM = re.compile(r"\s*(minimi[sz]e|maximi[sz]e|minimum|maximum|min|max)\b(?!\s*:)", re.IGNORECASE)
_ROWS = re.compile(r"\s*(subject\s+to|such\s+that|s\.t\.|st\.|st)(?=\s|$)(?!\s*:)", re.IGNORECASE)
_ALONE = re.compile(
    r"\s*(bounds?|free|end|generals?|gen|integers?|int|binar(?:y|ies)|bin|semi-continuous|semis?|sos[12]?|pwlobj)\s*$",
    re.IGNORECASE,
)
_SENSES = {"<": "<=", "=<": "<=", "<=": "<=", ">": ">=", "=>": ">=", ">=": ">=", "=": "="}


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def parse(text: str) -> Program:
    """Return the program in a text.

    Raises
    ------
    InputError
        Naming the line.
    """
    tokens: list[_Token] = []
    for at, line in enumerate(text.splitlines(), 1):
        rest = line.split("\\", 1)[0]
        for pattern, kind in ((_AIM, "aim"), (_ROWS, "rows"), (_ALONE, "alone")):
            found = pattern.match(rest)
            if found is not None and not (kind == "aim" and tokens):
                tokens.append(_Token("section", " ".join(found[1].lower().split()), at))
                rest = rest[found.end() :]
                break
        tokens += [_Token(str(found.lastgroup), found.group(), at) for found in _TOKEN.finditer(rest)]
    return _Reader(tokens, max(len(text.splitlines()), 1)).read()


class _Reader:
    def __init__(self, tokens: list[_Token], last: int) -> None:
        self.tokens, self.at = tokens, 0
        self.end = _Token("end", "the end of the file", last)
        self.program = Program(form="lp")
        self.uppers: dict[str, int] = {}
        self.placed: set[tuple[str, str]] = set()

    @property
    def next(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else self.end

    def take(self) -> _Token:
        token = self.next
        self.at += 1
        return token

    def wrong(self, problem: str, remedy: str, token: _Token | None = None) -> NoReturn:
        raise InputError(f"line {(token or self.next).line}", problem, remedy)

    def read(self) -> Program:
        aim = self.take()
        if aim.kind != "section" or aim.text[:3] not in ("min", "max"):
            self.wrong(f"{aim.text} where the objective begins", "begin with minimize or maximize", aim)
        self.program.maximize = aim.text.startswith("max")
        self.label()
        if self.next.kind != "section":
            cost, self.program.constant = self.expression()
            self.program.cost = {name: value for name, value in cost.items() if value}
        readers = {"bound": self.bound, "bounds": self.bound, "free": self.free}
        past_rows = False
        while True:
            section = self.take()
            if section.kind != "section":
                self.wrong(
                    f"{section.text} where a section or a term belongs",
                    "write a sign before every term but the first",
                    section,
                )
            if section.text == "end":
                if self.next.kind != "end":
                    self.wrong("text after end", "leave it out")
                return self.program.closed(self.uppers)
            if section.text in readers:
                entry = readers[section.text]
            elif not past_rows and _ROWS.fullmatch(section.text):
                entry = self.row
            else:
                again = _ROWS.fullmatch(section.text) is not None
                self.wrong(
                    f"the section {section.text}",
                    "write one section of rows, before the bounds"
                    if again
                    else "this decides linear programs: leave the section out",
                    section,
                )
            past_rows = True
            while self.next.kind not in ("section", "end"):
                entry()
            if self.next.kind == "end":
                self.wrong("the file ends without end", "give the whole file")

    def label(self) -> str | None:
        following = self.tokens[self.at + 1 : self.at + 2]
        if self.next.kind == "name" and following and following[0].text == ":":
            name = self.take().text
            self.take()
            return name
        return None

    def sign(self) -> int | None:
        """Return the product of the signs that stand here, ``None`` if there are none."""
        found = None
        while self.next.kind == "mark" and self.next.text in "+-":
            found = (found or 1) * (-1 if self.take().text == "-" else 1)
        return found

    def column(self, token: _Token) -> str:
        if token.kind != "name":
            self.wrong(f"{token.text} where the name of a column belongs", "write terms such as 3 x", token)
        if token.text.lower() in INFINITE:
            self.wrong(f"{token.text} as a column", "infinity is for bounds alone", token)
        self.program.columns.setdefault(token.text, Bounds())
        return token.text

    def expression(self) -> tuple[Numbers, Fraction]:
        """Return the coefficients and the constant of an expression; it ends where no sign follows."""
        terms: Numbers = {}
        constant = Fraction(0)
        first = True
        while True:
            sign = self.sign()
            if sign is None and not first:
                return terms, constant
            first = False
            token = self.take()
            if token.kind == "number":
                value = (sign or 1) * number(token.text, token.line)
                if self.next.kind != "name" or self.labels():
                    constant += value
                    continue
                token = self.take()
            else:
                value = Fraction(sign or 1)
            name = self.column(token)
            if name in terms:
                self.wrong(f"{name} twice in one expression", "write the sum of its numbers once", token)
            terms[name] = value

    def labels(self) -> bool:
        """Return whether a label stands here."""
        following = self.tokens[self.at + 1 : self.at + 2]
        return bool(following) and following[0].text == ":"

    def relation(self) -> str:
        token = self.take()
        if token.kind != "relation" or token.text not in _SENSES:
            self.wrong(f"{token.text} where <=, >= or = belongs", "write a row such as x + 2 y <= 4", token)
        return _SENSES[token.text]

    def right(self) -> _Token:
        """Return a number, possibly infinite, with its sign."""
        sign = self.sign()
        token = self.take()
        if token.kind != "number" and not (token.kind == "name" and token.text.lower() in INFINITE):
            self.wrong(
                f"{token.text} where a number belongs", "put columns to one side and one number to the other", token
            )
        return _Token("number", ("-" if sign == -1 else "") + token.text, token.line)

    def finite(self, token: _Token, lower: bool) -> Fraction | None:
        """Return an end of a row; an infinite one is none."""
        if token.text.lstrip("-").lower() in INFINITE:
            return placed(lower, token.text, token.line)
        return number(token.text, token.line)

    def leading(self) -> bool:
        """Return whether a number and a relation stand here."""
        at = self.at
        while at < len(self.tokens) and self.tokens[at].text in ("+", "-"):
            at += 1
        pair = self.tokens[at : at + 2]
        value = bool(pair) and (pair[0].kind == "number" or pair[0].text.lower() in INFINITE)
        return value and len(pair) == 2 and pair[1].kind == "relation"

    def ends(self, before: tuple[_Token, str] | None, after: tuple[str, _Token] | None, start: _Token) -> Row:
        """Return the ends that a number before and one after an expression give it."""
        row = Row({})
        flipped = {"<=": ">=", ">=": "<=", "=": "="}
        told = [] if before is None else [(flipped[before[1]], before[0])]
        told += [] if after is None else [after]
        if len(told) == 2 and "=" in (told[0][0], told[1][0]):
            self.wrong("= in a row with two numbers", "write two rows", start)
        if len(told) == 2 and told[0][0] == told[1][0]:
            self.wrong("a row with two numbers for one end", "write two rows", start)
        for sense, token in told:
            if sense in (">=", "="):
                row.lower = self.finite(token, True)
            if sense in ("<=", "="):
                row.upper = self.finite(token, False)
        return row

    def row(self) -> None:
        start = self.next
        name = self.label()
        before = (self.right(), self.relation()) if self.leading() else None
        terms, constant = self.expression()
        after = None
        if before is None or self.next.kind == "relation":
            after = self.relation(), self.right()
        if constant:
            self.wrong("a number beside the columns of a row", "add it to the other side", start)
        row = self.ends(before, after, start)
        row.terms = {column: value for column, value in terms.items() if value}
        if name is None:
            name = f"R{len(self.program.rows) + 1}"
        if name in self.program.rows:
            self.wrong(f"a second row {name}", "give every row a name of its own", start)
        self.program.rows[name] = row

    def bound(self) -> None:
        start = self.next
        before = (self.right(), self.relation()) if self.leading() else None
        token = self.take()
        if token.kind == "name" and token.text not in self.program.columns and token.text.lower() not in INFINITE:
            self.wrong(f"{token.text} is in no row and not in the objective", "take its bound away, or use it", token)
        name = self.column(token)
        if before is None and self.next.kind == "name" and self.next.text.lower() == "free":
            self.take()
            self.write(name, {"lower": None, "upper": None}, token)
            return
        after = None
        if before is None or self.next.kind == "relation":
            after = self.relation(), self.right()
        told: dict[str, Fraction | None] = {}
        flipped = {"<=": ">=", ">=": "<=", "=": "="}
        pairs = [] if before is None else [(flipped[before[1]], before[0])]
        pairs += [] if after is None else [after]
        if len(pairs) == 2 and ("=" in (pairs[0][0], pairs[1][0]) or pairs[0][0] == pairs[1][0]):
            self.wrong("two numbers for one end of a column", "write one", start)
        for sense, text in pairs:
            if sense == "=":
                value = number(text.text, text.line)
                told |= {"lower": value, "upper": value}
            else:
                told["lower" if sense == ">=" else "upper"] = placed(sense == ">=", text.text, text.line)
        self.write(name, told, token)

    def write(self, name: str, told: dict[str, Fraction | None], token: _Token) -> None:
        ends = self.program.columns[name]
        for end, value in told.items():
            if (name, end) in self.placed:
                self.wrong(f"a second {end} bound of {name}", "keep the one that is meant", token)
            self.placed.add((name, end))
            if end == "lower":
                ends.lower, ends.said = value, True
            else:
                ends.upper = value
                self.uppers[name] = token.line

    def free(self) -> None:
        token = self.take()
        if token.kind == "name" and token.text not in self.program.columns:
            self.wrong(f"{token.text} is in no row and not in the objective", "leave it out, or use it", token)
        self.write(self.column(token), {"lower": None, "upper": None}, token)
