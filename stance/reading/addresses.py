"""Which addresses may be asked, and connections that go to those and nowhere else.

A name is resolved once, every address it stands for is checked, and the connection goes to
an address that was checked. So a name that points inside the network, or that points
elsewhere a moment later (DNS rebinding), leads nowhere.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import httpx

from stance.errors import FetchError

Resolve = Callable[[str, int], Sequence[str]]
"""Gives the IP addresses of a host and port; raises `OSError` where there are none."""

# RFC 6052: the last 32 bits are the IPv4 address that a translator will ask.
_TRANSLATED = IPv6Network("64:ff9b::/96")
# RFC 4291: everything that is routed as unicast today; what lies outside is for special use.
_UNICAST = IPv6Network("2000::/3")


def read_url(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """A URL that may be asked for, as far as its wording tells.

    Args:
        text: The URL.
        base: What it is relative to, as where a page redirects.

    Returns:
        The URL without its fragment, which is never sent.

    Raises:
        FetchError: It is no URL, not http or https, without a host, or holds a user name.
    """
    shown = f"{text[:200]!r}"
    try:
        url = base.join(text) if base else httpx.URL(text)
        host = url.host
    except (httpx.InvalidURL, UnicodeError) as error:
        raise FetchError(f"{shown}: {error}: give an http or https address") from None
    if url.scheme not in {"http", "https"} or not host:
        raise FetchError(f"{shown}: not a web address: give one with http:// or https://")
    if url.userinfo:
        # The name may come with its password, which has no place in a message.
        raise FetchError(f"{host}: a user name in the address: give the address without it")
    return url.copy_with(fragment=None)


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Ask the system's resolver.

    Raises:
        OSError: The name is unknown, or the resolver does not answer.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet.

    Private, loopback, link-local, multicast and reserved addresses do not, and neither do
    those that carry one of them inside: IPv4-mapped (RFC 4291), 6to4 (RFC 3056) and
    NAT64 (RFC 6052).

    Raises:
        ValueError: It is no IP address.
    """
    ip = _innermost(ip_address(address))
    if isinstance(ip, IPv6Address) and ip not in _UNICAST:
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _innermost(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address carries, or the address itself."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _TRANSLATED:
        return IPv4Address(ip.packed[-4:])
    return ip.ipv4_mapped or ip.sixtofour or ip


class CheckedBackend(httpcore.SyncBackend):
    """Opens connections to checked addresses only; each one lives for a limited time.

    The host's name stays with the request, so `Host`, SNI and the certificate's check are
    as ever.
    """

    def __init__(
        self,
        resolve: Resolve,
        clock: Callable[[], float],
        *,
        seconds: float,
        allow_private: bool = False,
    ) -> None:
        """Set the rules.

        Args:
            resolve: Gives a host's addresses.
            clock: Seconds that only ever grow, as `time.monotonic`.
            seconds: How long a connection may live, from its opening on.
            allow_private: Whether addresses that are not public may be asked too.
        """
        self._resolve = resolve
        self._clock = clock
        self._seconds = seconds
        self._allow_private = allow_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that answers.

        Raises:
            FetchError: The name is unknown, or stands for an address that is not public.
            httpcore.ConnectError: No address takes a connection.
            httpcore.ConnectTimeout: The last address does not answer in time.
            httpcore.ReadTimeout: The connection's time is over before one answers.
        """
        ends = self._clock() + self._seconds
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._checked(host, port):
            left = _left(timeout, ends, self._clock)
            try:
                stream = super().connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, ends, self._clock)
        raise failure

    def _checked(self, host: str, port: int) -> Sequence[str]:
        """The host's addresses, where every one of them may be asked."""
        try:
            addresses = self._resolve(host, port)
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise httpcore.ConnectError(f"{host} could not be resolved") from None
            raise FetchError(f"{host}: {error.strerror}: check the host's name") from None
        except (OSError, UnicodeError):
            raise FetchError(f"{host}: not the name of a host: check its spelling") from None
        if not self._allow_private:
            for address in addresses:
                if not is_public(address):
                    raise FetchError(
                        f"{host}: stands for {address}, which is not public: "
                        "give an address on the public internet"
                    )
        return addresses


class _TimedStream(httpcore.NetworkStream):
    """A stream that ends at a set moment, however slowly the other side drips.

    The timeout of a read alone would not do: it starts anew with every byte that comes.
    """

    def __init__(
        self, stream: httpcore.NetworkStream, ends: float, clock: Callable[[], float]
    ) -> None:
        self._stream = stream
        self._ends = ends
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, self._ends, self._clock))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, self._ends, self._clock))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(
            ssl_context, server_hostname, _left(timeout, self._ends, self._clock)
        )
        return _TimedStream(secured, self._ends, self._clock)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        return self._stream.get_extra_info(info)


def _left(timeout: float | None, ends: float, clock: Callable[[], float]) -> float:
    """Seconds that the next step may take.

    Raises:
        httpcore.ReadTimeout: None are left.
    """
    left = ends - clock()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for the whole answer is over")
    return left if timeout is None else min(timeout, left)
