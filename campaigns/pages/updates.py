"""Updates: the list, writing, editing, publishing, withdrawing."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from campaigns import reading
from campaigns.clearance import withdrawing
from campaigns.opening import may_edit
from campaigns.pages.blueprint import bp
from campaigns.pages.refusing import answered, attempt
from campaigns.schemas.campaign import NewUpdateSchema, ReasonSchema, UpdateEditSchema
from campaigns.updates import updating
from campaigns.updates.update import Update
from core.db import transaction
from core.errors import Forbidden
from core.forms import Form
from core.web.paging import numbered
from staff.access import current_actor, requires

STATES = {
    "draft": Update.published_at.is_(None),
    "public": Update.published_at.is_not(None) & Update.withdrawn_at.is_(None),
    "withdrawn": Update.withdrawn_at.is_not(None),
}


@bp.get("/updates")
@requires("campaigns.view")
def updates() -> str:
    typed, state = request.args.get("q", "").strip(), request.args.get("state", "")
    query = reading.updates_of(current_actor()).options(joinedload(Update.campaign))
    if typed:
        query = query.where(reading.matching(typed, (Update.title, Update.body)))
    if state in STATES:
        query = query.where(STATES[state])
    pager = numbered(query.order_by(Update.written_at.desc(), Update.id))
    return render_template("campaigns/updates.html", pager=pager, q=typed, state=state)


@bp.get("/updates/new")
@requires("campaigns.edit")
def new_update() -> str:
    form = Form(NewUpdateSchema(), initial={"campaign_id": request.args.get("campaign")})
    return render_template("campaigns/update_form.html", form=form)


@bp.post("/updates/new")
@requires("campaigns.edit")
def new_update_submit() -> Any:
    form = Form(NewUpdateSchema(), request.form)
    tried = attempt(form, lambda: updating.write_update(current_actor(), **form.data))
    if tried.done is None:
        return render_template("campaigns/update_form.html", form=form), 422
    flash(_("The draft is saved. Nobody else sees it yet."))
    return redirect(url_for(".update", update_id=tried.done.id))


@bp.get("/updates/<update_id>")
@requires("campaigns.view")
def update(update_id: str) -> str:
    actor = current_actor()
    found = reading.get_update(actor, update_id)
    return render_template(
        "campaigns/update.html",
        update=found,
        withdrawal=Form(ReasonSchema()),
        leads=found.campaign.organisation_id == actor.organisation_id,
        may_edit=may_edit(actor, found.campaign, found),
    )


@bp.get("/updates/<update_id>/edit")
@requires("campaigns.edit")
def edit_update(update_id: str) -> str:
    found = _editable(update_id)
    form = Form(UpdateEditSchema(), initial=_form_values(found))
    return render_template("campaigns/update_form.html", form=form, update=found)


@bp.post("/updates/<update_id>/edit")
@requires("campaigns.edit")
def edit_update_submit(update_id: str) -> Any:
    found = _editable(update_id)
    form = Form(UpdateEditSchema(), answered(UpdateEditSchema(), lambda: _form_values(found)))
    changes = dict(form.data)
    version, looked_at = changes.pop("version", None), changes.pop("looked_at", False)
    tried = attempt(
        form,
        lambda: updating.edit_update(
            current_actor(), update_id, changes, version=version, looked_at=looked_at
        ),
        present=lambda: _form_values(_editable(update_id)),
    )
    if tried.done is None:
        page = render_template("campaigns/update_form.html", form=form, update=found, tried=tried)
        return page, 409 if tried.differences is not None else 422
    flash(_("Saved."))
    return redirect(url_for(".update", update_id=update_id))


def _editable(update_id: str) -> Update:
    """The update, for who may change its words."""
    actor = current_actor()
    found = reading.get_update(actor, update_id)
    if not may_edit(actor, found.campaign, found):
        raise Forbidden(_("The organisation that leads this campaign does this. Ask it."))
    return found


def _form_values(found: Update) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("title", "body", "version")}


@bp.post("/updates/<update_id>/withdraw")
@requires("campaigns.view")
def withdraw_update_submit(update_id: str) -> Any:
    form = Form(ReasonSchema(), request.form)
    with transaction():
        withdrawing.withdraw(current_actor(), "update", update_id, reason=form.data.get("reason", ""))
    flash(_("The update is withdrawn."))
    return redirect(url_for(".update", update_id=update_id))
