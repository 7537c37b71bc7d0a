"""Public pages answered before Flask is entered, from memory, for a few seconds.

Only what a view marks as shared is kept: the same bytes for every reader. A page may hold a placeholder
where each reader gets a token of their own; it is filled in here, also when the page is not kept. The age is
counted from before the page was read from the database, so no figure is older than the setting says. What was
taken out of sight is gone at once: a page that was read under an older epoch (core.web.page_epoch) is forgotten.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from flask import Response
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

MARK = "X-Amparo-Shared"
MOST_PAGES = 2000
#: Browsers send few different ones; reading one costs as much as the rest of an answer.
MOST_WISHES = 500
#: How often a page is built anew because something was taken out of sight meanwhile.
MOST_ATTEMPTS = 5


def share(response: Response) -> Response:
    """Mark a response as the same for every reader. It stays out of browsers' and proxies' caches, since
    each reader's copy carries a token."""
    response.headers[MARK] = "1"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@dataclass(frozen=True)
class _Kept:
    until: float
    epoch: int
    status: str
    headers: list[tuple[str, str]]
    pieces: list[bytes]


class PageCache:
    """WSGI middleware. `seconds` is the greatest age; 0 keeps nothing."""

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        *,
        seconds: float,
        prefixes: tuple[str, ...],
        languages: tuple[str, ...],
        placeholder: bytes,
        new_token: Callable[[], str],
        epoch: Callable[[], int] = lambda: 0,
    ) -> None:
        self._app = app
        self._seconds = seconds
        self._prefixes = prefixes
        self._languages = languages
        self._placeholder = placeholder
        self._new_token = new_token
        self._epoch = epoch
        self._kept: dict[tuple[str, str, str], _Kept] = {}
        self._wished = lru_cache(MOST_WISHES)(self._read_wish)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith(self._prefixes):
            return self._app(environ, start_response)
        key = (environ["PATH_INFO"], environ.get("QUERY_STRING", ""), self._language(environ))
        kept = self._kept.get(key)
        began = time.monotonic()
        if kept is None or kept.until <= began or kept.epoch != self._epoch():
            kept, body = self._ask(environ, start_response, began)
            if kept is None:
                return body
            self._keep(key, kept)
        return self._answer(kept, start_response)

    def _ask(
        self, environ: dict[str, Any], start_response: Callable[..., Any], began: float
    ) -> tuple[_Kept | None, Iterable[bytes]]:
        """Let the application answer; what it does not mark is passed on as it is."""
        epoch = self._epoch()
        status, headers, body = self._whole_answer(environ)
        for _again in range(MOST_ATTEMPTS):
            if epoch == self._epoch():
                break
            # Something was taken out of sight while this page was built: it may still be on it.
            epoch = self._epoch()
            status, headers, body = self._whole_answer(environ)
        if not any(name == MARK for name, _value in headers):
            start_response(status, headers)
            return None, [body]
        headers = [(name, value) for name, value in headers if name not in {MARK, "Content-Length"}]
        pieces = body.split(self._placeholder)
        return _Kept(began + self._seconds, epoch, status, headers, pieces), []

    def _whole_answer(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        answer: list[Any] = []
        parts = self._app(dict(environ), lambda *given: answer.extend(given) or _refuse_write)
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        return answer[0], answer[1], body

    def _keep(self, key: tuple[str, str, str], kept: _Kept) -> None:
        # Any query may be asked for; only our own addresses are worth the room.
        if self._seconds == 0 or (key[1] and not key[1].startswith("lang=")):
            return
        if len(self._kept) >= MOST_PAGES:
            self._kept.clear()
        self._kept[key] = kept

    def _answer(self, kept: _Kept, start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = kept.pieces[0]
        if len(kept.pieces) > 1:
            body = self._new_token().encode().join(kept.pieces)
        start_response(kept.status, [*kept.headers, ("Content-Length", str(len(body)))])
        return [body]

    def _language(self, environ: dict[str, Any]) -> str:
        """The same choice as core.i18n makes: the query, the cookie, the browser's wish."""
        query = environ.get("QUERY_STRING", "")
        if "lang=" in query:
            wish = parse_qs(query).get("lang", [""])[0]
            if wish in self._languages:
                return wish
        if "lang=" in environ.get("HTTP_COOKIE", ""):
            morsel = SimpleCookie(environ["HTTP_COOKIE"]).get("lang")
            if morsel is not None and morsel.value in self._languages:
                return morsel.value
        return self._wished(environ.get("HTTP_ACCEPT_LANGUAGE", ""))

    def _read_wish(self, header: str) -> str:
        accepted = parse_accept_header(header, LanguageAccept)
        return accepted.best_match(self._languages, self._languages[0])


def _refuse_write(_data: bytes) -> None:
    raise RuntimeError("the write() callable of WSGI is not supported")
