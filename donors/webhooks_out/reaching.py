"""A POST to an address that somebody typed, which must not become a way into our own network.

The name is resolved once, every address it has must be public, and the connection goes to that very address: a
name that answers differently a moment later changes nothing. Whom we are connected to is looked at again before
a byte is sent. No redirect is followed, and of the answer nothing but the status is read.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

PATIENCE_SECONDS = 10
#: Prefixes under which an IPv6 address carries an IPv4 address.
_CARRIERS = tuple(
    ipaddress.IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96")
)


class Unreachable(Exception):
    """The message did not arrive; the text is one word that may be shown."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open network, whatever form it takes."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if any(found in net for net in _CARRIERS):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def is_acceptable(url: str, *, at_home: bool) -> bool:
    """Whether a URL has the form of an endpoint: https, a host, no user, the usual port.

    `at_home`, for development: http and our own machine are good as well.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.username or parts.password or not host or len(url) > 500 or parts.fragment:
        return False
    if not url.isascii() or any(each <= " " or each == "\x7f" for each in url):
        return False
    if at_home:
        return parts.scheme in {"http", "https"}
    is_name = "." in host and not host.replace(".", "").isdigit() and ":" not in host
    return parts.scheme == "https" and port in {None, 443} and is_name


def post(url: str, body: bytes, headers: Mapping[str, str], *, at_home: bool) -> int:
    """The status of the answer. Raises Unreachable."""
    if not is_acceptable(url, at_home=at_home):
        raise Unreachable("refused_address")
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        connection = _connect(host, port, is_tls=parts.scheme == "https", at_home=at_home)
    except OSError as failure:
        raise Unreachable(_word(failure)) from None
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=body, headers={**headers, "Host": parts.netloc})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as failure:
        raise Unreachable(_word(failure)) from None
    finally:
        connection.close()


def _connect(host: str, port: int, *, is_tls: bool, at_home: bool) -> http.client.HTTPConnection:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not (at_home or all(is_public(each) for each in addresses)):
        raise Unreachable("private_address")
    opened = socket.create_connection((addresses[0], port), timeout=PATIENCE_SECONDS)
    try:
        if not at_home and not is_public(str(opened.getpeername()[0])):
            raise Unreachable("private_address")
        if is_tls:
            opened = ssl.create_default_context().wrap_socket(opened, server_hostname=host)
    except BaseException:
        opened.close()
        raise
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_SECONDS)
    connection.sock = opened
    return connection


def _word(failure: Exception) -> str:
    if isinstance(failure, TimeoutError):
        return "timeout"
    if isinstance(failure, ssl.SSLError):
        return "certificate"
    if isinstance(failure, socket.gaierror):
        return "unknown_host"
    return "connection"
