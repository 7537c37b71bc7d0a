"""Who works here: list, invite, change a role, leave."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.db import transaction
from core.errors import Invalid, NotFound
from core.forms import Form
from core.web.limits import digest, spend
from core.web.paging import numbered
from staff import people
from staff.access import current_actor, requires
from staff.approval import powers
from staff.approval.proposal import Proposal
from staff.invitation import open_for
from staff.pages import bp
from staff.pages.proposals import waits_for_second
from staff.schemas import InvitationIn, RoleIn
from staff.words import ROLE_MEANINGS, ROLE_NAMES


@bp.get("/people")
@requires("people.view")
def list_people():
    return _people_page(Form(InvitationIn(), initial={"role": "viewer"}))


@bp.post("/people/invitations")
@requires("people.manage")
def invite():
    actor = current_actor()
    spend("50 per hour", "invite", digest(actor.organisation_id))
    form = Form(InvitationIn(), request.form)
    if not form.is_valid:
        return _people_page(form), 422
    try:
        with transaction():
            invited = powers.invite(actor, **form.data)
    except Invalid as refusal:
        form.refuse(refusal)
        return _people_page(form), 422
    if isinstance(invited, Proposal):
        return waits_for_second(invited)
    flash(_("The invitation is on its way to %(email)s.", email=form.data["email"]))
    return redirect(url_for("staff.list_people"))


@bp.post("/people/invitations/<invitation_id>/withdrawal")
@requires("people.manage")
def withdraw(invitation_id: str):
    with transaction():
        people.withdraw(current_actor(), invitation_id)
    flash(_("The invitation is withdrawn. Its link does not work any more."))
    return redirect(url_for("staff.list_people"))


@bp.get("/people/<member_id>")
@requires()
def show_member(member_id: str):
    """Everybody may look at their own membership, which they can end there."""
    actor = current_actor()
    if member_id != actor.member_id and not actor.can("people.view"):
        raise NotFound
    member = people.get_member(actor, member_id)
    return _member_page(member, Form(RoleIn(), initial={"role": member.role}))


@bp.post("/people/<member_id>/role")
@requires("people.manage")
def change_role(member_id: str):
    actor = current_actor()
    member = people.get_member(actor, member_id)
    form = Form(RoleIn(), request.form)
    if not form.is_valid:
        return _member_page(member, form), 422
    with transaction():
        changed = powers.change_role(actor, member_id, form.data["role"])
    if isinstance(changed, Proposal):
        return waits_for_second(changed)
    member = changed
    role = ROLE_NAMES[member.role]
    flash(_("%(name)s now has the role %(role)s.", name=member.name, role=role))
    return redirect(url_for("staff.show_member", member_id=member_id))


@bp.post("/people/<member_id>/departure")
@requires()
def leave(member_id: str):
    actor = current_actor()
    with transaction():
        left = powers.leave(actor, member_id)
    if isinstance(left, Proposal):
        return waits_for_second(left)
    if member_id == actor.member_id:
        flash(_("You have left %(organisation)s.", organisation=actor.organisation_name))
        return redirect(url_for("staff.home"))
    flash(_("%(name)s has left. What they did stays.", name=left.name))
    return redirect(url_for("staff.list_people"))


def _people_page(form: Form) -> str:
    actor = current_actor()
    search = request.args.get("q", "")
    return render_template(
        "staff/people.html",
        pager=numbered(people.members_of(actor.organisation_id, search)),
        search=search,
        invitations=open_for(actor.organisation_id) if actor.can("people.manage") else [],
        form=form,
        roles=ROLE_NAMES,
    )


def _member_page(member: people.Member, form: Form) -> str:
    return render_template(
        "staff/member.html", member=member, form=form, roles=ROLE_NAMES, meanings=ROLE_MEANINGS
    )
