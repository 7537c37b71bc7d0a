"""What can go wrong, said once: four refusals, mapped to problem+json (RFC 9457) and to pages."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from core.web.plain_words import plain

log = logging.getLogger(__name__)


class Refusal(Exception):
    """A request that cannot be done as asked. `code` is for software, the message for people."""

    status = 400
    code = "bad_request"

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class NotFound(Refusal):
    """It does not exist, or is not yours to see: the answer is the same. `field` is what named it, when that
    was a field of the input and not the address."""

    status, code = 404, "not_found"
    field = ""


class Gone(Refusal):
    """It was public once and has been withdrawn."""

    status, code = 410, "gone"


class Forbidden(Refusal):
    """You may see this, but not do that to it."""

    status, code = 403, "forbidden"


class Conflict(Refusal):
    """The thing is in a state that does not allow it; `code` names the rule."""

    status = 409

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Invalid(Refusal):
    """Input that breaks a rule: `errors` maps each field to sentences that name the rule."""

    status, code = 422, "invalid"

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(_in_words(errors))
        self.errors = errors


@contextmanager
def named_by(field: str) -> Iterator[None]:
    """What is not found within was named by this field of the input."""
    try:
        yield
    except NotFound as missing:
        missing.field = missing.field or field
        raise


def init_app(app: Flask) -> None:
    app.register_error_handler(Refusal, answer_refusal)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(IntegrityError, _answer_race)
    app.register_error_handler(Exception, _answer_crash)


def wants_json() -> bool:
    """Software gets problem+json: under /api/, for .json addresses, or where JSON is preferred."""
    if request.path.startswith(("/api/", "/stripe/")) or request.path.endswith(".json") or request.is_json:
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best != "text/html" and not request.accept_mimetypes.accept_html


def answer_refusal(refusal: Refusal) -> Any:
    """The answer to a refusal, as problem+json or as a page."""
    extra: dict[str, Any] = {}
    if isinstance(refusal, Invalid):
        extra["errors"] = refusal.errors
    detail = refusal.message
    if isinstance(refusal, NotFound) and refusal.field:
        extra["errors"] = {refusal.field: [_("There is no such thing, or it is not yours to see.")]}
        detail = _in_words(extra["errors"])
    return answer(refusal.status, code=refusal.code, detail=detail, **extra)


def _in_words(errors: dict[str, list[str]]) -> str:
    """`minutes: Enter a whole number.`, and no name where the whole input is meant."""
    return "; ".join(
        " ".join(texts) if name == "_" else f"{name}: {' '.join(texts)}" for name, texts in errors.items()
    )


def _answer_http(error: HTTPException) -> Any:
    if error.response is not None:  # e.g. a redirect raised by an extension
        return error.response
    status = error.code or 500
    extra: dict[str, Any] = {}
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        errors = flatten(messages)
        extra["errors"] = {name: [plain(text) for text in texts] for name, texts in errors.items()}
    code = "invalid" if messages else (HTTP_STATUS_CODES.get(status, "error").lower().replace(" ", "_"))
    headers = {name: value for name, value in error.get_headers() if name.lower() in {"allow", "retry-after"}}
    detail = _in_words(extra["errors"]) if messages else _said(error)
    return answer(status, code=code, detail=detail, headers=headers, **extra)


def _said(error: HTTPException) -> str:
    """Its own words. Werkzeug's are English alone: a page says the same by its title and its next step."""
    is_stock = error.description == type(error).description
    return "" if is_stock and not wants_json() else error.description or ""


def _answer_race(error: IntegrityError) -> Any:
    """Two did the same at the same moment, and the database let one of them; nothing of this one is kept."""
    log.warning("a constraint refused a write: %s", type(error.orig).__name__)
    return answer(
        409, code="done_meanwhile", detail=_("Somebody did this at the same moment. Nothing was done twice.")
    )


def _answer_crash(error: Exception) -> Any:
    log.exception("unhandled error")
    return answer(500, code="internal_error", detail="")


def answer(
    status: int, *, code: str, detail: str, headers: dict[str, str] | None = None, **extra: Any
) -> tuple[Response | str, int, dict[str, str]]:
    """One refusal as problem+json or as a page, by who is asking."""
    if wants_json():
        title = _("There is no such thing") if status == 404 else _titles(status)
        response = jsonify(title=title, status=status, code=code, detail=detail, **extra)
        response.mimetype = "application/problem+json"
        return response, status, headers or {}
    page = render_template(
        "error.html", status=status, title=_titles(status), message=detail, next=_next(status)
    )
    return page, status, headers or {}


def flatten(messages: Any, path: str = "") -> dict[str, list[str]]:
    """marshmallow's nested messages as `{"lines.0.amount": ["…"]}`, without the word for the location."""
    if isinstance(messages, list):
        return {path or "_": [str(text) for text in messages]}
    if not isinstance(messages, dict):  # one sentence, perhaps a lazily translated one
        return {path or "_": [str(messages)]}
    flat: dict[str, list[str]] = {}
    for name, inner in messages.items():
        if not path and name in {"json", "query", "form", "headers", "files", "path"}:
            flat |= flatten(inner)
        elif name == "_schema":  # marshmallow's word for the whole of it
            flat |= flatten(inner, path)
        else:
            flat |= flatten(inner, f"{path}.{name}" if path else str(name))
    return flat


def _titles(status: int) -> str:
    titles = {
        400: _("This request cannot be read"),
        401: _("Please sign in"),
        403: _("This is not yours to do"),
        404: _("There is no such page"),
        405: _("This address does not work that way"),
        409: _("This cannot be done now"),
        410: _("This page was withdrawn"),
        413: _("This is too large"),
        422: _("Something needs another look"),
        429: _("Too many tries"),
    }
    return titles.get(status, _("Something went wrong on our side"))


def _next(status: int) -> str:
    steps = {
        401: _("Sign in and try again."),
        404: _("Check the address, or start from the front page."),
        409: _("Go back, reload the page and look at its present state."),
        410: _("What stood here is not public any more."),
        429: _("Wait a minute and try again."),
    }
    if status >= 500:
        return _("Nothing was half done. Try again in a moment.")
    return steps.get(status, _("Go back and try again."))
