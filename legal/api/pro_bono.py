"""Pro bono statements for software, and what a matter is to a bar."""

from typing import Any

from core.db import transaction
from legal.api.blueprint import bp
from legal.matters.matter import get_matter
from legal.reports.bar_report import BarReport, bar_report
from legal.reports.pro_bono_standing import ProBonoStanding, find_standing, set_standing
from legal.schemas.pro_bono import BarReportOut, ProBonoStandingIn, ProBonoStandingOut, StatementIn
from staff.access import current_actor
from staff.bearer import token_required


@bp.get("/timekeepers/<timekeeper_id>/pro-bono-statements")
@token_required("hours.view")
@bp.arguments(StatementIn, location="query")
@bp.response(200, BarReportOut)
def read_statement(query: dict[str, Any], timekeeper_id: str) -> BarReport:
    """The statement for a bar (`ny`, `fl`, `il`), without a name and without an id."""
    return bar_report(current_actor(), timekeeper_id, **query)


@bp.get("/matters/<matter_id>/pro-bono-standing")
@token_required("hours.view")
@bp.response(200, ProBonoStandingOut)
def read_standing(matter_id: str) -> ProBonoStanding:
    """What a matter is to a bar."""
    return find_standing(get_matter(current_actor(), matter_id).id)


@bp.put("/matters/<matter_id>/pro-bono-standing")
@token_required("matters.edit")
@bp.arguments(ProBonoStandingIn)
@bp.response(200, ProBonoStandingOut)
def write_standing(body: dict[str, Any], matter_id: str) -> ProBonoStanding:
    """Say what a matter is to a bar."""
    with transaction():
        return set_standing(current_actor(), matter_id, **body)
