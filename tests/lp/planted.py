"""Linear programs with planted answers, as files in both formats. Nothing of the package is used here."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction as F

SIZES = (F(1), F(1), F(1), F(3), F(1, 2), F(10**9), F(1, 10**9), F(10**11), F(1, 10**4))
WEIGHTS = (F(0), F(0), F(1), F(2), F(3), F(1, 2))
MISSES = (F(1), F(1, 10**9), F(1, 10**9), F(1, 10**15), F(1, 10**30))


@dataclass
class Case:
    """A program and what it comes to."""

    columns: dict[str, tuple[F | None, F | None]] = field(default_factory=dict)
    rows: dict[str, tuple[dict[str, F], F | None, F | None]] = field(default_factory=dict)
    cost: dict[str, F] = field(default_factory=dict)
    constant: F = F(0)
    maximize: bool = False
    status: str = "optimal"
    value: F | None = None

    def sides(self) -> list[tuple[str, str, str, dict[str, F], F]]:
        found = []
        for kind, table in (("row", self.rows), ("bound", {c: ({c: F(1)}, *ends) for c, ends in self.columns.items()})):
            for name, (terms, low, high) in table.items():
                found += [(kind, name, ">=", terms, low)] if low is not None else []
                found += [(kind, name, "<=", terms, high)] if high is not None else []
        return found


def dot(a: dict[str, F], b: dict[str, F]) -> F:
    return sum((v * b.get(k, F(0)) for k, v in a.items()), F(0))


def draw(rng: random.Random, wide: bool) -> F:
    return rng.choice((0, 0, 1, -1, 2, -3, 5)) * rng.choice(SIZES if wide else SIZES[:5])


def planted(seed: int) -> Case:
    rng = random.Random(seed)
    wide = rng.random() < 0.7
    case = Case(maximize=rng.random() < 0.4, status=("optimal", "infeasible", "unbounded", "feasible", "infeasible")[seed % 5])
    names = [f"x{k}" for k in range(rng.randrange(1, 8))]
    x = {name: draw(rng, wide) for name in names}
    ray = {name: draw(rng, wide) for name in names}
    if not any(ray.values()):
        ray[names[0]] = F(1)
    cone = case.status == "unbounded"

    def ends(at: F, slope: F) -> tuple[F | None, F | None]:
        """Ends that hold a value, some of them tight; none that a ray would leave."""
        low, high = (at - rng.choice((F(0), F(0), F(1), F(1, 10**9), F(10**9))), at + rng.choice((F(0), F(0), F(1), F(1, 10**9))))
        kind = rng.choice(("low", "high", "both", "equal", "none"))
        if kind == "equal":
            low = high = at
        return (
            None if kind in ("high", "none") or (cone and slope < 0) else low,
            None if kind in ("low", "none") or (cone and slope > 0) else high,
        )

    for name in names:
        case.columns[name] = ends(x[name], ray[name])
    for k in range(rng.randrange(1, 10)):
        terms = {name: value for name in names if (value := draw(rng, wide))}
        low, high = ends(dot(terms, x), dot(terms, ray))
        if low is not None or high is not None:
            case.rows[f"r{k}"] = terms, low, high
    tight = [side for side in case.sides() if dot(side[3], x) == side[4]]
    weights = [(side, rng.choice(WEIGHTS)) for side in (tight if case.status == "optimal" else case.sides())]
    signed = [({c: v * (y if sense == ">=" else -y) for c, v in terms.items()}, (y if sense == ">=" else -y) * right) for (_, _, sense, terms, right), y in weights]
    total = {name: sum((t.get(name, F(0)) for t, _ in signed), F(0)) for name in names}
    sign = -1 if case.maximize else 1
    if case.status == "optimal":
        case.cost = {c: sign * v for c, v in total.items() if v}
        case.constant = draw(rng, wide)
        case.value = dot(case.cost, x) + case.constant
        if not case.cost:
            case.status = "feasible"
    elif case.status == "infeasible":
        case.cost = {name: value for name in names if (value := draw(rng, wide))}
        missed = -sum((b for _, b in signed), F(0)) + rng.choice(MISSES)
        case.rows["contra"] = {c: -v for c, v in total.items() if v}, missed, None
    elif case.status == "unbounded":
        case.cost = {c: -sign * v for c, v in ray.items() if v}
    else:
        case.constant = case.value = draw(rng, wide)
    return case


def decimal(value: F) -> str:
    """The digits of a number whose denominator divides a power of ten."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
        assert places < 400
    digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if value < 0 else text


def as_mps(case: Case) -> str:
    lines = ["NAME planted", "OBJSENSE", "    MAX" if case.maximize else "    MIN", "ROWS", " N obj"]
    kinds = {}
    for name, (_, low, high) in case.rows.items():
        kinds[name] = "E" if low is not None and high is not None else "G" if high is None else "L"
        lines.append(f" {kinds[name]} {name}")
    lines.append("COLUMNS")
    for column in case.columns:
        lines.append(f" {column} obj {decimal(case.cost.get(column, F(0)))}")
        lines += [f" {column} {row} {decimal(t[0][column])}" for row, t in case.rows.items() if column in t[0]]
    lines += ["RHS", f" rhs obj {decimal(-case.constant)}"]
    for row, (_, low, high) in case.rows.items():
        lines.append(f" rhs {row} {decimal(low if low is not None else high)}")
    lines.append("RANGES")
    lines += [f" rng {row} {decimal(high - low)}" for row, (_, low, high) in case.rows.items() if kinds[row] == "E" and low != high]
    lines.append("BOUNDS")
    for column, (low, high) in case.columns.items():
        if low is not None and low == high:
            lines.append(f" FX bnd {column} {decimal(low)}")
            continue
        lines.append(f" MI bnd {column}" if low is None else f" LO bnd {column} {decimal(low)}")
        lines += [f" UP bnd {column} {decimal(high)}"] if high is not None else []
    return "\n".join([*lines, "ENDATA", ""])


def as_lp(case: Case, quotients: bool = True) -> str:
    def expression(terms: dict[str, F]) -> str:
        parts = [f"{'-' if v < 0 else '+'} {number(abs(v))} {c}" for c, v in terms.items()]
        return " ".join(parts) or f"0 {next(iter(case.columns))}"

    def number(value: F) -> str:
        # both ways to write a number
        return str(value) if quotients and value.denominator in (2, 10**9) else decimal(value)

    everything = {c: case.cost.get(c, F(0)) for c in case.columns}
    sign = "-" if case.constant < 0 else "+"
    lines = ["\\ planted", "maximize" if case.maximize else "minimize", f" obj: {expression(everything)} {sign} {number(abs(case.constant))}", "subject to"]
    for row, (terms, low, high) in case.rows.items():
        body = expression(terms)
        if low is not None and low == high:
            lines.append(f" {row}: {body} = {number(low)}")
        elif low is None or high is None:
            lines.append(f" {row}: {body} {'<=' if low is None else '>='} {number(high if low is None else low)}")
        else:
            lines.append(f" {row}: {number(low)} <= {body} <= {number(high)}")
    lines.append("bounds")
    for column, (low, high) in case.columns.items():
        if low is None and high is None:
            lines.append(f" {column} free")
        elif low is not None and low == high:
            lines.append(f" {column} = {number(low)}")
        else:
            lines.append(f" {'-inf' if low is None else number(low)} <= {column} <= {'inf' if high is None else number(high)}")
    return "\n".join([*lines, "end", ""])
