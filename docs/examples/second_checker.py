"""A checker written from docs/certificates.md and docs/instance-files.md alone, with nothing but fractions and json.

    python docs/examples/second_checker.py RESULT INSTANCE

It knows instances of format 1, `contingent` and `vcg-type`, either answer, and the negative answers of `convex-independence` and `spanning`; anything else is
refused: other witnesses (multipliers of rows), unknown keys, and whatever a certificate tells that it does not check itself. It does not look
at the digest of the instance.
"""

import json
import sys
from fractions import Fraction


class Refused(Exception):
    """The result is not proved."""


def require(holds, why):
    if not holds:
        raise Refused(why)


def tuples(sizes):
    """All index tuples, the last index fastest."""
    found = [()]
    for size in sizes:
        found = [(*head, k) for head in found for k in range(size)]
    return found


def look(table, index):
    """An entry of nested lists; an axis of length 1 does not depend on its index."""
    for k in index:
        table = table[0 if len(table) == 1 else k]
    return Fraction(table)


def shape(table, depth):
    """The lengths of nested lists, the same everywhere."""
    if depth == 0:
        require(not isinstance(table, list), "a table has an axis too many")
        return ()
    require(isinstance(table, list) and table, "a table lacks an axis")
    shapes = {shape(entry, depth - 1) for entry in table}
    require(len(shapes) == 1, "a table is ragged")
    return (len(table), *shapes.pop())


class Model:
    """The instance: exact numbers, periods from 0; `utility[t][i][a, θ]`, `kernel[t][a, θ]` a list of (θ', probability)."""

    def __init__(self, file, normalized):
        require(file["format"] == "mechsynth-instance/1", "an instance of another format")
        self.agents, self.delta = file["agents"], Fraction(file["discount"])
        self.endless = file["horizon"] == "infinite"
        self.T = 1 if self.endless else file["horizon"]
        self.normalized = normalized
        stages = file.get("periods") or [file] * self.T
        self.labels = [[stage["signals"][name] for name in self.agents] for stage in stages]
        self.actions = [stage["actions"] for stage in stages]
        self.profiles = [tuples(map(len, own)) for own in self.labels]
        self.utility = [
            [self.utilities(t, i, stage["utilities"][name]) for i, name in enumerate(self.agents)]
            for t, stage in enumerate(stages)
        ]
        links = range(self.T if self.endless else self.T - 1)
        self.kernel = [self.transition(t, stages[t]["transition"]) for t in links]

    def next(self, t):
        return t if self.endless else t + 1

    def utilities(self, t, i, table):
        places = [(a, *theta) for a in range(len(self.actions[t])) for theta in self.profiles[t]]
        if isinstance(table, dict):
            return {place: look(table["private"], (place[0], place[1 + i])) for place in places}
        return {place: look(table, place) for place in places}

    def transition(self, t, table):
        after = self.profiles[self.next(t)]
        found = {}
        for a in range(len(self.actions[t])):
            for theta in self.profiles[t]:
                if isinstance(table, dict):
                    parts = [
                        self.own_row(table["independent"][name], a, theta[i]) for i, name in enumerate(self.agents)
                    ]
                    row = []
                    for then in after:
                        p = Fraction(1)
                        for part, k in zip(parts, then):
                            p *= part[k]
                        row.append(p)
                else:
                    row = self.distribution([look(table, (a, *theta, *then)) for then in after])
                found[a, *theta] = [(then, p) for then, p in zip(after, row) if p]
        return found

    def own_row(self, table, a, k):
        if isinstance(table[0][0], list):
            table = table[0 if len(table) == 1 else a]
        return self.distribution([Fraction(p) for p in table[0 if len(table) == 1 else k]])

    def distribution(self, row):
        total = sum(row)
        require(min(row) >= 0 and (total == 1 or (self.normalized and total > 0)), "a row of probabilities is none")
        return [p / total for p in row]

    def expect(self, t, a, theta, value):
        return sum((p * value(then) for then, p in self.kernel[t][a, *theta]), Fraction(0))

    def surplus(self, t, a, theta):
        return sum(self.utility[t][i][a, *theta] for i in range(len(self.agents)))

    def index(self, t, signals, skip=None):
        """The profile that {agent: signal} names; the agent to skip has 0."""
        names = [name for i, name in enumerate(self.agents) if i != skip]
        require(sorted(signals) == sorted(names), f"{signals} does not name everybody")
        return tuple(0 if i == skip else self.labels[t][i].index(signals[name]) for i, name in enumerate(self.agents))

    def period(self, entry):
        require(("period" in entry) != self.endless, "a period is named exactly when the horizon is finite")
        t = entry.get("period", 1)
        require(type(t) is int and 1 <= t <= self.T, f"there is no period {t}")
        return t - 1


def efficient_rule(model, allocation, constant):
    """The rule of the file and the efficient values W[t][θ]; refused unless the rule is efficient."""
    rule = [{} for _ in range(model.T)]
    for entry in allocation:
        t = model.period(entry)
        theta = model.index(t, entry["signals"])
        require(theta not in rule[t], "a profile stands twice in the allocation")
        rule[t][theta] = model.actions[t].index(entry["action"])
    require(all(len(rule[t]) == len(model.profiles[t]) for t in range(model.T)), "a profile has no action")
    W = [{} for _ in range(model.T)]
    if model.endless:
        W[0] = stationary_values(model, rule[0])
    for t in reversed(range(model.T)):
        for theta in model.profiles[t]:
            worth = [model.surplus(t, a, theta) for a in range(len(model.actions[t]))]
            if t < len(model.kernel):
                following = W[model.next(t)]
                worth = [
                    w + model.delta * model.expect(t, a, theta, following.__getitem__) for a, w in enumerate(worth)
                ]
            if t == model.T - 1 and constant is not None:
                require(model.actions[t][rule[t][theta]] == constant, "the last period is not the constant action")
            else:
                require(worth[rule[t][theta]] == max(worth), f"the rule is not efficient at {theta}")
            W[t][theta] = max(worth)
    return rule, W


def stationary_values(model, rule):
    """Solve W = Σ u + δ P W by elimination."""
    profiles = model.profiles[0]
    place = {theta: k for k, theta in enumerate(profiles)}
    rows = []
    for theta in profiles:
        row = [Fraction(0)] * len(profiles) + [model.surplus(0, rule[theta], theta)]
        row[place[theta]] += 1
        for then, p in model.kernel[0][rule[theta], *theta]:
            row[place[then]] -= model.delta * p
        rows.append(row)
    for k in range(len(rows)):
        # The matrix is diagonally dominant, so no pivot is zero.
        rows[k] = [entry / rows[k][k] for entry in rows[k]]
        for j in range(len(rows)):
            if j != k and rows[j][k]:
                factor = rows[j][k]
                rows[j] = [x - factor * y for x, y in zip(rows[j], rows[k])]
    return {theta: rows[k][-1] for theta, k in place.items()}


def named(model, t, signals):
    """The indices of {agent: signal}, by the agent's index."""
    places = {model.agents.index(name): signal for name, signal in signals.items()}
    return {j: model.labels[t][j].index(signal) for j, signal in places.items()}


def payments(model, transfers, rule):
    """Functions now(t, i, θ) and later(t, i, a, θ, θ'), and what each looks at: a set of (t, i, kind, axis)."""
    looks = set()
    if isinstance(transfers, list) and all(isinstance(entry.get("agent"), str) for entry in transfers):
        known = []
        for entry in transfers:
            require(
                set(entry) <= {"agent", "period", "reports", "action", "next", "payment"}, "a record has an unknown key"
            )
            t, i, kind = model.period(entry), model.agents.index(entry["agent"]), "later" if "next" in entry else "now"
            require(kind == "now" or t < len(model.kernel), "nothing comes after the last period")
            told = named(model, t, entry.get("reports", {}))
            then = named(model, model.next(t), entry["next"]) if kind == "later" else {}
            action = model.actions[t].index(entry["action"]) if "action" in entry else None
            # A set of one signal is not looked at.
            axes = [(f"report {j}", t, j) for j in told] + [(f"next {j}", model.next(t), j) for j in then]
            looks |= {(t, i, kind, None)} | {(t, i, kind, axis) for axis, s, j in axes if len(model.labels[s][j]) > 1}
            known.append((t, i, kind, told, action, then, Fraction(entry["payment"])))

        def paid(t, i, kind, a, theta, after):
            return sum(
                (
                    value
                    for s, j, own, told, action, then, value in known
                    if (s, j, own) == (t, i, kind)
                    and action in (None, a)
                    and all(theta[k] == v for k, v in told.items())
                    and all(after[k] == v for k, v in then.items())
                ),
                Fraction(0),
            )
    else:
        tables = [transfers] if model.endless else transfers
        require(isinstance(tables, list) and len(tables) == model.T, "one object of tables a period")
        for t, by_agent in enumerate(tables):
            require(set(by_agent) <= set(model.agents), "tables of an unknown agent")
            for i, name in enumerate(model.agents):
                require(set(by_agent.get(name, {})) <= {"now", "later"}, "an unknown kind of table")
                for kind, table in by_agent.get(name, {}).items():
                    axes = [("report", j, len(own)) for j, own in enumerate(model.labels[t])]
                    if kind == "later":
                        require(t < len(model.kernel), "nothing comes after the last period")
                        then = model.labels[model.next(t)]
                        axes = [
                            ("action", 0, len(model.actions[t])),
                            *axes,
                            *(("next", j, len(own)) for j, own in enumerate(then)),
                        ]
                    found = shape(table, len(axes))
                    require(
                        all(n in (1, full) for n, (_, _, full) in zip(found, axes)),
                        "a table has an axis of the wrong length",
                    )
                    looks |= {(t, i, kind, None)} | {
                        (t, i, kind, f"{what} {j}") for n, (what, j, _) in zip(found, axes) if n > 1
                    }

        def paid(t, i, kind, a, theta, after):
            table = tables[t].get(model.agents[i], {}).get(kind)
            return Fraction(0) if table is None else look(table, theta if kind == "now" else (a, *theta, *after))

    def now(t, i, theta):
        return paid(t, i, "now", rule[t][theta], theta, None)

    def later(t, i, a, theta, after):
        return paid(t, i, "later", a, theta, after)

    return now, later, looks


def lie(theta, i, r):
    return (*theta[:i], r, *theta[i + 1 :])


def target(model, rule, W, t, i, a, theta, paid=lambda t, i, theta: Fraction(0)):
    """What i must expect to be charged next period, c = −g/δ, when `paid` is charged in the last one."""
    g = model.surplus(t, a, theta) - model.utility[t][i][a, *theta]
    if not model.endless and t == model.T - 2:
        last = model.T - 1
        g += model.delta * model.expect(
            t,
            a,
            theta,
            lambda then: W[last][then] - model.utility[last][i][rule[last][then], *then] + paid(last, i, then),
        )
    return -g / model.delta


def lost(model, W, t, a, theta):
    """What action a loses of the surplus: W(θ) − Q(a, θ)."""
    worth = model.surplus(t, a, theta) + model.delta * model.expect(t, a, theta, W[model.next(t)].__getitem__)
    return W[t][theta] - worth


def rounded_down(value):
    """A positive number to six significant decimal digits, not above it."""
    unit = Fraction(1)
    while value / unit >= 10:
        unit *= 10
    while value / unit < 1:
        unit /= 10
    unit /= 10**5
    return value // unit * unit


def check_question(model, question):
    """The keys of a question are those of its kind."""
    require(question["scope"] in ("all", "policy"), "no scope")
    mechanism = question["ask"] in ("contingent", "vcg-type")
    expected = {"ask", "scope"}
    if mechanism:
        expected |= {"transfers", "require", "objective"}
        asked = (question["transfers"], question["require"], question["objective"])
        require(asked == (question["ask"], ["pepic", "residual-claimant"], "feasibility"), "another question")
    optional = {"last-period"} if mechanism and not model.endless else set()
    require(expected <= set(question) <= expected | optional, "the question lacks a key, or has one too many")
    end = question.get("last-period", "efficient")
    action = end.removeprefix("constant:")
    require(end == "efficient" or (action != end and action in model.actions[-1]), "an unknown last period")


def check_feasible(model, question, mechanism):
    ask, constant = question["ask"], constant_action(question)
    rule, W = efficient_rule(model, mechanism["allocation"], constant)
    now, later, looks = payments(model, mechanism["transfers"], rule)
    last = None if model.endless else model.T - 1
    for t, i, kind, axis in looks:
        require(kind == "later" or (t == last and constant is None), "a payment now is not in the class")
        require(axis != f"next {i}" or kind == "now", "a payment looks at the own next report")
        require(
            not (ask == "vcg-type" and kind == "later" and axis == f"report {i}"), "a payment looks at the own report"
        )
    for t in range(model.T):
        for i in range(len(model.agents)):
            for theta in model.profiles[t]:
                check_incentives(model, rule, W, now, later, t, i, theta)
                if question["scope"] == "all" and t != last:
                    check_every_action(model, rule, W, now, later, t, i, theta, ask)


def payoff(model, rule, W, now, t, i, theta):
    """The truthful payoff: W before the last period (asked of the result, and put into its equation), utility less payment in it."""
    if model.endless or t < model.T - 1:
        return W[t][theta]
    return model.utility[t][i][rule[t][theta], *theta] - now(t, i, theta)


def gain(model, rule, W, now, later, t, i, theta, r):
    """What reporting r now and the truth from then on is worth."""
    told = lie(theta, i, r)
    a = rule[t][told]
    worth = model.utility[t][i][a, *theta] - now(t, i, told)
    if t < len(model.kernel):
        worth += model.delta * model.expect(
            t,
            a,
            theta,
            lambda then: payoff(model, rule, W, now, model.next(t), i, then) - later(t, i, a, told, then),
        )
    return worth


def check_incentives(model, rule, W, now, later, t, i, theta):
    truth = payoff(model, rule, W, now, t, i, theta)
    for r in range(len(model.labels[t][i])):
        worth = gain(model, rule, W, now, later, t, i, theta, r)
        require(
            worth == truth if r == theta[i] else worth <= truth,
            f"{model.agents[i]}, period {t + 1}, at {theta}, reporting {r}: {worth} against {truth}",
        )


def check_every_action(model, rule, W, now, later, t, i, theta, ask):
    for a in range(len(model.actions[t])):
        c = target(model, rule, W, t, i, a, theta, now)
        for r in range(len(model.labels[t][i])):
            told = lie(theta, i, r)
            charged = model.expect(t, a, theta, lambda then: later(t, i, a, told, then))
            require(
                charged == c if told == theta or ask == "vcg-type" else charged >= c,
                f"block row of action {a} at {theta}, report {told}",
            )


def check_witness(model, question, result):
    """A mixture or a dependence among the beliefs of a block, and that the targets do not fit it; or a chain of lies."""
    ask, w = question["ask"], result["witness"]
    if w["kind"] == "cycle" and ask in ("contingent", "vcg-type"):
        check_cycle(model, question, result["mechanism"], w)
        return
    kind = "convex-combination" if ask in ("convex-independence", "contingent") else "dependence"
    keys = {"kind", "agent", "action", "others", "weights", "shortfall"} | (set() if model.endless else {"period"})
    require(w["kind"] == kind, f"this checker knows no witness of kind {w['kind']} for {ask}")
    require(set(w) == keys | ({"type"} if kind == "convex-combination" else set()), "a witness with other keys")
    t, i = model.period(w), model.agents.index(w["agent"])
    require(t < len(model.kernel), "there are no blocks in the last period")
    a, own = model.actions[t].index(w["action"]), model.labels[t][i]
    others = model.index(t, w["others"], i)
    eta = {own.index(k): Fraction(v) for k, v in w["weights"].items()}
    rule = None
    require(
        question["scope"] == "policy" or ask in ("contingent", "vcg-type") or result["mechanism"] is None,
        "a rule that is not asked about",
    )
    if question["scope"] == "policy" or ask in ("contingent", "vcg-type"):
        rule, W = efficient_rule(model, result["mechanism"]["allocation"], constant_action(question))
    played = {k for k in range(len(own)) if rule and rule[t][lie(others, i, k)] == a}
    if kind == "convex-combination":
        mimicked = own.index(w["type"])
        require(
            mimicked not in eta and min(eta.values()) >= 0 and sum(eta.values()) == 1, "no mixture of other signals"
        )
        require(question["scope"] == "all" or mimicked in played, "the rule takes another action")
        eta[mimicked] = Fraction(-1)
    else:
        require(any(eta.values()), "all weights are zero")
        require(question["scope"] == "all" or played, "the rule never takes this action")
        if ask == "vcg-type" and question["scope"] == "policy":
            require(
                all(v >= 0 for k, v in eta.items() if k not in played),
                "a negative weight where the action follows a lie",
            )
    belief = {}
    for k, v in eta.items():
        for then, p in model.kernel[t][a, *lie(others, i, k)]:
            seen = lie(then, i, 0)
            belief[seen] = belief.get(seen, 0) + v * p
    require(not any(belief.values()), "the beliefs do not cancel")
    if ask in ("convex-independence", "spanning"):
        require(w["shortfall"] is None, "a shortfall where none is asked")
        return
    check_shortfall(model, question, rule, W, t, i, a, {lie(others, i, k): v for k, v in eta.items()}, w["shortfall"])


def check_shortfall(model, question, rule, W, t, i, a, weights, stated):
    """The weighted targets: less, in scope policy, by what a lie to the action loses; and whatever is paid in the last period."""
    if not model.endless and t == model.T - 2 and constant_action(question) is None:
        whole = {}
        for theta, v in weights.items():
            for then, p in model.kernel[t][a, *theta]:
                whole[then] = whole.get(then, 0) + v * p
        require(not any(whole.values()), "less than was asked: payments of the last period change what is added up")
    short = Fraction(0)
    for theta, v in weights.items():
        c = target(model, rule, W, t, i, a, theta)
        if question["scope"] == "policy" and rule[t][theta] != a:
            c -= lost(model, W, t, a, theta) / model.delta
        short += v * c
    require(short > 0, f"less than was asked: the shortfall is {short}")
    told = Fraction(stated)
    require(told == short or (model.endless and told == rounded_down(short)), f"the shortfall is {short}")


def check_cycle(model, question, mechanism, w):
    """Lies in the last period whose gains add up to more than zero, whatever is paid on its reports."""
    require(set(w) == {"kind", "agent", "period", "others", "cycle", "shortfall"}, "a witness with other keys")
    require(not model.endless and constant_action(question) is None, "no efficient last period is asked for")
    t, i = model.period(w), model.agents.index(w["agent"])
    require(t == model.T - 1, "the cycle is not in the last period")
    rule, _ = efficient_rule(model, mechanism["allocation"], None)
    others = model.index(t, w["others"], i)
    cycle = [lie(others, i, model.labels[t][i].index(k)) for k in w["cycle"]]
    require(len(set(cycle)) == len(cycle), "a signal stands twice in the cycle")
    gains = Fraction(0)
    for theta, told in zip(cycle, cycle[1:] + cycle[:1]):
        utility = model.utility[t][i]
        gains += utility[rule[t][told], *theta] - utility[rule[t][theta], *theta]
    require(gains > 0 and Fraction(w["shortfall"]) == gains, f"the gains of the lies add up to {gains}")


def constant_action(question):
    end = question.get("last-period", "efficient")
    return None if end == "efficient" else end.removeprefix("constant:")


def check_told(model, question, result):
    """What a certificate tells besides the proof: ties, truthful payoffs, the tightest and the slackest lie, and all failures."""
    told = result.get("certificate") or {}
    positive = result["status"] == "feasible"
    require(
        set(told) <= ({"ties", "incentives", "payoffs"} if positive else {"ties", "failures"}), "an unknown certificate"
    )
    mechanism = result["mechanism"]
    if "ties" in told:
        require(told["ties"] == ties(model, mechanism, constant_action(question)), "the ties are others")
    if "failures" in told:
        require(told["failures"] and told["failures"][0] == result["witness"], "the first failure is not the witness")
        for k, failure in enumerate(told["failures"]):
            require(failure not in told["failures"][:k], "a failure stands twice")
            check_witness(model, question, {**result, "witness": failure})
    if not positive:
        return
    rule, W = efficient_rule(model, mechanism["allocation"], constant_action(question))
    now, later, _ = payments(model, mechanism["transfers"], rule)
    for name, table in told.get("payoffs", {}).items():
        i = model.agents.index(name)
        require(shape(table, len(model.agents)) == tuple(map(len, model.labels[0])), "payoffs of another shape")
        for theta in model.profiles[0]:
            require(look(table, theta) == payoff(model, rule, W, now, 0, i, theta), "the payoffs are others")
    if told.get("incentives") is not None:
        require(set(told["incentives"]) == {"tightest", "slackest"}, "an unknown incentive")
        slacks = {}
        for t in range(model.T):
            for i, name in enumerate(model.agents):
                for theta in model.profiles[t]:
                    for r, report in enumerate(model.labels[t][i]):
                        if r != theta[i]:
                            loss = payoff(model, rule, W, now, t, i, theta) - gain(
                                model, rule, W, now, later, t, i, theta, r
                            )
                            slacks[t, name, theta, report] = loss
        for key, value in (
            ("tightest", min(slacks.values(), default=None)),
            ("slackest", max(slacks.values(), default=None)),
        ):
            entry = told["incentives"][key]
            require((entry is None) == (value is None), f"a {key} incentive without a lie, or a lie without it")
            if entry is not None:
                keys = {"agent", "signals", "report", "slack"} | (set() if model.endless else {"period"})
                require(set(entry) == keys, "an incentive with other keys")
                t = model.period(entry)
                place = (t, entry["agent"], model.index(t, entry["signals"]), entry["report"])
                require(Fraction(entry["slack"]) == value == slacks[place], f"the {key} incentive is another")


def ties(model, mechanism, constant):
    """The profiles at which several actions are efficient, in the order of the file."""
    if mechanism is None:
        return []
    _, W = efficient_rule(model, mechanism["allocation"], constant)
    found = []
    for t in range(model.T):
        if constant is not None and t == model.T - 1:
            continue
        for theta in model.profiles[t]:
            worth = [model.surplus(t, a, theta) for a in range(len(model.actions[t]))]
            if t < len(model.kernel):
                after = W[model.next(t)].__getitem__
                worth = [w + model.delta * model.expect(t, a, theta, after) for a, w in enumerate(worth)]
            best = [label for label, w in zip(model.actions[t], worth) if w == W[t][theta]]
            if len(best) > 1:
                signals = {name: model.labels[t][j][theta[j]] for j, name in enumerate(model.agents)}
                found.append({**({} if model.endless else {"period": t + 1}), "signals": signals, "actions": best})
    return found


KEYS = {"format", "instance", "question", "status", "strength", "value", "mechanism", "witness", "certificate"}


def check_envelope(result, instance):
    """Keys that this checker knows; a name that is the instance's; numbers and transfers only where they belong."""
    unknown = [key for key in result if key not in KEYS and not key.startswith("x-")]
    require(not unknown, f"unknown keys: {unknown}")
    about = result["instance"]
    require(set(about) <= {"name", "sha256", "normalized"}, "an unknown key of the instance")
    require(about.get("name", instance.get("name")) == instance.get("name"), "the name of another instance")
    require(result.get("value") is None, "a value where nothing is computed")
    mechanism = result.get("mechanism")
    if mechanism is not None:
        require(set(mechanism) <= {"allocation", "transfers"}, "an unknown key of the mechanism")
        positive = result["status"] == "feasible"
        require(
            (mechanism.get("transfers") is not None) == positive,
            "transfers in a negative answer, or none in a positive one",
        )


def check(result, instance):
    """Raise Refused unless the result (a JSON object) is proved about the instance (a JSON object)."""
    try:
        require(
            result["format"] == "mechsynth-result/1" and instance["format"] == "mechsynth-instance/1", "another format"
        )
        require(result["strength"] == "exact", "not exact")
        check_envelope(result, instance)
        model = Model(instance, result["instance"].get("normalized", False))
        question, status = result["question"], result["status"]
        check_question(model, question)
        if question["ask"] in ("contingent", "vcg-type") and status == "feasible":
            require(result["witness"] is None, "a witness beside a mechanism")
            check_feasible(model, question, result["mechanism"])
        else:
            known = {
                "contingent": "infeasible",
                "vcg-type": "infeasible",
                "convex-independence": "fails",
                "spanning": "fails",
            }
            require(known.get(question["ask"]) == status, "not a question or a status that this checker knows")
            check_witness(model, question, result)
        check_told(model, question, result)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, ZeroDivisionError) as error:
        raise Refused(f"malformed: {error!r}") from None


def load(path):
    """JSON with decimals at their digits."""
    with open(path, encoding="utf-8") as stream:
        return json.load(stream, parse_float=Fraction)


if __name__ == "__main__":
    try:
        check(load(sys.argv[1]), load(sys.argv[2]))
    except Refused as refused:
        sys.exit(f"refused: {refused}")
    print("accepted")
