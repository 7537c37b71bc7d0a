"""Handing over the lead of a campaign: proposing, accepting, declining, taking back."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from campaigns.pages.blueprint import bp
from campaigns.partners import handing_over
from campaigns.partners.lead_handover import LeadHandover
from campaigns.schemas.handovers import HandoverSchema
from core.db import transaction
from core.errors import Invalid
from core.forms import Form
from staff.access import current_actor, requires


@bp.post("/campaigns/<campaign_id>/handovers")
@requires("organisation.edit")
def handover_propose(campaign_id: str) -> Any:
    form = Form(HandoverSchema(), request.form)
    if not form.is_valid:
        raise Invalid(form.errors)
    return _done(
        lambda: handing_over.propose_handover(current_actor(), campaign_id, **form.data),
        _("It is proposed. An owner of the partner accepts or declines it; until then you may take it back."),
    )


@bp.post("/handovers/<lead_handover_id>/acceptance")
@requires("organisation.edit")
def handover_accept(lead_handover_id: str) -> Any:
    return _done(
        lambda: handing_over.accept_handover(current_actor(), lead_handover_id),
        _("Your organisation leads this campaign now."),
    )


@bp.post("/handovers/<lead_handover_id>/refusal")
@requires("organisation.edit")
def handover_decline(lead_handover_id: str) -> Any:
    return _done(
        lambda: handing_over.decline_handover(current_actor(), lead_handover_id),
        _("Declined. Nothing changes."),
    )


@bp.post("/handovers/<lead_handover_id>/withdrawal")
@requires("organisation.edit")
def handover_withdraw(lead_handover_id: str) -> Any:
    return _done(
        lambda: handing_over.withdraw_handover(current_actor(), lead_handover_id),
        _("Taken back. Your organisation leads as before."),
    )


def _done(verb: Callable[[], LeadHandover], sentence: str) -> Any:
    with transaction():
        row = verb()
    flash(sentence)
    return redirect(url_for(".campaign", campaign_id=row.campaign_id))
