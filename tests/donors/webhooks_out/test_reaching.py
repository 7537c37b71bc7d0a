"""An address that somebody typed is no way into our own network."""

import socket

import pytest

from donors.webhooks_out.reaching import Unreachable, is_acceptable, is_public, post

pytestmark = pytest.mark.pure

PRIVATE = (
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::7f00:1", "localhost", ""),
)


@pytest.mark.parametrize("address", PRIVATE)
def test_these_are_not_of_the_open_network(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_these_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/",
        "https://user:secret@example.org/",
        "https://example.org:22/",
        "https://example.org:99999/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https:///path",
        "https://exa mple.org/",
        "https://example.org/\r\nX: y",
        "https://example.org/#part",
        "//example.org/",
        "file:///etc/passwd",
        "https://ex\u00e4mple.org/",
        "https://example.org/" + "x" * 500,
    ],
)
def test_an_endpoint_is_https_on_a_named_host_and_nothing_else(url: str) -> None:
    assert not is_acceptable(url, at_home=False)


def test_an_ordinary_address_will_do() -> None:
    assert is_acceptable("https://hooks.example.org/amparo?from=us", at_home=False)
    assert is_acceptable("https://hooks.example.org:443/", at_home=False)


def test_a_name_that_leads_home_is_refused_before_a_byte_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that resolves to a public and a private address at once is refused as well."""
    for answers in (["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["10.0.0.5"], ["::1"]):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in answers]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, found=found, **_k: found)
        with pytest.raises(Unreachable, match="private_address"):
            post("https://hooks.example.org/", b"{}", {}, at_home=False)


def test_whom_we_are_connected_to_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A public address behind which, by whatever route, our own machine answers: it hears nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        home = socket.create_connection(listener.getsockname())
        public = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: public)
        monkeypatch.setattr(socket, "create_connection", lambda *_a, **_k: home)
        peer, _address = listener.accept()
        with peer:
            with pytest.raises(Unreachable, match="private_address"):
                post("https://hooks.example.org/", b"{}", {}, at_home=False)
            assert peer.recv(100) == b""
