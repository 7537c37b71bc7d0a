"""The staff pages of campaigns/ share one blueprint, and what their templates know."""

from typing import Any

from flask import Blueprint

from core.markup import to_html

bp = Blueprint("campaigns", __name__, url_prefix="/staff")


@bp.context_processor
def what_templates_know() -> dict[str, Any]:
    return {"to_html": to_html}
