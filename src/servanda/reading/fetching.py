"""Fetching over http and https, for addresses that strangers may have written.

Invariant: no connection is made to an address that is not public (unless the settings
allow it), whatever name, redirect or DNS answer led there: names are resolved once,
checked, and the checked address is what is connected to.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from servanda.problems import Problem

from .limits import Limits, setting, variable

USER_AGENT = "servanda/0.1 (reads published reports; obeys robots.txt)"
_CHUNK = 1 << 16
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)
_PACKINGS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered. ``url`` is where the last redirect led; 304 has no data."""

    data: bytes
    url: str
    status: int
    headers: Mapping[str, str]

    @property
    def declared(self) -> str | None:
        """The encoding that the server named."""
        match = _CHARSET.search(self.headers.get("content-type", ""))
        return match[1] if match else None


class ForbiddenAddress(httpcore.ConnectError):
    """A name that leads to an address that is not public."""


def fetched(url: str, limits: Limits) -> Fetched | Problem:
    """Return what stands at an address, or the problem of getting it."""
    found = answered(url, limits)
    if isinstance(found, Fetched) and found.status >= 400:
        return Problem(url, f"the server answered {found.status}.", f"http-{found.status}", "Check the address.")
    return found


def answered(url: str, limits: Limits, headers: Mapping[str, str] | None = None) -> Fetched | Problem:
    """Return the server's answer, of any status, or the problem of getting it."""
    try:
        with client(limits) as session, session.stream("GET", url, headers=headers) as answer:
            data = b"".join(_body(answer, url, limits))
            return Fetched(data, str(answer.url), answer.status_code, answer.headers)
    except _TooMuch as excess:
        return excess.problem
    except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, OSError, ValueError) as error:
        return _trouble(url, error, limits)


def client(limits: Limits) -> httpx.Client:
    """Return a client that keeps to the limits and to public addresses; no proxy, no cookies of others."""
    transport = httpx.HTTPTransport(verify=_trusted())
    transport._pool = httpcore.ConnectionPool(
        ssl_context=_trusted(), network_backend=_Backend(limits), max_connections=4
    )
    return httpx.Client(
        transport=transport,
        follow_redirects=True,
        max_redirects=limits.redirects,
        timeout=limits.seconds,
        trust_env=False,
        headers={"user-agent": USER_AGENT, "accept-encoding": "gzip, deflate"},
    )


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates that the system trusts; reading them takes a tenth of a second."""
    return ssl.create_default_context()


class _TooMuch(Exception):  # noqa: N818 - it says what the server sent
    def __init__(self, url: str, limit: str, value: float, unit: str) -> None:
        what = f"more than {value:,.10g} {unit} (limit {limit})."
        self.problem = Problem(url, what, "limit", f"If you trust it, {setting(limit)}.")


def _body(answer: httpx.Response, url: str, limits: Limits) -> Iterator[bytes]:
    """Yield the unpacked body; never more than the limit, however small it came packed."""
    packing = answer.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("", "identity", *_PACKINGS):
        raise ValueError(f"packed as {packing}, which was not asked for")
    unpacker: Any = zlib.decompressobj(_PACKINGS[packing]) if packing in _PACKINGS else None
    total = 0
    for chunk in answer.iter_raw(_CHUNK):
        for piece in _pieces(unpacker, chunk):
            total += len(piece)
            if total > limits.document_bytes:
                raise _TooMuch(url, "document_bytes", limits.document_bytes, "bytes long")
            yield piece


def _pieces(unpacker: Any, chunk: bytes) -> Iterator[bytes]:
    """Yield a chunk, unpacked a megabyte at a time."""
    if unpacker is None:
        yield chunk
        return
    try:
        while chunk:
            yield unpacker.decompress(chunk, 1 << 20)
            chunk = unpacker.unconsumed_tail
    except zlib.error as error:
        raise ValueError(f"badly packed ({error})") from error


def _trouble(url: str, error: Exception, limits: Limits) -> Problem:
    """Say in words why an address could not be fetched."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ForbiddenAddress):
            advice = f"Use --allow-private, or set {variable('allow_private')}, if you trust it."
            return Problem(url, f"leads to an address that is not public ({cause}).", "private-address", advice)
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TooManyRedirects):
        return Problem(
            url,
            f"more than {limits.redirects} redirects (limit redirects).",
            "limit",
            f"Give the last address, or {setting('redirects')}.",
        )
    if isinstance(error, httpx.TimeoutException):
        return Problem(
            url,
            f"no whole answer within {limits.seconds:g} s (limit seconds).",
            "limit",
            f"Try again later, or {setting('seconds')}.",
        )
    if isinstance(error, httpx.UnsupportedProtocol):
        return Problem(url, "leads to an address that is not http or https.", "scheme", "Give a web address.")
    reason = " ".join(str(error).split())[:120] or type(error).__name__
    return Problem(url, f"cannot be fetched ({reason}).", "unreachable", "Check the address and try again.")


def public_addresses(host: str, port: int, limits: Limits) -> list[str]:
    """Return the addresses of a host; ForbiddenAddress where one of them is not public.

    One private address among public ones is refused too: it is what rebinding looks like.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
    if not limits.allow_private:
        for address in addresses:
            if not _is_public(address):
                raise ForbiddenAddress(address)
    return addresses


def _is_public(address: str) -> bool:
    """Whether an address is on the public Internet, also where IPv4 is wrapped in IPv6."""
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour or (number.teredo[1] if number.teredo else None)
        if inner is not None:
            return _is_public(str(inner))
        if number in ipaddress.ip_network("64:ff9b::/96"):
            return _is_public(str(ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)))
    return number.is_global and not number.is_multicast


class _Backend(httpcore.NetworkBackend):
    """Connects only to checked addresses, and only for as long as the limit for one fetch."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.inner = limits, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            address = public_addresses(host, port, self.limits)[0]
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} is not known") from error
        stream = self.inner.connect_tcp(address, port, timeout, local_address, socket_options)
        return _Stream(stream, time.monotonic() + self.limits.seconds)

    def connect_unix_socket(self, path: str, *args: Any, **options: Any) -> httpcore.NetworkStream:
        raise ForbiddenAddress(path)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """A connection that ends at its deadline, however little at a time the server sends."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self.inner, self.deadline = inner, deadline

    def _left(self, timeout: float | None) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("past the deadline")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self.inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)
