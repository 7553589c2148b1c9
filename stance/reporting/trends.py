"""Stance of groups of articles, by outlet or over time, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stance.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("skeptical", "hopeful", "representative", "published_at")
PERIODS = {"week": "W-SUN", "month": "M"}


def stance_by(
    articles: pd.DataFrame,
    by: Sequence[str],
    *,
    count_copies: bool = False,
    draws: int = 1000,
    seed: int = 13,
) -> pd.DataFrame:
    """The balance of hopeful and skeptical sentences in groups of articles.

    The balance is (hopeful - skeptical) / (hopeful + skeptical) over the sentences of a
    group, in [-1, 1]. Sentences of one article go together, so the interval resamples
    articles, not sentences (percentile bootstrap; Efron and Tibshirani 1993).

    Args:
        articles: The table of articles that `stance score` writes, of one model; those
            that the gate screened out do not count.
        by: Columns to group by; `week` (from its Monday) and `month` are made of
            `published_at`. Articles that lack one of them, such as a date, are left out.
        count_copies: Count every copy of a syndicated article; else one of each group.
        draws: How often to resample.
        seed: Seeds the resampling.

    Returns:
        One row a group: the columns of `by`, `articles`, `skeptical`, `hopeful`,
        `balance`, `low` and `high` (the 95 % interval); not a number where no sentence
        carries a stance.

    Raises:
        InputError: A column is missing, no column is named, or there is more than one model.
    """
    import pandas as pd

    _check(articles, by)
    scored = articles[articles["hopeful"].notna()]
    once = scored if count_copies else scored[scored["representative"].astype(bool)]
    table = _with_periods(once, by)
    rows = []
    draw = np.random.default_rng(seed)
    for key, group in table.groupby(list(by), sort=True):
        counts = group[["skeptical", "hopeful"]].to_numpy(dtype=np.int64)
        low, high = _interval(counts, draws, draw)
        rows.append(
            dict(zip(by, key, strict=True))
            | {
                "articles": len(group),
                "skeptical": int(counts[:, 0].sum()),
                "hopeful": int(counts[:, 1].sum()),
                "balance": float(_balance(counts.sum(axis=0))),
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(
        rows, columns=[*by, "articles", "skeptical", "hopeful", "balance", "low", "high"]
    )


def _check(articles: pd.DataFrame, by: Sequence[str]) -> None:
    needed = [*NEEDED, *(name for name in by if name not in PERIODS)]
    missing = [name for name in needed if name not in articles.columns]
    if missing:
        raise InputError(
            f"the table lacks {', '.join(missing)}: give the table of articles that "
            "`stance score` writes"
        )
    if not by:
        raise InputError("no columns to group by: give some, such as ['outlet', 'week']")
    models = articles["model_hash"].nunique() if "model_hash" in articles.columns else 1
    if models > 1 and not {"model", "model_hash"} & set(by):
        raise InputError(
            f"the table holds the figures of {models} models: keep the rows of one model_hash"
        )


def _with_periods(articles: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    if not any(name in PERIODS for name in by):
        return articles
    moments = pd.to_datetime(articles["published_at"], utc=True, errors="coerce", format="ISO8601")
    dated = articles[moments.notna()].copy()
    for name, rule in PERIODS.items():
        if name in by:
            starts = moments[moments.notna()].dt.tz_localize(None).dt.to_period(rule).dt.start_time
            dated[name] = starts
    return dated


def _interval(
    counts: NDArray[np.int64], draws: int, draw: np.random.Generator
) -> tuple[float, float]:
    size = len(counts)
    # One draw at a time: all of them at once would be a table of draws by articles.
    sums = [counts[draw.integers(0, size, size)].sum(axis=0) for _ in range(draws)]
    found = _balance(np.array(sums))
    found = found[~np.isnan(found)]
    if not len(found):
        return float("nan"), float("nan")
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _balance(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of counts (skeptical, hopeful) along the last axis."""
    total = counts.sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return np.where(total > 0, (counts[..., 1] - counts[..., 0]) / np.maximum(total, 1), np.nan)
