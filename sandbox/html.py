"""The sandbox's own pages: templates and one style sheet, nothing from elsewhere."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.protocol.transport import Reply

if TYPE_CHECKING:
    from jinja2 import Environment

_PAGES = Path(__file__).parent / "pages"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
STYLE = "/_sandbox/style.css"


def page(template: str, status: int = 200, **values: Any) -> Reply:
    """A rendered page; everything in it is escaped."""
    text = _environment().get_template(template).render(style=STYLE, **values)
    return Reply(status, text.encode(), "text/html; charset=utf-8", dict(_HEADERS))


def style_sheet() -> Reply:
    return Reply(200, (_PAGES / "style.css").read_bytes(), "text/css; charset=utf-8")


@cache
def _environment() -> "Environment":
    """Loaded with the first page, so that the server starts without waiting for it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
