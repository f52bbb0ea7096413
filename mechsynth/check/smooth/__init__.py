"""The checker for signals on [0, 1]: polynomials of its own, Bernstein coefficients, no solver."""

from .verify import check_smooth as check_smooth
from .verify import is_smooth as is_smooth
