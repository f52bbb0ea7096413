"""Names that files and command lines write, and the headings under which questions are listed."""

RESULT, RESULT_SECOND = "mechsynth-result/1", "mechsynth-result/2"
"""The formats of results; one is written in the lower if that can say it."""

SECOND_KEYS = frozenset(
    {"rule", "ties", "look_ahead", "beliefs", "participation", "memory", "lotteries", "reveal", "strikes", "exclude"}
)
FIRST_WITNESSES = frozenset({"convex-combination", "dependence", "cycle", "farkas", "budget", "interval"})
"""What only the second format says: keys of a question; what the first says: kinds of a witness."""

EFFICIENT = "efficient"
"""The rule of a question that names none."""

TRANSFERS = ("history-independent", "vcg-type", "contingent", "contingent+now", "full", "full+now")
"""From small to large; the first two are not comparable."""

INCENTIVES = ("pepic", "pbic", "bnic")
"""What truth can be asked to be: after every history whatever the others' signals; given what an agent knows, after every lie of her own; from the start."""

OBJECTIVES = (
    "feasibility",
    "min-max-transfer",
    "min-total-transfer",
    "max-revenue",
    "min-rent",
    "min-subsidy",
    "min-epsilon",
)

WITHIN = "beliefs within a period"
RULE, BELIEFS, LAST, RESIDUAL = "the rule", "beliefs", "one period", "residual claimants"
ANYTHING, MONEY, PRIVATE, ALONE = "anything", "who pays", "private values", "no correlation"
BEST = "the rule is a choice"
EVERYTHING = "everything at once"

ABOVE, BELOW, PIVOTED = "relaxed", "optimal", "virtual-pivot"
"""The questions that say how much no mechanism earns more than, what the best one earns, and what the virtual pivot mechanism does."""

UNNAMED, WISHES = "ladder", "implement"
"""The question that is asked where none is named; and the one that takes any class of transfers and any requirements, to which others refer."""
