"""When an article says it was published, as a moment in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from typing import Literal

Flag = Literal["unreadable", "impossible", "future"]

_ISO = re.compile(
    r"\d{4}(?:-\d\d-\d\d|\d{4})"
    r"(?:[T ]\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?\s*(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_HALF = re.compile(r"\b(\d{1,2})((?::\d\d){0,2})\s*([AP])\.?M\b\.?", re.ASCII)
# As browsers write it (GMT+0800), and with a colon or without minutes, as many feeds do.
_OFFSET = re.compile(r"(:\d\d)\s*(?:GMT|UTC)?\s*([+-]\d\d):?(\d\d)?(?!\d)", re.ASCII)
_NAMED = re.compile(r"\([^()]*\)")
_YEAR = re.compile(r"\b\d{4}\b", re.ASCII)
_UNIVERSAL = re.compile(r"(?:UTC|GMT)$")
_FIRST_YEAR = 1900
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A date as a source gives it, and what was made of it.

    Attributes:
        given: The date as it came.
        moment: The moment meant, in UTC; None where none could be made out.
        flag: What is wrong with it: `unreadable`, `impossible` (no such day or hour,
            or before 1900) or `future` (more than a day ahead; the moment is kept).
    """

    given: str | None
    moment: datetime | None = None
    flag: Flag | None = None


def read_date(text: str | None, now: datetime) -> ReadDate:
    """Read a date in ISO 8601, as mail and RSS write it (RFC 2822), or as `May 1, 2023`.

    What `01/05/2023` means is not guessed at. A day without an hour is its midnight, and an
    hour without a zone, or with one that RFC 2822 does not know, is taken in UTC.

    Args:
        text: The date as the source gives it; None is no date, which is no fault.
        now: The present moment, with its time zone.
    """
    if text is None:
        return ReadDate(None)
    try:
        moment = _moment(text.strip().upper())
        if moment is None:
            return ReadDate(text, flag="unreadable")
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return ReadDate(text, flag="impossible")
    if moment.year < _FIRST_YEAR:
        return ReadDate(text, flag="impossible")
    return ReadDate(text, moment, "future" if moment - now > _AHEAD else None)


def _moment(text: str) -> datetime | None:
    """The moment with a zone, or None where the form is unknown.

    Raises:
        ValueError: The form is known, but there is no such day, hour or zone.
    """
    text = _HALF.sub(_of_24, text)
    if _ISO.fullmatch(text):
        moment = datetime.fromisoformat(_UNIVERSAL.sub("Z", text))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    text = _NAMED.sub("", text.replace(" AT ", " "))
    text = _OFFSET.sub(lambda found: f"{found[1]} {found[2]}{found[3] or '00'}", text)
    parts = parsedate_tz(text)
    if parts is None and ":" not in text and _YEAR.search(text):
        parts = parsedate_tz(f"{text} 00:00")
    if parts is None:
        return None
    year, month, day, hour, minute, second, *_, offset = parts
    zone = timezone(timedelta(seconds=offset or 0))
    return datetime(year, month, day, hour, minute, second, tzinfo=zone)


def _of_24(clock: re.Match[str]) -> str:
    """A time of a clock of twelve hours, by one of 24; no such hour stays as it is."""
    hour, rest, half = clock.groups()
    if not 1 <= int(hour) <= 12:
        return clock[0]
    return f"{int(hour) % 12 + 12 * (half == 'P'):02}{rest or ':00'}"
