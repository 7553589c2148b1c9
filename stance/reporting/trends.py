"""Stance of groups of articles, by outlet or over time, with intervals."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stance.errors import InputError
from stance.reading.dates import read_date

if TYPE_CHECKING:
    import pandas as pd

COUNTS = ("skeptical", "hopeful")
FEWEST = 5
"""Articles with a stance that an interval needs."""
PERIODS = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}


def stance_by(
    articles: pd.DataFrame,
    by: str | Sequence[str],
    *,
    count_copies: bool = False,
    draws: int = 1000,
    seed: int = 13,
) -> pd.DataFrame:
    """The balance of hopeful and skeptical sentences in groups of articles.

    The balance is (hopeful - skeptical) / (hopeful + skeptical) over the sentences of a
    group, in [-1, 1]. Sentences of one article go together, so the interval resamples
    articles, not sentences (percentile bootstrap; Efron and Tibshirani 1993). An article that
    was edited counts once, as it was last. Exact doubles are one row of the table, under the
    outlet where they were first met.

    Args:
        articles: The table of articles that `stance score` writes, of one model, or one
            of your own with `skeptical`, `hopeful` and, for periods, `published_at`; those
            that the gate screened out do not count.
        by: A column to group by, or several; `day`, `week` (from its Monday), `month`,
            `quarter` and `year` are made of `published_at`. Articles that lack one of them,
            such as a date, are left out, and a warning says how many. A column of the
            table's own by such a name is taken as it is.
        count_copies: Count every copy of a syndicated article; else one of each group,
            where the table has `representative`.
        draws: How often to resample.
        seed: Seeds the resampling.

    Returns:
        One row a group: the columns of `by`, `articles`, `skeptical`, `hopeful`,
        `balance`, `low` and `high` (the 95 % interval); no number where no sentence carries a
        stance, and no interval where fewer than five articles hold one, for draws from so
        few would look certain.

    Raises:
        InputError: A column is missing, no column is named, there is more than one model,
            or the rows are sentences.
    """
    import pandas as pd

    by = [by] if isinstance(by, str) else list(by)
    _check(articles, by)
    articles = articles.reset_index(drop=True)
    version = _first_versions(articles)
    scored = articles[articles["hopeful"].notna()]
    if "representative" in articles.columns and not count_copies:
        scored = scored[scored["representative"].astype(bool)]
    table = _with_periods(scored[~version[scored.index].duplicated(keep="last")], by)
    rows = []
    draw = np.random.default_rng(seed)
    for key, group in table.groupby(by, sort=True):
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
    if {"number", "label"}.issubset(articles.columns):
        raise InputError(
            "the table is one of sentences: give the table of articles that `stance score` "
            "writes beside it (news.articles.csv)"
        )
    made = _made(articles, by)
    needed = [*COUNTS, *("published_at" if name in made else name for name in by)]
    missing = [name for name in needed if name not in articles.columns]
    if missing:
        raise InputError(
            f"the table lacks {', '.join(missing)}: give the table of articles that "
            f"`stance score` writes; {', '.join(PERIODS)} are made of its published_at"
        )
    if not by:
        raise InputError("no columns to group by: give some, such as ['outlet', 'week']")
    models = articles["model_hash"].nunique() if "model_hash" in articles.columns else 1
    if models > 1 and not {"model", "model_hash"} & set(by):
        raise InputError(
            f"the table holds the figures of {models} models: keep the rows of one model_hash"
        )


def _made(articles: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """The periods that have yet to be made, for the table has no column by their names."""
    return [name for name in by if name in PERIODS and name not in articles.columns]


def _first_versions(articles: pd.DataFrame) -> pd.Series[str]:
    """For each row what all versions of its article share: what the first of them is called."""
    rows = articles.index.astype(str).to_series(index=articles.index)
    if not {"content_hash", "previous"}.issubset(articles.columns):
        return rows
    before = dict(zip(articles["content_hash"], articles["previous"], strict=True))

    def first(version: str) -> str:
        seen = set()
        while isinstance(older := before.get(version), str) and version not in seen:
            seen.add(version)
            version = older
        return version

    found = articles["content_hash"].map(first)
    return found + articles["model_hash"] if "model_hash" in articles.columns else found


def _with_periods(articles: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """The articles with their periods, less those that lack something to group by."""
    import pandas as pd

    table, made = articles.copy(), _made(articles, by)
    if made:
        now = datetime.now(UTC)
        given = table["published_at"].map(
            lambda cell: read_date(cell, now).moment if isinstance(cell, str) else cell
        )
        moments = pd.to_datetime(given, utc=True, errors="coerce")
    for name in made:
        table[name] = moments.dt.tz_localize(None).dt.to_period(PERIODS[name]).dt.start_time
    whole = table.dropna(subset=list(by))
    if left_out := len(table) - len(whole):
        message = f"{left_out} of {len(table)} articles lack {' or '.join(by)}: left out"
        warnings.warn(message, stacklevel=3)
    return whole


def _interval(
    counts: NDArray[np.int64], draws: int, draw: np.random.Generator
) -> tuple[float, float]:
    size = len(counts)
    if (counts.sum(axis=1) > 0).sum() < FEWEST:
        return float("nan"), float("nan")
    # One draw at a time: all of them at once would be a table of draws by articles.
    sums = [counts[draw.integers(0, size, size)].sum(axis=0) for _ in range(draws)]
    found = _balance(np.array(sums))
    low, high = np.nanquantile(found, [0.025, 0.975])
    return float(low), float(high)


def _balance(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of counts (skeptical, hopeful) along the last axis."""
    total = counts.sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return np.where(total > 0, (counts[..., 1] - counts[..., 0]) / np.maximum(total, 1), np.nan)
