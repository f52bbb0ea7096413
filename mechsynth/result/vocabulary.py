"""The names of classes of transfers and of objectives, as files and command lines write them."""

TRANSFERS = ("history-independent", "vcg-type", "contingent", "contingent+now", "full", "full+now")
"""From small to large; the first two are not comparable."""

OBJECTIVES = (
    "feasibility",
    "min-max-transfer",
    "min-total-transfer",
    "max-revenue",
    "min-rent",
    "min-subsidy",
    "min-epsilon",
)
