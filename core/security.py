"""Headers, cookies and where a request may come from.

The content policy has no exceptions: no inline script, no inline style, nothing from another host. Requests
that change something must come from our own pages: browsers say so in `Sec-Fetch-Site` or `Origin`, and
forms of signed-in people carry a token as well (Flask-WTF).
"""

from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_babel import gettext as _
from flask_wtf import CSRFProtect

from core.errors import Forbidden

csrf = CSRFProtect()

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
#: For the few pages that are made to stand in a frame on somebody else's.
FRAMED_POLICY = CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
#: Sent by machines that prove themselves otherwise: a signature, a bearer token.
MACHINE_PATHS = ("/stripe/events", "/api/v1/")
_SAFE = {"GET", "HEAD", "OPTIONS"}


def init_app(app: Flask, *, base_url: str, is_production: bool) -> None:
    app.config.setdefault("WTF_CSRF_ENABLED", not app.testing)
    app.config.update(
        SESSION_COOKIE_NAME="__Host-amparo" if is_production else "amparo",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_production,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SECURE=is_production,
        REMEMBER_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        # A page is served on the public host only, whatever scheme a proxy used to reach us.
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
    )
    csrf.init_app(app)
    own_host = urlsplit(base_url).netloc
    app.before_request(lambda: _refuse_foreign(own_host))
    app.after_request(lambda response: _add_headers(response, is_production))


def _refuse_foreign(own_host: str) -> None:
    if request.method in _SAFE or request.path.startswith(MACHINE_PATHS):
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        # Where the browser says so, it decides: a page without a referrer sends `Origin: null` to itself.
        is_foreign = site not in {"same-origin", "none"}
    else:
        is_foreign = origin is not None and urlsplit(origin).netloc not in {own_host, request.host}
    if is_foreign:
        raise Forbidden(_("This form was sent from another site. Nothing was done."))


def let_frame(response: Response) -> Response:
    """Let any page show this one in a frame. Nothing on it may change anything or know who reads."""
    response.headers["Content-Security-Policy"] = FRAMED_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _add_headers(response: Response, is_production: bool) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.headers["Content-Security-Policy"] == FRAMED_POLICY:
        del response.headers["X-Frame-Options"]  # it knows no exception
    if is_production:
        response.headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    return response
