from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.reading.dates import ReadDate, read_date

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-06T08:00:00Z",
        "2024-05-06t08:00:00z",
        "2024-05-06T10:00:00+02:00",
        "2024-05-06 08:00",
        "2024-05-06 08:00:00 UTC",
        "20240506T080000Z",
        "Mon, 06 May 2024 10:00:00 +0200",
        "6 May 2024 08:00 GMT",
        " Mon, 06 May 2024 04:00:00 EDT ",
        "May 6, 2024 8:00 AM",
        "Mon, 06 May 2024 3:00:00 a.m. EST",
        "Sun, 05 May 2024 08:00:00 PM -1200",
        "Mon, 06 May 2024 16:00:00 +08:00",
        "Mon, 06 May 2024 16:00:00 +08",
        "Mon May 06 2024 16:00:00 GMT+0800 (China Standard Time)",
        "2024-05-06 8:00 AM",
        "May 6, 2024 at 8 a.m.",
    ],
)
def test_one_moment_in_many_forms(text: str) -> None:
    assert read_date(text, NOW) == ReadDate(text, datetime(2024, 5, 6, 8, tzinfo=UTC))


def test_a_day_is_its_midnight() -> None:
    for text in ("2024-05-06", "May 6, 2024", "6 May 2024", "Monday, May 6, 2024 12:00 AM"):
        assert read_date(text, NOW).moment == datetime(2024, 5, 6, tzinfo=UTC)
    assert read_date("6 May 2024 12:30 pm", NOW).moment == datetime(2024, 5, 6, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("2023-02-30", "impossible"),
        ("2024-05-06T25:00:00", "impossible"),
        ("Thu, 30 Feb 2023 10:00:00 GMT", "impossible"),
        ("1899-12-31", "impossible"),
        ("0001-01-01T00:00:00+23:00", "impossible"),
        ("sometime in May", "unreadable"),
        ("05/06/2024", "unreadable"),
        ("05-06-2024 10:00:00", "unreadable"),
        ("2024/05/06 10:00:00", "unreadable"),
        ("3:15 PM, May 6, 2024", "unreadable"),
        ("May 12 5", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_a_date_that_is_none_keeps_its_words(text: str, flag: str) -> None:
    assert read_date(text, NOW) == ReadDate(text, None, flag)  # type: ignore[arg-type]


def test_a_date_more_than_a_day_ahead_is_kept_and_flagged() -> None:
    assert read_date("2024-06-02T12:00:00Z", NOW).flag is None
    ahead = read_date("2024-06-02T12:00:01Z", NOW)
    assert (ahead.flag, ahead.moment) == ("future", datetime(2024, 6, 2, 12, 0, 1, tzinfo=UTC))


def test_no_date_is_no_fault() -> None:
    assert read_date(None, NOW) == ReadDate(None)


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = read_date(text, NOW)
    assert found.given == text
    assert (found.moment is None) == (found.flag in {"unreadable", "impossible"})


@given(
    st.datetimes(datetime(1900, 1, 2), datetime(2024, 5, 30)),  # noqa: DTZ001 - zones follow
    st.integers(-840, 840),
)
def test_a_written_moment_comes_back(when: datetime, minutes: int) -> None:
    moment = when.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_date(moment.isoformat(), NOW).moment == moment
