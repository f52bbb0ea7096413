"""Maps of a family's parameters: where a question is answered which way, every point proved, the boundary in brackets.

``grid`` says which points there are, ``refine`` which more lie between them, ``run`` has them all answered and kept as a suite is, ``map`` sums
them up and ``picture`` draws them.
"""
