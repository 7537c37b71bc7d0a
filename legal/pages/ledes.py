"""A matter's hours and costs as a LEDES 1998B file to download."""

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Invalid
from core.forms import Form
from legal.ledes.exporting import export_ledes
from legal.ledes.reading import LedesRefused
from legal.pages.blueprint import bp
from legal.schemas.ledes import LedesPeriodIn
from staff.access import current_actor, requires


@bp.post("/matters/<matter_id>/ledes")
@requires("hours.view")
def ledes_download(matter_id: str) -> AnyResponse:
    """The file, or back to the matter with the reason."""
    form = Form(LedesPeriodIn(), request.form)
    if not form.is_valid:
        flash(_("Choose the first and the last day."), "bad")
        return redirect(url_for("legal.matter", matter_id=matter_id))
    try:
        with transaction():
            text = export_ledes(current_actor(), matter_id, **form.data)
    except (Invalid, LedesRefused) as refusal:
        flash(_told(refusal), "bad")
        return redirect(url_for("legal.matter", matter_id=matter_id))
    name = f"{form.data['starts_on']}-{form.data['ends_on']}.ledes"
    return Response(
        text,
        content_type="text/plain; charset=us-ascii",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _told(refusal: Invalid | LedesRefused) -> str:
    if isinstance(refusal, LedesRefused):
        return refusal.message
    return " ".join(text for texts in refusal.errors.values() for text in texts)
