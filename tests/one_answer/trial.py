"""One instance on trial: every question against the oracle, against `implement`, against larger questions, and against rivals."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from oracles import wishes

import mechsynth

from .asked import Asked, Bench, Json, block_questions, drawn_wish_list, wish_list
from .rivals import borrowed, empty_refusals, old_refusals, points

YES, NO = ("feasible", "optimal", "unbounded"), ("infeasible",)
SLOW = 10.0


@dataclass
class Report:
    """What came of a trial: contradictions in words, and counts."""

    contradictions: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class Trial:
    """An instance with its answers and what they are held against; `most` is how many rivals of an answer are tried (all: None)."""

    def __init__(self, instance: Json, seed: int, *, z3: bool = True, patience: float = 20, most: int | None = None) -> None:
        self.bench = Bench(instance, patience)
        self.rng = random.Random(seed)
        self.z3 = z3
        self.most = most
        self.report = Report()
        self.answers: list[tuple[Asked, Json]] = []

    def run(self, blocks: int | None = None, lists: int = 2, rivals: bool = True) -> Report:
        """Put `blocks` block questions (all of them: None) with their equals to the instance, and `lists` wish lists."""
        asked = block_questions(self.bench.model)
        if blocks is not None and blocks < len(asked):
            asked = self.rng.sample(asked, blocks)
        for one in asked:
            answer = self.ask(one)
            if answer is not None:
                self.against_implement(one, answer)
        for _ in range(lists):
            self.ask(drawn_wish_list(self.rng, self.bench.model))
        self.history_independent()
        if rivals:
            for one, answer in list(self.answers):
                self.never_both(one, answer)
        self.inclusions()
        return self.report

    def wrong(self, asked: Asked, text: str) -> None:
        self.report.contradictions.append(f"{self.bench.instance['name']}: {asked}: {text}")

    def ask(self, asked: Asked) -> Json | None:
        """Answer, check, and hold against the oracle; the same question is asked once."""
        for before, answer in self.answers:
            if before == asked:
                return answer
        started = time.monotonic()
        try:
            answer = self.bench.solve(asked)
        except mechsynth.MechsynthError as error:
            self.report.counts[f"refused {asked.ask}"] += 1
            self.report.remarks.append(f"refused {asked}: {error}")
            return None
        spent = time.monotonic() - started
        if spent > SLOW:
            self.report.remarks.append(f"slow {self.bench.instance['name']}: {asked}: {spent:.1f} s")
        self.report.counts[f"{asked.ask} {answer['status']}"] += 1
        if answer["status"] == "unknown":
            self.report.remarks.append(f"unknown {self.bench.instance['name']}: {asked}")
        else:
            refusal = self.bench.refusal(answer)
            if refusal is not None:
                self.wrong(asked, f"{answer['status']}, and the checker refuses it: {refusal}")
            elif answer["strength"] != "exact" and answer["status"] in NO:
                self.wrong(asked, f"{answer['status']} with strength {answer['strength']}")
        self.answers.append((asked, answer))
        if self.z3:
            self.against_oracle(asked, answer)
        return answer

    def against_oracle(self, asked: Asked, answer: Json) -> None:
        """The oracle's verdict is the answer's; its mechanism is accepted; the answer's mechanism meets the oracle's rows."""
        try:
            point = self.bench.point(asked)
        except wishes.Undecided:
            self.report.counts["oracle undecided"] += 1
            return
        self.report.counts["oracle decided"] += 1
        status = answer["status"]
        if (status in YES and point is None) or (status in NO and point is not None):
            self.wrong(asked, f"{status}, and the oracle says the opposite")
        if status in YES and asked.relabelled and asked.ask != "ex-ante-balanced":
            broken = wishes.broken(self.bench.model, answer, asked.kind, asked.wishes)
            if broken:
                self.wrong(asked, f"{status}, and its mechanism misses {broken[0].wish} at {broken[0].place}")
        if point is not None and asked.ask in ("implement", "contingent", "vcg-type", "budget-balanced"):
            mechanism = wishes.document(wishes.Wishes(self.bench.model, asked.kind), point)
            refusal = self.bench.refusal(self.bench.dressed(asked, answer, "feasible", mechanism))
            self.report.counts["oracle's mechanism checked"] += 1
            if refusal is not None:
                self.wrong(asked, f"the oracle's mechanism is refused: {refusal}")

    def against_implement(self, asked: Asked, answer: Json) -> None:
        """`implement` with the same class and wishes gives the same answer, and each accepts the other's mechanism."""
        twin = self.ask(wish_list(self.bench.model, asked.kind, asked.wishes))
        if twin is None:
            return
        pair = (answer["status"], twin["status"])
        if "unknown" not in pair and (pair[0] in YES) != (pair[1] in YES):
            self.wrong(asked, f"{pair[0]}, and implement says {pair[1]}")
        self.report.counts["against implement"] += 1
        if pair[0] in YES and asked.relabelled:
            self.relabel(asked, self.stripped(asked, answer), twin, "implement")
        if pair[1] in YES and asked.ask in ("contingent", "vcg-type", "budget-balanced"):
            self.relabel(asked, twin, answer, asked.ask)

    def stripped(self, asked: Asked, answer: Json) -> Json:
        """Without the payments at the start that `ex-ante-balanced` puts on top."""
        if asked.ask != "ex-ante-balanced" or self.bench.model.horizon == 1:
            return answer
        tables = answer["mechanism"]["transfers"]
        bare: Any
        if self.bench.model.horizon is None:
            bare = {n: {key: x for key, x in own.items() if key != "first"} for n, own in tables.items()}
        else:
            bare = [{n: {key: x for key, x in own.items() if key != "now"} for n, own in tables[0].items()}, *tables[1:]]
        return {**answer, "mechanism": {**answer["mechanism"], "transfers": bare}}

    def relabel(self, asked: Asked, source: Json, target: Json, name: str) -> None:
        """A mechanism under the name of another question that asks no more is accepted."""
        self.report.counts["relabelled"] += 1
        refusal = self.bench.refusal(self.bench.dressed(asked, target, "feasible", source["mechanism"]))
        if refusal is not None:
            self.wrong(asked, f"its mechanism is refused as an answer to {name}: {refusal}")

    def history_independent(self) -> None:
        """`generalized-vcg` against history-independent payments of any kind."""
        model = self.bench.model
        asked = Asked("generalized-vcg", "history-independent", ())
        try:
            answer = self.bench.solve(asked)
        except mechsynth.MechsynthError:
            self.report.counts["refused generalized-vcg"] += 1
            return
        self.report.counts[f"generalized-vcg {answer['status']}"] += 1
        twin = self.ask(wish_list(model, "history-independent", ()))
        assert twin is not None
        if answer["status"] == "unknown":
            self.report.remarks.append(f"unknown {self.bench.instance['name']}: {asked}")
            return
        refusal = self.bench.refusal(answer)
        if refusal is not None:
            self.wrong(asked, f"{answer['status']}, and the checker refuses it: {refusal}")
        pair = (answer["status"], twin["status"])
        if "unknown" not in pair and (pair[0] in YES) != (pair[1] in YES):
            self.wrong(asked, f"{pair[0]}, and implement says {pair[1]}")
        if pair[0] in YES:
            self.relabel(asked, answer, twin, "implement")

    def inclusions(self) -> None:
        """A yes is a yes of every larger class and of every shorter wish list, with the same mechanism."""
        for asked, answer in self.answers:
            if answer["status"] not in YES or not asked.relabelled:
                continue
            bare = self.stripped(asked, answer)
            larger = [large for small, large in wishes.SMALLER if small == asked.kind]
            bounds = any(name.startswith(("bounded", "no-subsidy")) for name in asked.wishes)
            for kind in larger if not bounds else []:
                question = {"ask": "implement", "transfers": kind, "require": ["pepic", *asked.wishes], "objective": "feasibility"}
                self.included(asked, {**bare, "question": question}, f"of {kind} transfers")
            for dropped in asked.wishes:
                fewer = [name for name in asked.wishes if name != dropped]
                question = {"ask": "implement", "transfers": asked.kind, "require": ["pepic", *fewer], "objective": "feasibility"}
                self.included(asked, {**bare, "question": question}, f"without {dropped}")

    def included(self, asked: Asked, target: Json, words: str) -> None:
        refusal = self.bench.refusal(self.bench.dressed(asked, target, "feasible", target["mechanism"]))
        self.report.counts["inclusions"] += 1
        if refusal is not None and not refusal.startswith("question"):
            self.wrong(asked, f"its mechanism is refused as an answer {words}: {refusal}")

    def never_both(self, asked: Asked, answer: Json) -> None:
        """No result with the opposite status is accepted for a question that has an accepted answer (or one by the oracle)."""
        if answer["status"] not in (*YES, *NO):
            return
        opposite = NO if answer["status"] in YES else YES
        donors = [other for _, other in self.answers if (other["status"] in YES) == (opposite is YES)]
        made = list(self.rivals(asked, answer, donors, opposite))
        for rival in made if self.most is None or len(made) <= self.most else self.rng.sample(made, self.most):
            self.report.counts["rivals"] += 1
            if self.bench.accepted(rival):
                self.wrong(asked, f"{answer['status']}, and a rival is accepted: {rival['status']}, {rival['witness'] or 'a mechanism'}")

    def rivals(self, asked: Asked, answer: Json, donors: list[Json], opposite: tuple[str, ...]) -> Iterator[Json]:
        if opposite is NO:
            made = chain(
                empty_refusals(self.bench, asked, answer),
                old_refusals(self.bench, asked, answer) if self.z3 else iter(()),
                borrowed(self.bench, asked, answer, donors),
            )
        else:
            found = points(self.bench, asked, answer) if self.z3 else iter(())
            made = chain(found, borrowed(self.bench, asked, answer, donors))
        return (rival for rival in made if rival["status"] in opposite)
