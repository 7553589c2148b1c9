"""How far annotators agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence


def krippendorff_alpha(units: Iterable[Sequence[Hashable]]) -> float:
    """Nominal Krippendorff's alpha.

    Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011.

    Args:
        units: The values that annotators gave to each unit; units with fewer
            than two values do not count.

    Returns:
        1 for full agreement, about 0 for chance; 1 where only one value occurs
        at all; not a number where no unit has two values.
    """
    totals: Counter[Hashable] = Counter()
    observed = 0.0
    for values in units:
        m = len(values)
        if m < 2:
            continue
        counts = Counter(values)
        totals.update(counts)
        observed += sum(n * (m - n) for n in counts.values()) / (m - 1)
    n = sum(totals.values())
    if not n:
        return float("nan")
    expected = sum(k * (n - k) for k in totals.values()) / (n - 1) if n > 1 else 0.0
    return 1.0 - observed / expected if expected else 1.0


def alpha_of_label(units: Iterable[Sequence[Hashable]], label: Hashable) -> float:
    """Alpha of one label against all others taken as one."""
    return krippendorff_alpha([[value == label for value in values] for values in units])
