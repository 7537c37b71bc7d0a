"""The books for software."""

from typing import Any

from core.db import transaction
from legal.accounts.pack import Pack, pack
from legal.accounts.recognition import ServiceRecognition, decide_recognition
from legal.api.blueprint import bp
from legal.schemas.accounts import PackOut, PeriodIn, RecognitionIn, RecognitionOut
from staff.access import current_actor
from staff.bearer import token_required


@bp.get("/accounts")
@token_required("costs.view")
@bp.arguments(PeriodIn, location="query")
@bp.response(200, PackOut)
def read_accounts(query: dict[str, Any]) -> Pack:
    """Cash, releases, services given and the amounts that reconcile them with Form 990, for a period."""
    return pack(current_actor(), **query)


@bp.post("/accounts/recognitions")
@token_required("costs.approve")
@bp.arguments(RecognitionIn)
@bp.response(201, RecognitionOut)
def create_recognition(body: dict[str, Any]) -> ServiceRecognition:
    """Decide whether services given on a matter were given to the organisation."""
    with transaction():
        return decide_recognition(current_actor(), body.pop("matter_id"), **body)
