"""Campaigns: the list, opening, the overview, editing, publishing, withdrawing."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from campaigns import opening, reading
from campaigns.campaign import Campaign
from campaigns.clearance import withdrawing
from campaigns.drives.drive import Drive
from campaigns.funds.fund import Fund
from campaigns.opening import CampaignTerms
from campaigns.pages.blueprint import bp
from campaigns.pages.refusing import answered, attempt
from campaigns.partners.handing_over import find_open
from campaigns.partners.lead_handover import LeadHandover
from campaigns.schemas.campaign import (
    CampaignEditSchema,
    CampaignSchema,
    PartnerSchema,
    PictureSchema,
    ReasonSchema,
)
from campaigns.timeline.timeline_entry import TimelineEntry
from campaigns.updates.update import Update
from core import clock
from core.db import db, transaction
from core.errors import Forbidden
from core.forms import Form
from core.web.paging import numbered
from staff.access import Actor, current_actor, requires
from staff.organisation import Organisation

STATES: dict[str, ColumnElement[bool]] = {
    "draft": Campaign.published_at.is_(None),
    "public": Campaign.published_at.is_not(None) & Campaign.withdrawn_at.is_(None),
    "withdrawn": Campaign.withdrawn_at.is_not(None),
}
NEWEST_SHOWN = 50


@bp.get("/campaigns")
@requires("campaigns.view")
def campaigns() -> str:
    actor = current_actor()
    typed, state = request.args.get("q", "").strip(), request.args.get("state", "")
    query = reading.campaigns_of(actor).options(
        joinedload(Campaign.persona), joinedload(Campaign.organisation)
    )
    if typed:
        query = query.where(reading.matching(typed, (Campaign.title, Campaign.slug)))
    if state in STATES:
        query = query.where(STATES[state])
    query = query.order_by(Campaign.created_at.desc(), Campaign.id)
    return render_template(
        "campaigns/campaigns.html",
        pager=numbered(query),
        q=typed,
        state=state,
        invitations=reading.invitations_of(actor),
        short_name=db.session.get_one(Organisation, actor.organisation_id).slug,
    )


@bp.get("/campaigns/new")
@requires("campaigns.edit")
def new_campaign() -> str:
    return render_template("campaigns/campaign_form.html", form=Form(CampaignSchema()))


@bp.post("/campaigns/new")
@requires("campaigns.edit")
def new_campaign_submit() -> Any:
    form = Form(CampaignSchema(), request.form)
    tried = attempt(form, lambda: opening.open_campaign(current_actor(), CampaignTerms(**form.data)))
    if tried.done is None:
        return render_template("campaigns/campaign_form.html", form=form), 422
    flash(_("The campaign is open. Nothing of it is public yet."))
    return redirect(url_for(".campaign", campaign_id=tried.done.id))


@dataclass(frozen=True)
class Overview:
    """A campaign with everything that hangs on it, as far as the actor may see."""

    campaign: Campaign
    partners: list[Any]
    drives: list[Drive]
    funds: list[Fund]
    updates: list[Update]
    timeline: list[TimelineEntry]
    leads: bool
    may_edit: bool
    owns_client: bool
    handover: LeadHandover | None


@bp.get("/campaigns/<campaign_id>")
@requires("campaigns.view")
def campaign(campaign_id: str) -> str:
    return overview_page(campaign_id, Form(PartnerSchema()))


def overview_page(
    campaign_id: str,
    partner_form: Form,
    picture_form: Form | None = None,
    picture_warnings: dict[str, list[str]] | None = None,
) -> str:
    actor = current_actor()
    found = reading.get_campaign(actor, campaign_id)
    return render_template(
        "campaigns/campaign.html",
        it=_overview(actor, found),
        form=partner_form,
        picture_form=picture_form or Form(PictureSchema(), initial={"picture_alt": found.picture_alt}),
        picture_warnings=picture_warnings,
        withdrawal=Form(ReasonSchema()),
        now=clock.now(),
    )


def _overview(actor: Actor, found: Campaign) -> Overview:
    drives = select(Drive).where(Drive.campaign_id == found.id).options(joinedload(Drive.organisation))
    updates = select(Update).where(Update.campaign_id == found.id)
    timeline = select(TimelineEntry).where(TimelineEntry.campaign_id == found.id)
    funds = reading.funds_of(actor).where(Fund.campaign_id == found.id) if actor.can("funds.view") else None
    return Overview(
        campaign=found,
        partners=reading.partners_of(found.id),
        drives=list(db.session.scalars(drives.order_by(Drive.created_at.desc()).limit(NEWEST_SHOWN))),
        funds=list(db.session.scalars(funds.order_by(Fund.name))) if funds is not None else [],
        updates=list(db.session.scalars(updates.order_by(Update.written_at.desc()).limit(NEWEST_SHOWN))),
        timeline=list(db.session.scalars(timeline.order_by(TimelineEntry.month.desc()).limit(NEWEST_SHOWN))),
        leads=found.organisation_id == actor.organisation_id,
        may_edit=opening.may_edit(actor, found, found),
        owns_client=opening.owns_client(actor, found),
        handover=find_open(actor, found.id),
    )


@bp.get("/campaigns/<campaign_id>/edit")
@requires("campaigns.edit")
def edit_campaign(campaign_id: str) -> str:
    found = _editable(campaign_id)
    form = Form(_edit_schema(found), initial=_form_values(found))
    return render_template("campaigns/campaign_form.html", form=form, campaign=found)


@bp.post("/campaigns/<campaign_id>/edit")
@requires("campaigns.edit")
def edit_campaign_submit(campaign_id: str) -> Any:
    found = _editable(campaign_id)
    form = Form(_edit_schema(found), answered(_edit_schema(found), lambda: _form_values(found)))
    changes = dict(form.data)
    version, looked_at = changes.pop("version", None), changes.pop("looked_at", False)
    tried = attempt(
        form,
        lambda: opening.edit_campaign(
            current_actor(), campaign_id, changes, version=version, looked_at=looked_at
        ),
        present=lambda: _form_values(_editable(campaign_id)),
    )
    if tried.done is None:
        found = _editable(campaign_id)
        page = render_template("campaigns/campaign_form.html", form=form, campaign=found, tried=tried)
        return page, 409 if tried.differences is not None else 422
    flash(_("Saved."))
    return redirect(url_for(".campaign", campaign_id=campaign_id))


def _editable(campaign_id: str) -> Campaign:
    """The campaign, for who may change its words."""
    actor = current_actor()
    found = reading.get_campaign(actor, campaign_id)
    if not opening.may_edit(actor, found, found):
        raise Forbidden(_("The organisation that leads this campaign does this. Ask it."))
    return found


def _edit_schema(found: Campaign) -> CampaignEditSchema:
    """Without what stays as it is: address and client once it was public; to a partner, and where the client is
    another organisation's, what is theirs to choose."""
    actor = current_actor()
    leads = found.organisation_id == actor.organisation_id
    fixed_client = found.published_at is not None or not leads or not opening.owns_client(actor, found)
    left_out = {"slug": not leads, "client_id": fixed_client}
    return CampaignEditSchema(exclude=[name for name, is_out in left_out.items() if is_out])


def _form_values(found: Campaign) -> dict[str, Any]:
    names = ("title", "slug", "summary", "story", "client_id", "version")
    return {name: getattr(found, name) for name in names}


@bp.post("/campaigns/<campaign_id>/withdraw")
@requires("campaigns.view")
def withdraw_campaign_submit(campaign_id: str) -> Any:
    form = Form(ReasonSchema(), request.form)
    with transaction():
        withdrawing.withdraw(current_actor(), "campaign", campaign_id, reason=form.data.get("reason", ""))
    flash(_("The campaign is withdrawn. Its pages, its drives' and its updates' answer that it is gone."))
    return redirect(url_for(".campaign", campaign_id=campaign_id))
