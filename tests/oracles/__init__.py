"""Independent oracles: plain Fractions, itertools and z3, nothing from the package under test.

`model` reads an instance, `efficient` finds the efficient rule, `transfers` decides the theorems with z3,
`deviations` enumerates lies in a mechanism, `witness` validates proofs of negative answers.
"""
