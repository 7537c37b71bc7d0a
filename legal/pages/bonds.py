"""Bonds: asked for, approved by somebody else, posted from the fund."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.web.paging import numbered
from legal.bonds.bond import FORMS, STATES, TRANSITIONS, Bond, bonds_of
from legal.bonds.bond_figures import bond_figures
from legal.bonds.bond_following import follow_bond, list_events
from legal.bonds.bonding import approve_bond, post_bond, request_bond
from legal.pages.blueprint import bp, refuse
from legal.schemas.bonds import BondEventIn, BondIn
from staff.access import current_actor, requires


@bp.get("/bonds")
@requires("costs.view")
def bonds() -> str:
    return _page(Form(BondIn()))


def _page(form: Form) -> str:
    query = bonds_of(current_actor()).options(joinedload(Bond.fund))
    pager = numbered(query.order_by(Bond.requested_at.desc(), Bond.id))
    return render_template(
        "legal/bonds.html",
        pager=pager,
        states=STATES,
        form=form,
        figures=bond_figures(bonds_of(current_actor())),
        events=list_events(pager.items),
        steps={
            bond.id: [state for state in FORMS if (bond.state, state) in TRANSITIONS] for bond in pager.items
        },
        step_form=Form(BondEventIn(), initial={"happened_on": clock.today()}),
    )


@bp.post("/bonds/<bond_id>/events")
@requires("costs.pay")
def bond_event_submit(bond_id: str) -> AnyResponse:
    """What became of a posted bond, or the reason why it cannot be written down."""
    form = Form(BondEventIn(), request.form)
    if form.is_valid:
        try:
            with transaction():
                event = follow_bond(current_actor(), bond_id, **form.data)
            flash(_("Written down: %(state)s.", state=str(STATES[event.state])))
            return redirect(url_for("legal.bonds"))
        except Invalid as refusal:
            refuse(form, refusal)
        except Conflict as refusal:
            flash(refusal.message, "bad")
            return redirect(url_for("legal.bonds"))
    for bound in form:
        for error in bound.errors:
            flash(f"{bound.label}: {error}", "bad")
    return redirect(url_for("legal.bonds"))


@bp.post("/bonds")
@requires("costs.claim")
def bonds_submit() -> AnyResponse | tuple[str, int]:
    form = Form(BondIn(), request.form)
    if not form.is_valid:
        return _page(form), 422
    try:
        with transaction():
            request_bond(current_actor(), **form.data)
    except Invalid as refusal:
        refuse(form, refusal)
        return _page(form), 422
    flash(_("The bond waits for approval. No money has moved."))
    return redirect(url_for("legal.bonds"))


@bp.post("/bonds/<bond_id>/approvals")
@requires("costs.approve")
def bond_approve(bond_id: str) -> AnyResponse:
    with transaction():
        approve_bond(current_actor(), bond_id)
    flash(_("The bond is approved and can be posted."))
    return redirect(url_for("legal.bonds"))


@bp.post("/bonds/<bond_id>/postings")
@requires("costs.pay")
def bond_post(bond_id: str) -> AnyResponse:
    try:
        with transaction():
            post_bond(current_actor(), bond_id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("The bond is posted. The fund holds it as a deposit."))
    return redirect(url_for("legal.bonds"))
