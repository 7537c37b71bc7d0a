"""Partners of a campaign: links and figures, which donors each may see, and the donors that others share."""

from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from campaigns import reading
from campaigns.partner import Partner
from campaigns.partners.donor_sharing import MODES, NOTHING, modes_given_by, share_donors
from campaigns.partners.referral_link import tell_referrals
from campaigns.schemas.campaign import SharingSchema, TellingSchema
from core import clock
from core.db import db, transaction
from core.errors import Invalid
from core.forms import Form
from core.web import csv_out
from core.web.paging import numbered
from donors.partners.partner_figures import PartnerFigures, figures_of, seen_partners
from donors.partners.shared_donors import shared_donors, told_of
from donors.people.donor import Donor
from donors.privacy import address_reading
from donors.staff_pages.blueprint import bp
from staff.access import current_actor, requires

HEADER = ("email", "name", "language", "agreed_at", "wording")


@dataclass(frozen=True)
class Row:
    """A partner as the actor sees it. `figures` None: another partner's, which are its own and the lead's."""

    partner: Partner
    figures: PartnerFigures | None
    is_ours: bool
    #: Which of the actor's donors it may see.
    mode: str
    link: str


@bp.get("/campaigns/<campaign_id>/partners")
@requires("campaigns.view")
def partners(campaign_id: str) -> str:
    return _page(campaign_id)


def _page(campaign_id: str) -> str:
    actor = current_actor()
    campaign = reading.get_campaign(actor, campaign_id)
    modes = modes_given_by(actor.organisation_id, campaign.id)
    figures = figures_of(seen_partners(actor, campaign))
    rows = [
        Row(
            partner=each,
            figures=figures.get(each.id),
            is_ours=each.organisation_id == actor.organisation_id,
            mode=modes.get(each.organisation_id, NOTHING),
            link=f"{current_app.config['BASE_URL']}/v/{each.code}",
        )
        for each in reading.partners_of(campaign.id)
    ]
    return render_template(
        "donors/staff/partners.html",
        campaign=campaign,
        rows=rows,
        leads=campaign.organisation_id == actor.organisation_id,
        modes=MODES,
        form=Form(SharingSchema()),
    )


@bp.post("/campaigns/<campaign_id>/partners/<partner_id>/sharing")
@requires("campaigns.edit")
def sharing_submit(campaign_id: str, partner_id: str) -> Any:
    form = Form(SharingSchema(), request.form)
    if not form.is_valid:
        raise Invalid(form.errors)
    with transaction():
        share_donors(current_actor(), campaign_id, partner_id, **form.data)
    flash(_("Saved. It holds from now on."))
    return redirect(url_for(".partners", campaign_id=campaign_id))


@bp.post("/campaigns/<campaign_id>/partners/<partner_id>/telling")
@requires("campaigns.edit")
def telling_submit(campaign_id: str, partner_id: str) -> Any:
    form = Form(TellingSchema(), request.form)
    with transaction():
        partner = tell_referrals(current_actor(), campaign_id, partner_id, is_told=form.data["is_told"])
    flash(
        _("The campaign's page tells it now.")
        if partner.is_told
        else _("Saved. The campaign's page tells it while both of you agree.")
    )
    return redirect(url_for(".partners", campaign_id=campaign_id))


@bp.get("/campaigns/<campaign_id>/shared-donors")
@requires("gifts.view")
def shared(campaign_id: str) -> str:
    actor = current_actor()
    query = shared_donors(actor, campaign_id).order_by(Donor.email, Donor.id)
    _note_reading(campaign_id)
    pager = numbered(query)
    return render_template(
        "donors/staff/shared_donors.html",
        campaign=reading.get_campaign(actor, campaign_id),
        pager=pager,
        donors=told_of(actor, campaign_id, pager.items),
    )


@bp.get("/campaigns/<campaign_id>/shared-donors.csv")
@requires("gifts.view")
def shared_csv(campaign_id: str) -> Response:
    actor = current_actor()
    query = shared_donors(actor, campaign_id).order_by(Donor.email, Donor.id)
    _note_reading(campaign_id)
    told = told_of(actor, campaign_id, db.session.scalars(query))
    rows = [tuple(getattr(each, name) for name in HEADER) for each in told]
    return csv_out.download(f"shared-donors-{clock.today().isoformat()}.csv", HEADER, rows)


def _note_reading(campaign_id: str) -> None:
    with transaction():
        address_reading.note(current_actor(), address_reading.SHARED, campaign_id)
