"""The picture of a campaign: chosen, looked at, taken away."""

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response as AnyResponse

from campaigns import picturing, reading
from campaigns.campaign import Campaign
from campaigns.pages.blueprint import bp
from campaigns.pages.campaigns import overview_page
from campaigns.pages.refusing import attempt
from campaigns.picturing import PICTURES
from campaigns.schemas.campaign import PartnerSchema, PictureSchema
from core import uploads
from core.db import transaction
from core.errors import Conflict
from core.forms import Form
from staff.access import Actor, current_actor, requires


@bp.post("/campaigns/<campaign_id>/picture")
@requires("campaigns.edit")
@uploads.takes(PICTURES)
def picture_submit(campaign_id: str) -> AnyResponse | tuple[str, int]:
    form = Form(PictureSchema(), CombinedMultiDict([request.files, request.form]))
    tried = attempt(form, lambda: _put(current_actor(), campaign_id, **form.data))
    if tried.done is None:
        return overview_page(campaign_id, Form(PartnerSchema()), form, tried.warnings), 422
    flash(_("The picture is in its place. Counsel approves it with the campaign's words."))
    return redirect(url_for(".campaign", campaign_id=campaign_id), 303)


def _put(actor: Actor, campaign_id: str, *, picture: bytes, picture_alt: str, looked_at: bool) -> Campaign:
    with uploads.keeping(PICTURES, [picturing.remade(picture)], field="picture") as kept:
        return picturing.set_picture(actor, campaign_id, kept[0], alt=picture_alt, looked_at=looked_at)


@bp.post("/campaigns/<campaign_id>/picture/removals")
@requires("campaigns.edit")
def picture_remove(campaign_id: str) -> AnyResponse:
    try:
        with transaction():
            picturing.remove_picture(current_actor(), campaign_id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("The picture is taken away."))
    return redirect(url_for(".campaign", campaign_id=campaign_id), 303)


@bp.get("/campaigns/<campaign_id>/picture")
@requires("campaigns.view")
def picture(campaign_id: str) -> Response:
    """As it will stand before the public, for who works on the campaign."""
    found = reading.get_campaign(current_actor(), campaign_id)
    return Response(
        picturing.read(found),
        content_type=picturing.MEDIA_TYPE,
        headers={
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )
