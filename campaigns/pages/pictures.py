"""The picture of a campaign: chosen, looked at, taken away."""

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response as AnyResponse

from campaigns import picturing, reading
from campaigns.pages.blueprint import bp
from campaigns.pages.campaigns import overview_page
from campaigns.pages.refusing import attempt
from campaigns.picturing import PICTURES
from campaigns.schemas.campaign import PartnerSchema, PictureSchema
from core import uploads
from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from staff.access import current_actor, requires


@bp.post("/campaigns/<campaign_id>/picture")
@requires("campaigns.edit")
@uploads.takes(PICTURES)
def picture_submit(campaign_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    form = Form(PictureSchema(), CombinedMultiDict([request.files, request.form]))
    if form.is_valid:
        try:
            made = picturing.remade(form.data["picture"])
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            with uploads.keeping(PICTURES, [made], field="picture") as kept:
                said = {"alt": form.data["picture_alt"], "looked_at": form.data["looked_at"]}
                tried = attempt(form, lambda: picturing.set_picture(actor, campaign_id, kept[0], **said))
                if tried.done is None:
                    uploads.discard(PICTURES, kept[0].name)
                    return overview_page(campaign_id, Form(PartnerSchema()), form), 422
            flash(_("The picture is in its place. Counsel approves it with the campaign's words."))
            return redirect(url_for(".campaign", campaign_id=campaign_id), 303)
    return overview_page(campaign_id, Form(PartnerSchema()), form), 422


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
