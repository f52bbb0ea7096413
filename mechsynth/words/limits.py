"""Requirements that carry numbers, by their economic meaning: what a payment, a period or an agent is held to."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from mechsynth.words.numbers import listed
from mechsynth.words.reading import word


@dataclass(frozen=True)
class Limit:
    """What such a requirement asks for, its noun, and what it means to relax it by ``{}``."""

    meaning: str
    short: str
    relaxed: str


def read(name: str) -> Limit | None:
    """Return what a requirement with numbers says, ``None`` for any other."""
    head, _, rest = name.partition(":")
    kind, _, period = head.partition("@")
    if kind == "bounded":
        bound = word(rest)
        return Limit(
            f"bounded payments: none is above {bound} in absolute value", "", f"payments may exceed {bound} by ε = {{}}"
        )
    if kind == "cap":
        agent, named, most = rest.rpartition("=")
        who = word(unquote(agent)) if named else "nobody"
        whose = word(unquote(agent)) if named else "an agent"
        return Limit(
            f"a cap: {who} pays {'at most' if named else 'more than'} {word(most)} in any one period, after whatever reports",
            "the cap",
            f"{whose} may pay up to ε = {{}} more than {word(most)} in a period",
        )
    if kind == "liability":
        when = f"period {word(period)}" if period else "any one period"
        return Limit(
            f"limited liability: in {when}, nobody loses more than {word(rest)}, payments less utility, after whatever reports "
            "before and with everybody truthful in the period",
            "limited liability",
            f"an agent may lose up to ε = {{}} more than {word(rest)} in {'that period' if period else 'a period'}",
        )
    if kind == "split":
        parts = (part.rpartition("=") for part in rest.split(","))
        shares = listed([f"{word(share)} to {word(unquote(agent))}" for agent, _, share in parts])
        return Limit(
            "a division of the gains: of what all agents together expect to gain by taking part, at the start and under the "
            f"prior, {shares}",
            "the division",
            "the expected gain of each agent may miss its share by ε = {}",
        )
    return None
