"""A second checker: the same rows, lists of fractions, nothing but the standard library.

It reads instance and result anew, and shares with the checker only the text of the requirements (``rows.py``) and what blocks of rows are
(``block.py``). It knows the questions whose claims are rows, in scope ``policy``; payments have to stand in tables, as the program writes them. It is slow, and
short enough to be read in one sitting. Of `optimal` it knows mechanisms with all of
memory, lotteries and a value that is attained (``trees.py``). Certificates that only add detail (ties, payoffs, incentives, smaller classes) are not looked at.
"""

from .claims import Unknown, Unproved, check

__all__ = ["Unknown", "Unproved", "check"]
