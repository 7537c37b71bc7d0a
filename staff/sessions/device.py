"""The device a request comes from: a random cookie that says nothing about the person, and a few words."""

import hashlib
import re
import secrets

from flask import Response, after_this_request, current_app, g, request

NAME = "amparo_device"
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")
#: In this order: Edge says it is Chrome, Chrome says it is Safari.
_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
    *(("Mac OS X", "Mac"), ("Linux", "Linux")),
)


def digest() -> str | None:
    """The digest of the request's device cookie; None where it has none."""
    token = request.cookies.get(_name(), "")
    return _digest(token) if _SHAPE.fullmatch(token) else None


def remember() -> str:
    """The device's digest; one that is not known yet gets a cookie with the answer."""
    found = digest()
    if found is None and "device_token" not in g:
        g.device_token = secrets.token_urlsafe(32)
        after_this_request(_leave_cookie)
    return found or _digest(g.device_token)


def words() -> str:
    """Browser and system in words that hold no more than that."""
    agent = request.headers.get("User-Agent", "")
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return ", ".join(part for part in (browser, system) if part)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _name() -> str:
    return f"__Host-{NAME}" if current_app.config["SESSION_COOKIE_SECURE"] else NAME


def _leave_cookie(response: Response) -> Response:
    response.set_cookie(
        _name(),
        g.device_token,
        max_age=400 * 24 * 3600,
        httponly=True,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        samesite="Strict",
    )
    return response
