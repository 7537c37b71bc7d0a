"""Partners of a campaign: inviting, answering an invitation, ending."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from campaigns import partnering
from campaigns.pages.blueprint import bp
from campaigns.pages.campaigns import overview_page
from campaigns.pages.refusing import attempt
from campaigns.schemas.campaign import PartnerSchema
from core.db import transaction
from core.forms import Form
from staff.access import current_actor, requires


@bp.post("/campaigns/<campaign_id>/partners")
@requires("campaigns.edit")
def invite_submit(campaign_id: str) -> Any:
    form = Form(PartnerSchema(), request.form)
    tried = attempt(form, lambda: partnering.invite_partner(current_actor(), campaign_id, **form.data))
    if tried.done is None:
        return overview_page(campaign_id, form), 422
    flash(_("The organisation is invited. It sees the invitation on its list of campaigns."))
    return redirect(url_for(".campaign", campaign_id=campaign_id))


@bp.post("/campaigns/<campaign_id>/partners/<partner_id>/end")
@requires("campaigns.edit")
def end_partnership_submit(campaign_id: str, partner_id: str) -> Any:
    with transaction():
        partnering.end_partnership(current_actor(), campaign_id, partner_id)
    flash(_("The organisation takes no part any more."))
    return redirect(url_for(".campaign", campaign_id=campaign_id))


@bp.post("/invitations/<partner_id>/accept")
@requires("campaigns.edit")
def accept_submit(partner_id: str) -> Any:
    with transaction():
        partner = partnering.accept_invitation(current_actor(), partner_id)
    flash(_("You take part in this campaign."))
    return redirect(url_for(".campaign", campaign_id=partner.campaign_id))


@bp.post("/invitations/<partner_id>/decline")
@requires("campaigns.edit")
def decline_submit(partner_id: str) -> Any:
    with transaction():
        partnering.decline_invitation(current_actor(), partner_id)
    flash(_("The invitation is declined."))
    return redirect(url_for(".campaigns"))
