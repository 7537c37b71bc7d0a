"""What waits for a second person: confirm, decline, take back."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from core.db import transaction
from staff import agenda
from staff.access import Actor, current_actor, requires
from staff.agenda import AgendaItem
from staff.approval import two_people
from staff.approval.proposal import Proposal
from staff.pages import bp


@bp.get("/approvals")
@requires()
def proposals():
    actor = current_actor()
    return render_template(
        "staff/proposals.html",
        waiting=two_people.open_for(actor),
        decided=two_people.decided_for(actor),
        words=two_people.words_of,
        may_decide=lambda row: two_people.may_decide(actor, row),
        actor=actor,
    )


@bp.post("/approvals/<proposal_id>/confirmation")
@requires(fresh=True)
def confirm_proposal(proposal_id: str):
    with transaction():
        two_people.confirm(current_actor(), proposal_id)
    flash(_("Confirmed and done."))
    return redirect(url_for("staff.proposals"), 303)


@bp.post("/approvals/<proposal_id>/refusal")
@requires()
def decline_proposal(proposal_id: str):
    with transaction():
        two_people.decline(current_actor(), proposal_id)
    flash(_("Declined. Nothing was done."))
    return redirect(url_for("staff.proposals"), 303)


@bp.post("/approvals/<proposal_id>/withdrawal")
@requires()
def withdraw_proposal(proposal_id: str):
    with transaction():
        two_people.withdraw(current_actor(), proposal_id)
    flash(_("Taken back. Nothing was done."))
    return redirect(url_for("staff.proposals"), 303)


def waits_for_second(proposal: Proposal):
    """Where an edge leads to when what was asked for is a proposal now."""
    flash(
        _("Nothing is done yet: a second person confirms it. “%(what)s”", what=two_people.words_of(proposal))
    )
    return redirect(url_for("staff.proposals"), 303)


@agenda.item
def to_confirm(actor: Actor) -> list[AgendaItem]:
    mine = [row for row in two_people.open_for(actor) if two_people.may_decide(actor, row)]
    text = ngettext(
        "%(num)d thing waits for a second person", "%(num)d things wait for a second person", len(mine)
    )
    return [AgendaItem(text, url_for("staff.proposals"), count=len(mine), urgency="now")]
