from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import FetchError
from stance.reading import addresses
from stance.reading.addresses import CheckedBackend, is_public, read_url, resolve


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


def backend(*found: str, allow_private: bool = True, seconds: float = 5.0) -> CheckedBackend:
    return CheckedBackend(
        lambda _host, _port: found, lambda: 0.0, seconds=seconds, allow_private=allow_private
    )


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "fd00::1"),
        *("127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::"),  # noqa: S104
        *("169.254.169.254", "fe80::1", "fe80::1%2", "100.64.0.1"),
        *("224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"),
        *("240.0.0.1", "255.255.255.255", "192.0.2.1", "2001:db8::1", "fec0::1"),
        *("::127.0.0.1", "2001:0:7f00:1::", "64:ff9b:1::808:808"),
    ],
)
def test_an_address_of_special_use_is_not_public(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_carried_by_another_counts_as_itself(inner: IPv4Address) -> None:
    bits = int(inner)
    mapped = IPv6Address((0xFFFF << 32) | bits)
    sixtofour = IPv6Address((0x2002 << 112) | (bits << 80) | 1)
    translated = IPv6Address((0x64FF9B << 96) | bits)
    expected = is_public(str(inner))
    assert [is_public(str(a)) for a in (mapped, sixtofour, translated)] == [expected] * 3


def test_what_is_no_address_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        is_public("example.test")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ftp://example.test/a", "not a web address"),
        ("file:///etc/hostname", "not a web address"),
        ("example.test/a", "not a web address"),
        ("http:///a", "not a web address"),
        ("", "not a web address"),
        ("http://example.test/a\nb", "non-printable"),
        ("http://example.test:port/", "Invalid port"),
        ("http://xn--/a", "give an http or https address"),
        ("http://example.test/\ud800", "give an http or https address"),
        ("http://reader:hush@example.test/", "a user name in the address"),
    ],
)
def test_an_address_that_cannot_be_fetched_is_refused(text: str, message: str) -> None:
    with pytest.raises(FetchError, match=message) as caught:
        read_url(text)
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_url_is_normalised_and_loses_its_fragment() -> None:
    url = read_url("HTTPS://B\u00fccher.Example/\u00e4 b?q=1#part")
    assert str(url) == "https://xn--bcher-kva.example/%C3%A4%20b?q=1"


def test_a_relative_url_is_read_against_its_base() -> None:
    base = read_url("http://example.test/a/b")
    assert str(read_url("../c", base)) == "http://example.test/c"
    with pytest.raises(FetchError, match="not a web address"):
        read_url("file:///etc/hostname", base)


def test_the_system_resolver_gives_each_address_once() -> None:
    assert resolve("127.0.0.1", 80) == ("127.0.0.1",)


def test_a_name_that_is_none_is_refused() -> None:
    checked = CheckedBackend(resolve, lambda: 0.0, seconds=5)
    with pytest.raises(FetchError, match="not the name of a host"):
        checked.connect_tcp("a..b", 80)


@pytest.mark.parametrize(
    ("code", "error"), [(socket.EAI_NONAME, FetchError), (socket.EAI_AGAIN, httpcore.ConnectError)]
)
def test_only_a_resolver_that_may_answer_later_is_worth_another_try(
    code: int, error: type[Exception]
) -> None:
    def fail(_host: str, _port: int) -> tuple[str, ...]:
        raise socket.gaierror(code, "no answer")

    checked = CheckedBackend(fail, lambda: 0.0, seconds=5)
    with pytest.raises(error, match=r"example\.test"):
        checked.connect_tcp("example.test", 80)


def test_a_name_with_a_public_and_a_private_address_is_refused(listener: socket.socket) -> None:
    checked = backend("127.0.0.1", "8.8.8.8", allow_private=False)
    with pytest.raises(FetchError, match=r"127\.0\.0\.1, which is not public"):
        checked.connect_tcp("example.test", listener.getsockname()[1])
    listener.settimeout(0)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_the_connection_goes_to_the_address_that_was_checked(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def pass_all(address: str) -> bool:
        seen.append(address)
        return True

    monkeypatch.setattr(addresses, "is_public", pass_all)
    port = listener.getsockname()[1]
    stream = backend("127.0.0.1", allow_private=False).connect_tcp("example.test", port)
    assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
    assert seen == ["127.0.0.1"]
    stream.close()


def test_the_next_address_is_tried_where_the_first_takes_no_connection(
    listener: socket.socket,
) -> None:
    port = listener.getsockname()[1]
    stream = backend("127.0.0.2", "127.0.0.1").connect_tcp("example.test", port)
    assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
    stream.close()
    with pytest.raises(httpcore.ConnectError):
        backend("127.0.0.2").connect_tcp("example.test", port)
    with pytest.raises(httpcore.ConnectError, match="has no address"):
        backend().connect_tcp("example.test", port)


def test_a_connection_ends_at_its_time_even_if_bytes_still_come(listener: socket.socket) -> None:
    now = iter([0.0, 0.0, 1.0, 4.9, 5.0, 5.0])
    checked = CheckedBackend(
        lambda _host, _port: ("127.0.0.1",), lambda: next(now), seconds=5, allow_private=True
    )
    stream = checked.connect_tcp("example.test", listener.getsockname()[1])
    other, _ = listener.accept()
    with other:
        other.sendall(b"abc")
        assert stream.read(1, timeout=1) == b"a"
        assert stream.read(1) == b"b"
        with pytest.raises(httpcore.ReadTimeout, match="is over"):
            stream.read(1, timeout=1)
        with pytest.raises(httpcore.ReadTimeout, match="is over"):
            stream.write(b"x")
    stream.close()


def test_the_tries_of_many_addresses_share_one_time(listener: socket.socket) -> None:
    now = iter([0.0, 1.0, 5.0])
    checked = CheckedBackend(
        lambda _host, _port: ("127.0.0.2",) * 9, lambda: next(now), seconds=5, allow_private=True
    )
    with pytest.raises(httpcore.ReadTimeout, match="is over"):
        checked.connect_tcp("example.test", listener.getsockname()[1])


def test_a_secured_connection_asks_for_the_host_by_its_name(listener: socket.socket) -> None:
    hello = bytearray()

    def hang_up_after_the_greeting() -> None:
        other, _ = listener.accept()
        with other:
            hello.extend(other.recv(4096))

    thread = threading.Thread(target=hang_up_after_the_greeting)
    thread.start()
    with (
        httpcore.ConnectionPool(network_backend=backend("127.0.0.1")) as pool,
        pytest.raises(httpcore.ConnectError),
    ):
        pool.request("GET", f"https://example.test:{listener.getsockname()[1]}/")
    thread.join()
    assert b"example.test" in hello
