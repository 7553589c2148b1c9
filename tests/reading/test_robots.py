from __future__ import annotations

import pytest

from stance.errors import FetchError
from stance.reading.addresses import read_url
from stance.reading.robots import LONGEST_DELAY, Pace, Robots

RULES = b"""\xef\xbb\xbfUser-agent: stance
Disallow: /private
Allow: /private/notice
Crawl-delay: 4
"""


def robots(status: int, body: bytes = b"") -> Robots:
    return Robots("stance/9 (+reading news feeds)", lambda _url: (status, body))


def test_rules_for_other_words_of_our_name_are_not_for_us() -> None:
    site = robots(200, b"User-agent: news\nDisallow: /")
    assert site.admit(read_url("http://example.test/a")) == 0.0


def test_rules_for_our_product_are_followed() -> None:
    site = robots(200, RULES)
    assert site.admit(read_url("http://example.test/a")) == 4.0
    assert site.admit(read_url("http://example.test/private/notice")) == 4.0
    with pytest.raises(FetchError, match=r"http://example.test/robots.txt asks that it not"):
        site.admit(read_url("http://example.test/private/a?b=c"))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_site_without_rules_allows_everything(status: int) -> None:
    assert robots(status, b"User-agent: *\nDisallow: /").admit(read_url("http://a.test/")) == 0.0


@pytest.mark.parametrize("status", [302, 429, 500, 503])
def test_a_site_that_cannot_give_its_rules_allows_nothing(status: int) -> None:
    with pytest.raises(FetchError, match=f"robots.txt gave status {status}"):
        robots(status).admit(read_url("http://a.test/"))


def test_a_site_that_does_not_answer_allows_nothing_and_is_asked_once() -> None:
    asked = []

    def fail(url: str) -> tuple[int, bytes]:
        asked.append(url)
        raise FetchError("nobody there")

    site = Robots("stance/9", fail)
    for _ in range(2):
        with pytest.raises(FetchError, match=r"cannot be had \(nobody there\)"):
            site.admit(read_url("http://a.test/b"))
    assert asked == ["http://a.test/robots.txt"]


def test_each_origin_has_rules_of_its_own() -> None:
    asked = []

    def get(url: str) -> tuple[int, bytes]:
        asked.append(url)
        return 404, b""

    site = Robots("stance/9", get)
    for url in ("http://a.test/x?y", "http://a.test/z", "https://a.test/", "http://a.test:81/"):
        site.admit(read_url(url))
    assert asked == [
        "http://a.test/robots.txt",
        "https://a.test/robots.txt",
        "http://a.test:81/robots.txt",
    ]


def test_a_delay_beyond_reason_is_cut() -> None:
    site = robots(200, b"User-agent: *\nCrawl-delay: 86400")
    assert site.admit(read_url("http://a.test/")) == LONGEST_DELAY


def test_visits_to_one_host_are_kept_apart_and_others_do_not_wait() -> None:
    now = [0.0]
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(1.0, lambda: now[0], sleep)
    pace.wait("a.test")
    pace.wait("b.test")
    assert slept == []
    now[0] += 0.25
    pace.wait("a.test")
    pace.wait("a.test", delay=3.0)
    assert slept == [0.75, 3.0]
    now[0] += 5.0
    pace.wait("a.test")
    assert slept == [0.75, 3.0]
