"""Independent oracles: plain Fractions, itertools and z3, nothing from the package under test.

`model` reads an instance, `draws` makes some from seeds, `efficient` finds the efficient rule, `transfers` decides the theorems
with z3, `wishes` any list of requirements, `deviations` enumerates lies in a mechanism, `witness` validates proofs of negative answers.
"""
