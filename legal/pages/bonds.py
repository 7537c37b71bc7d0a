"""Bonds: asked for, approved by somebody else, posted from the fund."""

from dataclasses import replace

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response as AnyResponse

from core import clock, uploads
from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.web.paging import numbered
from legal.bonds.bond import FORMS, STATES, TRANSITIONS, Bond, bonds_of
from legal.bonds.bond_figures import bond_figures
from legal.bonds.bond_following import follow_bond, list_events
from legal.bonds.bonding import approve_bond, post_bond, request_bond
from legal.bonds.document import DOCUMENTS, attach_document, open_document, with_documents
from legal.pages.blueprint import bp, refuse
from legal.schemas.bonds import BondIn, BondStepForm, ContractIn
from staff.access import current_actor, requires


@bp.get("/bonds")
@requires("costs.view")
def bonds() -> str:
    return _page(Form(BondIn()))


def _page(form: Form) -> str:
    query = bonds_of(current_actor()).options(joinedload(Bond.fund))
    pager = numbered(query.order_by(Bond.requested_at.desc(), Bond.id))
    events = list_events(pager.items)
    return render_template(
        "legal/bonds.html",
        pager=pager,
        states=STATES,
        form=form,
        figures=bond_figures(bonds_of(current_actor())),
        events=events,
        documents=with_documents([event.id for each in events.values() for event in each]),
        steps={
            bond.id: [state for state in FORMS if (bond.state, state) in TRANSITIONS] for bond in pager.items
        },
        step_form=Form(BondStepForm(), initial={"happened_on": clock.today()}),
        contract_form=Form(ContractIn(), initial={"posted_on": clock.today()}),
    )


@bp.post("/bonds/<bond_id>/events")
@requires("costs.pay")
@uploads.takes(DOCUMENTS)
def bond_event_submit(bond_id: str) -> AnyResponse:
    """What became of a posted bond, or the reason why it cannot be written down."""
    form = Form(BondStepForm(), CombinedMultiDict([request.form, request.files]))
    if form.is_valid:
        step, document = form.data["step"], form.data["document"]
        try:
            with uploads.keeping(DOCUMENTS, [document] if document else []) as kept, transaction():
                step = replace(step, document_sha256=kept[0].sha256) if kept else step
                event = follow_bond(current_actor(), bond_id, step=step)
                for each in kept:
                    attach_document(current_actor(), event, each)
            flash(_("Written down: %(state)s.", state=str(STATES[event.state])))
            return redirect(url_for("legal.bonds"))
        except Invalid as refusal:
            refuse(form, refusal)
        except Conflict as refusal:
            flash(refusal.message, "bad")
    return _back_with(form)


def _back_with(form: Form) -> AnyResponse:
    for bound in form:
        for error in bound.errors:
            flash(f"{bound.label}: {error}", "bad")
    return redirect(url_for("legal.bonds"))


@bp.post("/bonds/<bond_id>/documents/<bond_event_id>/openings")
@requires("costs.view")
def bond_document_open(bond_id: str, bond_event_id: str) -> Response:
    """The document of a step, once it is written down who opened it."""
    with transaction():
        found = open_document(current_actor(), bond_id, bond_event_id)
    return uploads.answer(DOCUMENTS, found.file, found.media_type, called=f"bond-document-{bond_event_id}")


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
    form = Form(ContractIn(), {"posted_on": clock.today().isoformat(), **request.form.to_dict()})
    if not form.is_valid:
        return _back_with(form)
    try:
        with transaction():
            post_bond(current_actor(), bond_id, form.data["contract"])
    except Invalid as refusal:
        refuse(form, refusal)
        return _back_with(form)
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("The bond is posted. The fund holds it as a deposit."))
    return redirect(url_for("legal.bonds"))
