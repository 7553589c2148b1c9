from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stance.errors import InputError
from stance.reporting.trends import stance_by


def table(rows: list[tuple[str, str | None, int, int, bool]]) -> pd.DataFrame:
    names = ["outlet", "published_at", "skeptical", "hopeful", "representative"]
    return pd.DataFrame(rows, columns=names)


ROWS = table(
    [
        ("Courier", "2031-03-03T08:00:00+00:00", 3, 1, True),
        ("Courier", "2031-03-09T23:00:00+00:00", 1, 1, True),
        ("Courier", "2031-03-10T01:00:00+00:00", 0, 2, True),
        ("Ledger", "2031-03-04T00:00:00+00:00", 0, 0, True),
        ("Ledger", "2031-03-04T00:00:00+00:00", 5, 0, False),
        ("Ledger", None, 0, 4, True),
    ]
)


def test_the_balance_is_over_the_sentences_of_a_group() -> None:
    found = stance_by(ROWS, ["outlet"]).set_index("outlet")
    assert found.loc["Courier", "balance"] == pytest.approx((4 - 4) / 8)
    counts = found.loc[["Ledger"], ["articles", "skeptical", "hopeful"]]
    assert counts.to_numpy().tolist() == [[2, 0, 4]]


def test_copies_count_when_asked_for() -> None:
    found = stance_by(ROWS, ["outlet"], count_copies=True).set_index("outlet")
    assert found.loc["Ledger", "skeptical"] == 5


def test_a_week_runs_from_monday_to_sunday_and_needs_a_date() -> None:
    with pytest.warns(UserWarning, match="1 of 5 articles lack week: left out"):
        found = stance_by(ROWS, ["week"])
    assert [str(day)[:10] for day in found["week"]] == ["2031-03-03", "2031-03-10"]
    assert found["articles"].tolist() == [3, 1]


def test_no_stance_is_no_number() -> None:
    found = stance_by(ROWS[3:4], ["outlet"])
    assert found["balance"].isna().all()
    assert found["low"].isna().all()


def test_the_interval_holds_the_balance_and_narrows_with_articles() -> None:
    few = stance_by(pd.concat([ROWS[:3]] * 3), ["outlet"]).loc[0]
    many = stance_by(pd.concat([ROWS[:3]] * 60), ["outlet"]).loc[0]
    assert few["low"] <= few["balance"] <= few["high"]
    assert many["high"] - many["low"] < few["high"] - few["low"]


def test_a_table_of_something_else_is_refused() -> None:
    with pytest.raises(InputError, match="stance score"):
        stance_by(pd.DataFrame({"outlet": ["Courier"]}), ["outlet"])
    with pytest.raises(InputError, match=r"lacks decade: .* day, week, month"):
        stance_by(ROWS, ["decade"])
    with pytest.raises(InputError, match="one of sentences"):
        stance_by(ROWS.assign(number=0, label="neutral"), "outlet")


@pytest.mark.parametrize(
    ("period", "starts"),
    [
        ("day", ["2031-03-03", "2031-03-09", "2031-03-10"]),
        ("month", ["2031-03-01"]),
        ("quarter", ["2031-01-01"]),
        ("year", ["2031-01-01"]),
    ],
)
def test_periods_go_by_their_first_day(period: str, starts: list[str]) -> None:
    found = stance_by(ROWS[:3], period)
    assert [str(day)[:10] for day in found[period]] == starts


def test_an_edited_article_counts_as_it_was_last() -> None:
    # The second version is a near-copy of the first, whose row stands for both; the third is none.
    versions = table(
        [
            ("Courier", "2031-03-03", 3, 0, True),
            ("Courier", "2031-03-03", 3, 1, False),
            ("Courier", "2031-03-04", 0, 2, True),
            ("Ledger", "2031-03-04", 1, 0, True),
        ]
    ).assign(content_hash=list("abcd"), previous=pd.Series([None, "a", "b", None]), model_hash="m")
    for count_copies in (False, True):
        found = stance_by(versions, "outlet", count_copies=count_copies).set_index("outlet")
        counts = found.loc[["Courier"], ["articles", "skeptical", "hopeful"]]
        assert counts.to_numpy().tolist() == [[1, 0, 2]]
    both = pd.concat([versions, versions.assign(model_hash="n")])
    assert stance_by(both, ["model_hash", "outlet"])["articles"].tolist() == [1, 1] * 2


def test_few_articles_with_a_stance_have_no_interval() -> None:
    rows: list[tuple[str, str | None, int, int, bool]] = [
        ("Courier", None, 0, int(n < 4), True) for n in range(40)
    ]
    found = stance_by(table(rows), "outlet").loc[0]
    assert (found["balance"], found["articles"]) == (1, 40)
    assert np.isnan(found["low"])
    rows.append(("Courier", None, 1, 0, True))
    assert stance_by(table(rows), "outlet")["low"].min() < 1


def test_dates_are_read_as_a_source_gives_them() -> None:
    given = pd.Series(
        ["May 1, 2031", "Fri, 02 May 2031 10:00:00 +0200", pd.Timestamp("2031-06-01"), "2031-06"]
    )
    with pytest.warns(UserWarning, match="1 of 4"):
        found = stance_by(ROWS[:4].assign(published_at=given), "month")
    assert [str(day)[:10] for day in found["month"]] == ["2031-05-01", "2031-06-01"]
    assert found["articles"].tolist() == [2, 1]


def test_a_column_by_the_name_of_a_period_stays_as_it_is() -> None:
    own = ROWS[["skeptical", "hopeful"]].assign(year=[1999, 1999, 2000, 2000, 2000, 2000])
    assert stance_by(own, "year")["articles"].tolist() == [2, 4]


def test_a_table_of_ones_own_needs_counts_alone() -> None:
    own = ROWS[["outlet", "skeptical", "hopeful"]]
    found = stance_by(own, "outlet").set_index("outlet")
    assert found.loc[["Ledger"], ["articles", "skeptical"]].to_numpy().tolist() == [[3, 5]]


def test_screened_articles_do_not_count() -> None:
    screened = table([("Courier", "2031-03-03T08:00:00+00:00", 0, 0, True)])
    screened[["skeptical", "hopeful"]] = None
    found = stance_by(pd.concat([ROWS, screened.astype(object)]), ["outlet"])
    pd.testing.assert_frame_equal(found, stance_by(ROWS, ["outlet"]))


def test_two_models_are_not_added_up() -> None:
    both = pd.concat([ROWS.assign(model_hash="a"), ROWS.assign(model_hash="b")])
    with pytest.raises(InputError, match="2 models"):
        stance_by(both, ["outlet"])
    assert stance_by(both, ["model_hash"])["articles"].tolist() == [5, 5]


@pytest.mark.parametrize(("by", "message"), [([], "outlet"), (["newspaper"], "newspaper")])
def test_a_column_that_is_not_there_is_named(by: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        stance_by(ROWS, by, count_copies=True)
