"""How often chance alone gives a share: the exact tail of the binomial, term by term."""

from __future__ import annotations

from math import exp, lgamma, log, log1p


def by_chance(part: int, whole: int, p: float) -> float:
    """That `part` or more of `whole` come about, each with `p`."""
    terms = (
        lgamma(whole + 1) - lgamma(k + 1) - lgamma(whole - k + 1) + k * log(p) + (whole - k) * log1p(-p) for k in range(part, whole + 1)
    )
    return sum(map(exp, terms))
