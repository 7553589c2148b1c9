"""How a site wishes to be visited: its robots.txt, and the gap between two visits."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from protego import Protego

from stance.errors import FetchError

LONGEST_DELAY = 30.0
"""Most seconds that a Crawl-delay is followed for."""


class Robots:
    """The rules of the sites asked so far, each read once (RFC 9309)."""

    def __init__(self, user_agent: str, get: Callable[[str], tuple[int, bytes]]) -> None:
        """Begin with no site known.

        Args:
            user_agent: As it is sent; rules are looked up by the product in front of its
                first slash.
            get: Gives the status and body of a URL, redirects followed; raises
                `FetchError` where there is no answer.
        """
        self._product = user_agent.partition("/")[0]
        self._get = get
        self._known: dict[str, Protego | str] = {}

    def admit(self, url: httpx.URL) -> float:
        """Whether a URL may be asked for, and how slowly.

        Returns:
            The gap between two visits that the site asks for, in seconds, at most 30;
            0 if it asks for none.

        Raises:
            FetchError: The site asks not to be read there, or its wishes cannot be learned.
        """
        place = str(url.join("/robots.txt"))
        if place not in self._known:
            self._known[place] = self._learn(place)
        rules = self._known[place]
        if isinstance(rules, str):
            raise FetchError(f"{url}: not asked for, as {rules}")
        if not rules.can_fetch(str(url), self._product):
            raise FetchError(f"{url}: {place} asks that it not be read: leave it out")
        return min(rules.crawl_delay(self._product) or 0.0, LONGEST_DELAY)

    def _learn(self, place: str) -> Protego | str:
        """The rules at a place, or why they cannot be learned."""
        try:
            status, body = self._get(place)
        except FetchError as error:
            return f"its robots.txt cannot be had ({error})"
        if status == httpx.codes.OK:
            return Protego.parse(body.decode("utf-8-sig", errors="replace"))
        # A site without rules allows everything (RFC 9309, 2.3.1.3); one that is too busy
        # or broken to give them allows nothing (2.3.1.4).
        if httpx.codes.is_client_error(status) and status != httpx.codes.TOO_MANY_REQUESTS:
            return Protego.parse("")
        return f"its robots.txt gave status {status}: try again later"


class Pace:
    """Keeps visits to a host apart."""

    def __init__(
        self, gap: float, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        """Set the gap.

        Args:
            gap: Least seconds between two visits to a host, from start to start.
            clock: Seconds that only ever grow.
            sleep: Waits so many seconds.
        """
        self._gap = gap
        self._clock = clock
        self._sleep = sleep
        self._last: dict[str, float] = {}

    def wait(self, host: str, delay: float = 0.0) -> None:
        """Wait until the host may be visited again, and count this as a visit.

        Args:
            host: The host's name.
            delay: A longer gap that the host asks for, in seconds.
        """
        if host in self._last:
            left = self._last[host] + max(self._gap, delay) - self._clock()
            if left > 0:
                self._sleep(left)
        self._last[host] = self._clock()
