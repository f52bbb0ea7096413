"""The blocks that everybody decides, reproducible from a seed.

A block is ``n`` beliefs over ``m`` outcomes, all over one denominator, and ``n`` targets; its work is all ``n`` reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
MIX = 12  # planted mixtures have weights in twelfths
TARGET_DEN = 9  # c = −g/δ at δ = 9/10


@dataclass(frozen=True, eq=False)
class Blocks:
    """A stack of blocks.

    Attributes
    ----------
    num, den:
        ``(B, n, m)``: the beliefs ``μ_k = num[b, k] / den``; every row adds to ``den``.
    target_num, target_den:
        ``(B, n)``: the targets ``c_k = target_num[b, k] / target_den``.
    """

    num: Ints
    den: int
    target_num: Ints
    target_den: int

    @property
    def count(self) -> int:
        """``B``."""
        return int(self.num.shape[0])

    def first(self, count: int) -> Blocks:
        """Return the first blocks."""
        return Blocks(self.num[:count], self.den, self.target_num[:count], self.target_den)

    def save(self, path: Path) -> None:
        """Write the blocks, uncompressed."""
        np.savez(path, num=self.num, den=self.den, target_num=self.target_num, target_den=self.target_den)

    @classmethod
    def load(cls, path: Path) -> Blocks:
        """Read what `save` wrote."""
        with np.load(path) as file:
            return cls(file["num"], int(file["den"]), file["target_num"], int(file["target_den"]))


def points(rng: np.random.Generator, shape: tuple[int, ...], den: int) -> Ints:
    """Return random probability vectors along the last axis, as numerators over ``den`` (largest remainders)."""
    weights = rng.exponential(size=shape)
    return rounded(weights / weights.sum(-1, keepdims=True), den)


def rounded(probabilities: NDArray[np.float64], den: int) -> Ints:
    """Return probability vectors rounded to multiples of ``1/den``, still adding to one."""
    scaled = probabilities * den
    floor = np.floor(scaled).astype(np.int64)
    missing = den - floor.sum(-1, keepdims=True)
    order = np.argsort(np.argsort(floor - scaled, axis=-1), axis=-1)
    return floor + (order < missing)


def denominator(m: int) -> int:
    """Return the denominator of the beliefs: 720 where it leaves room for all outcomes, else 10 000."""
    return 720 if m < 100 else 10_000


def random_targets(rng: np.random.Generator, count: int, n: int) -> Ints:
    """Return targets between −20 and 20, in ninths."""
    return rng.integers(-20 * TARGET_DEN, 20 * TARGET_DEN + 1, size=(count, n))


def full_rank(rng: np.random.Generator, count: int, n: int, m: int) -> Blocks:
    """Return blocks of independent beliefs."""
    den = denominator(m)
    num = points(rng, (count, n, m), den)
    for _ in range(20):
        weak = np.flatnonzero(_smallest(num, den) < 1e-6)
        if not weak.size:
            break
        num[weak] = points(rng, (weak.size, n, m), den)
    return Blocks(num, den, random_targets(rng, count, n), TARGET_DEN)


def _smallest(num: Ints, den: int) -> NDArray[np.float64]:
    """Return the smallest eigenvalue of each block's Gram matrix."""
    least = np.empty(len(num))
    for start in range(0, len(num), 1000):
        rows = num[start : start + 1000] / den
        least[start : start + 1000] = np.linalg.eigvalsh(rows @ rows.transpose(0, 2, 1))[:, 0]
    return least


def plant(rng: np.random.Generator, num: Ints) -> tuple[Ints, Ints]:
    """Return blocks (over a denominator ``MIX`` times as large) in which one belief mixes up to three others, and the mixtures.

    The mixtures are ``(B, n)``: weights in twelfths, ``−MIX`` at the report that is mixed.
    """
    count, n, _ = num.shape
    order = np.argsort(rng.random((count, n)), axis=1)
    carriers = min(3, n - 1)
    weights = np.ones((count, carriers), dtype=np.int64)
    for _ in range(MIX - carriers):
        weights[np.arange(count), rng.integers(0, carriers, count)] += 1
    mixture = np.zeros((count, n), dtype=np.int64)
    np.put_along_axis(mixture, order[:, 1 : 1 + carriers], weights, axis=1)
    mixed = np.einsum("bk,bkm->bm", mixture, num)
    scaled = num * MIX
    scaled[np.arange(count), order[:, 0]] = mixed
    mixture[np.arange(count), order[:, 0]] = -MIX
    return scaled, mixture


def planted_every(rng: np.random.Generator, count: int, n: int, m: int) -> Blocks:
    """Return blocks in each of which one belief is a mixture of others; about half of those reports have no payments."""
    plain = full_rank(rng, count, n, m)
    num, _ = plant(rng, plain.num)
    return Blocks(num, plain.den * MIX, plain.target_num, plain.target_den)


def planted_tenth(rng: np.random.Generator, count: int, n: int, m: int) -> Blocks:
    """Return blocks of which one in every ten has a planted mixture."""
    plain = full_rank(rng, count, n, m)
    num = plain.num * MIX
    starts = np.arange(0, count, 10)
    which = np.minimum(starts + rng.integers(0, 10, starts.size), count - 1)
    num[which], _ = plant(rng, plain.num[which])
    return Blocks(num, plain.den * MIX, plain.target_num, plain.target_den)


def more_signals(rng: np.random.Generator, count: int, n: int, m: int) -> Blocks:
    """Return blocks with more signals than outcomes: every second one in convex position, the others at random."""
    den = 10_000
    num = points(rng, (count, n, m), den)
    directions = rng.normal(size=((count + 1) // 2, n, m))
    directions -= directions.mean(-1, keepdims=True)
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    num[::2] = rounded(1 / m + directions / (m + 1), den)  # a sphere around the centre, inside the simplex
    return Blocks(num, den, random_targets(rng, count, n), TARGET_DEN)


def near_degenerate(rng: np.random.Generator, count: int, n: int, m: int) -> Blocks:
    """Return blocks at or next to a tie; the variant is the block's index modulo 10.

    0 the target is exactly the mixture's; 1–6 off it by 10⁻⁶, 10⁻⁸ or 10⁻¹² on either side; 7 the *belief* misses the mixture
    by one unit of a denominator of 8.64·10⁹; 8 two equal beliefs with equal targets, or off by 10⁻⁸; 9 beliefs on one line.
    """
    fine, edge = 10**6, 10**12
    base = points(rng, (count, n, m), 720)
    num, mixture = plant(rng, base)
    num = num * fine
    den = 720 * MIX * fine
    whole = rng.integers(-20, 21, size=(count, n))
    scale = MIX * edge
    targets = whole * scale
    at = np.arange(count)
    variant = at % 10
    report = np.argmin(mixture, axis=1)
    weights = np.where(mixture > 0, mixture, 0)
    tie = (weights * whole).sum(1) * edge
    offsets = np.array([0, 10**6, -(10**6), 10**4, -(10**4), 1, -1, 0, 0, 0], dtype=np.int64) * MIX
    near = variant <= 7
    targets[at[near], report[near]] = (tie + offsets[variant])[near]
    off = at[variant == 7]
    high, low = np.argmax(num[off, report[off]], axis=1), np.argmin(num[off, report[off]], axis=1)
    num[off, report[off], high] -= 1
    num[off, report[off], low] += 1
    twins = at[variant == 8]
    other = np.argmax(weights[twins], axis=1)
    num[twins, report[twins]] = num[twins, other]
    targets[twins, report[twins]] = targets[twins, other] + np.where(twins % 20 == 8, 0, -(10**4) * MIX)
    line = at[variant == 9]
    places = np.argsort(rng.random((line.size, n)), axis=1) % (MIX + 1)
    ends = points(rng, (line.size, 2, m), 720) * fine
    num[line] = places[..., None] * ends[:, :1] + (MIX - places)[..., None] * ends[:, 1:]
    return Blocks(num, den, targets, scale)


Maker: TypeAlias = Callable[[np.random.Generator, int, int, int], Blocks]
FAMILIES: dict[str, Maker] = {
    "full rank": full_rank,
    "planted, one block in ten": planted_tenth,
    "planted, every block": planted_every,
    "more signals than outcomes": more_signals,
    "near-degenerate": near_degenerate,
}


def make(family: str, count: int, n: int, m: int, seed: int = 0) -> Blocks:
    """Return the blocks of a family; the same for the same arguments."""
    key: list[Any] = [seed, sorted(FAMILIES).index(family), count, n, m]
    return FAMILIES[family](np.random.default_rng(key), count, n, m)


def warm_up() -> Iterator[Blocks]:
    """Yield small blocks that reach every corner: imports, first calls and lazily loaded parts are nobody's work."""
    yield make("planted, every block", 10, 3, 9, seed=1)
    yield make("more signals than outcomes", 10, 6, 3, seed=1)
    yield make("near-degenerate", 20, 4, 9, seed=1)
