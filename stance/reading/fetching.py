"""What stands at a web address, fetched politely and safely."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from stance import __version__
from stance.errors import FetchError, MissingExtraError
from stance.reading.items import Fetched
from stance.reading.unpacking import unpacked

if TYPE_CHECKING:
    import httpx

    from stance.reading.addresses import Resolve

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """How pages and feeds are fetched.

    Attributes:
        user_agent: How we name ourselves; the product that robots.txt files know us by
            stands in front of the first slash.
        timeout: Most seconds to wait for a connection, and for the next bytes.
        total_seconds: Most seconds that one answer may take from connecting to its end.
        max_bytes: Most bytes of a body, both as it is sent and decompressed.
        max_redirects: Most redirects followed from one address.
        seconds_per_host: Least seconds between two requests to one host.
        allow_private: Whether addresses that are not on the public internet may be asked.
        retries: How often a request is repeated after a hang-up, a 429 or a 5xx.
    """

    user_agent: str = f"stance/{__version__} (+reading news feeds)"
    timeout: float = 10.0
    total_seconds: float = 60.0
    max_bytes: int = 10 * 2**20
    max_redirects: int = 5
    seconds_per_host: float = 1.0
    allow_private: bool = False
    retries: int = 2


class Validators(Protocol):
    """Remembers by what mark a server will know that we have its last answer."""

    def get(self, url: str) -> tuple[str | None, str | None] | None:
        """The entity tag and the date of last change kept for a URL, if any."""
        ...

    def set(self, url: str, etag: str | None, last_modified: str | None) -> None:
        """Keep both as the server wrote them; None where it gave none."""
        ...


@dataclass(frozen=True, slots=True)
class _Answer:
    """A server's answer; the body is there for status 200 only, decompressed."""

    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def busy(self) -> bool:
        """Whether asking again may help."""
        return self.status == 429 or self.status >= 500


class Fetcher:
    """Gets what stands at web addresses; a `Fetch`, and a context manager.

    It follows robots.txt (RFC 9309), keeps requests to a host apart, asks public addresses
    only, bounds size and time, and uses neither proxies nor cookies. It serves one thread.
    """

    def __init__(
        self,
        policy: FetchPolicy | None = None,
        validators: Validators | None = None,
        *,
        resolve: Resolve | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare to fetch; nothing is asked yet.

        Args:
            policy: How to fetch.
            validators: What `changed` remembers between runs; without it, it fetches anew.
            resolve: Gives a host's addresses; the system's resolver if left out.
            clock: Seconds that only ever grow.
            sleep: Waits so many seconds.

        Raises:
            MissingExtraError: httpx or protego is not installed.
        """
        try:
            import httpcore

            from stance.reading import addresses
            from stance.reading.robots import Pace, Robots
        except ModuleNotFoundError as error:
            raise MissingExtraError(error.name or "httpx", "feeds") from None
        self._policy = policy = policy or FetchPolicy()
        self._validators = validators
        self._sleep = sleep
        backend = addresses.CheckedBackend(
            resolve or addresses.resolve,
            clock,
            seconds=policy.total_seconds,
            allow_private=policy.allow_private,
        )
        # A connection's life is the time limit of an answer, so each serves one request.
        self._pool = httpcore.ConnectionPool(network_backend=backend, max_keepalive_connections=0)
        self._pace = Pace(policy.seconds_per_host, clock, sleep)
        self._robots = Robots(policy.user_agent, self._without_rules)

    def __enter__(self) -> Self:
        """The fetcher itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what is open."""
        self._pool.close()

    def __call__(self, url: str) -> Fetched:
        """Get what stands at a URL.

        Raises:
            FetchError: The URL is refused or gives nothing usable: not http or https, not
                public, against robots.txt, too large, too slow, too often redirected, cut
                off, or with a status other than 200.
        """
        return self._fetched(self._follow(url, self._by_the_rules))

    def changed(self, url: str) -> Fetched | None:
        """Get what stands at a URL if it is not what was there at the last call.

        Both are told apart by the server (RFC 9110, 13.1), with the help of `validators`.
        These are set as soon as the answer is whole.

        Returns:
            None if the server says that nothing changed.

        Raises:
            FetchError: See `__call__`.
        """
        answer = self._follow(url, lambda hop: self._by_the_rules(hop, self._conditions(hop)))
        if answer.status == 304 and self._conditions(answer.url):
            return None
        fetched = self._fetched(answer)
        if self._validators is not None:
            etag, date = answer.headers.get("etag"), answer.headers.get("last-modified")
            self._validators.set(fetched.url, etag, date)
        return fetched

    def _fetched(self, answer: _Answer) -> Fetched:
        if answer.status != 200:
            raise FetchError(
                f"{answer.url}: status {answer.status}, expected 200: check the address"
            )
        return Fetched(
            url=str(answer.url),
            body=answer.body,
            content_type=answer.headers.get("content-type", "").lower(),
            retrieved=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def _conditions(self, url: httpx.URL) -> dict[str, str]:
        """The headers that make a request conditional, where something is remembered."""
        kept = self._validators.get(str(url)) if self._validators is not None else None
        etag, date = kept or (None, None)
        named = {"If-None-Match": etag, "If-Modified-Since": date}
        return {name: value for name, value in named.items() if value}

    def _follow(self, url: str, ask: Callable[[httpx.URL], _Answer]) -> _Answer:
        """Ask for a URL and for those it redirects to, each one checked like the first."""
        from stance.reading.addresses import read_url

        target = read_url(url)
        for _ in range(self._policy.max_redirects + 1):
            answer = ask(target)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            target = read_url(location, target)
        raise FetchError(
            f"{url}: more than {self._policy.max_redirects} redirects: give the final address"
        )

    def _without_rules(self, url: str) -> tuple[int, bytes]:
        """The status and body of a robots.txt, which no rules forbid."""
        answer = self._follow(url, self._ask)
        return answer.status, answer.body

    def _by_the_rules(self, url: httpx.URL, conditions: Mapping[str, str] | None = None) -> _Answer:
        return self._ask(url, conditions, self._robots.admit(url))

    def _ask(
        self, url: httpx.URL, conditions: Mapping[str, str] | None = None, delay: float = 0.0
    ) -> _Answer:
        """Ask for one URL, again where that may help."""
        for attempt in range(self._policy.retries + 1):
            last = attempt == self._policy.retries
            self._pace.wait(url.host, delay)
            try:
                answer = self._exchange(url, conditions or {})
            except ConnectionError as error:
                if last:
                    raise FetchError(f"{url}: {error}: try again later") from None
                pause = 0.0
            else:
                if last or not answer.busy:
                    break
                pause = _asked_pause(answer.headers.get("retry-after", ""))
            self._sleep(min(max(pause, 2.0**attempt), _LONGEST_PAUSE))
        return answer

    def _exchange(self, url: httpx.URL, conditions: Mapping[str, str]) -> _Answer:
        """One request and its answer.

        Raises:
            ConnectionError: The connection fails or is cut off.
            FetchError: The address is refused, or its answer too slow, too large or garbled.
        """
        import httpcore
        import httpx

        sent = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": self._policy.user_agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
            **conditions,
        }
        place = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        waits = dict.fromkeys(("connect", "read", "write"), self._policy.timeout)
        try:
            with self._pool.stream(
                "GET",
                place,
                headers=[(n.encode(), v.encode()) for n, v in sent.items()],
                extensions={"timeout": waits},
            ) as answer:
                headers = httpx.Headers(answer.headers)
                body = b""
                if answer.status == 200:
                    encoding = headers.get("content-encoding", "").strip().lower()
                    body = self._body(url, answer.iter_stream(), encoding)
        except (httpcore.ReadTimeout, httpcore.WriteTimeout):
            raise FetchError(
                f"{url}: too slow: nothing came for {self._policy.timeout:g} s, or not all within "
                f"{self._policy.total_seconds:g} s: try again later"
            ) from None
        except (httpcore.NetworkError, httpcore.ConnectTimeout, httpcore.ProtocolError) as error:
            raise ConnectionError(str(error) or "the connection failed") from None
        return _Answer(url, answer.status, headers, body)

    def _body(self, url: httpx.URL, chunks: Iterable[bytes], encoding: str) -> bytes:
        """A body, decompressed, no larger than allowed at any moment."""
        limit = self._policy.max_bytes
        packed = bytearray()
        for chunk in chunks:
            packed += chunk
            if len(packed) > limit:
                break
        try:
            # What is too large as it came need not be unpacked to be refused.
            body = packed if len(packed) > limit else unpacked(packed, encoding, limit)
        except (zlib.error, gzip.BadGzipFile, EOFError):
            raise FetchError(f"{url}: broken {encoding} data: try again later") from None
        except ValueError:
            raise FetchError(f"{url}: packed as {encoding!r}, expected gzip or deflate") from None
        if len(body) > limit:
            raise FetchError(
                f"{url}: larger than {limit} bytes: give the address of a feed or an article"
            )
        return bytes(body)


def _asked_pause(retry_after: str) -> float:
    """Seconds that a Retry-After header asks for: a number or a date; 0 for anything else."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    return (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
