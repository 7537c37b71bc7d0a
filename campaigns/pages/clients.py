"""Clients: registering, the persona, and the sealed identity, which is opened with a reason and shown once."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.clients import identity, registering
from campaigns.clients.client import Client, Persona
from campaigns.clients.disclosure_consent import SCOPES, consents_of
from campaigns.clients.identity import OpenedIdentity
from campaigns.clients.registering import PersonaTerms
from campaigns.disclosure import standing_words
from campaigns.pages.blueprint import bp
from campaigns.pages.refusing import answered, attempt
from campaigns.schemas.client import IdentitySchema, OpeningSchema, PersonaEditSchema, PersonaSchema
from core.db import db
from core.forms import Form
from core.web.paging import numbered
from staff.access import current_actor, requires

MOST_CONSENTS = 50


@bp.get("/clients")
@requires("campaigns.view")
def clients() -> str:
    typed = request.args.get("q", "").strip()
    own = reading.clients_of(current_actor()).with_only_columns(Client.id)
    query = select(Persona).where(Persona.client_id.in_(own))
    if typed:
        query = query.where(reading.matching(typed, (Persona.display_name,)))
    pager = numbered(query.order_by(Persona.display_name, Persona.client_id))
    return render_template("campaigns/clients.html", pager=pager, q=typed)


@bp.get("/clients/new")
@requires("clients.edit")
def new_client() -> str:
    return render_template("campaigns/client_form.html", form=Form(PersonaSchema()))


@bp.post("/clients/new")
@requires("clients.edit")
def new_client_submit() -> Any:
    form = Form(PersonaSchema(), request.form)
    tried = attempt(form, lambda: registering.register_client(current_actor(), PersonaTerms(**form.data)))
    if tried.done is None:
        return render_template("campaigns/client_form.html", form=form), 422
    flash(_("The client is registered. Seal the identity next, so that no public text can name them."))
    return redirect(url_for(".client", client_id=tried.done.id))


@bp.get("/clients/<client_id>")
@requires("campaigns.view")
def client(client_id: str) -> str:
    return _client_page(client_id)


def _client_page(
    client_id: str,
    *,
    sealing: Form | None = None,
    opening: Form | None = None,
    opened: OpenedIdentity | None = None,
) -> str:
    actor = current_actor()
    found = reading.get_client(actor, client_id)
    campaigns = (
        select(Campaign).where(Campaign.client_id == found.id).options(joinedload(Campaign.organisation))
    )
    return render_template(
        "campaigns/client.html",
        client=found,
        persona=reading.persona_of(found.id),
        campaigns=list(db.session.scalars(campaigns.order_by(Campaign.created_at.desc()).limit(50))),
        is_sealed=identity.is_sealed(found.id),
        consents=db.session.scalars(consents_of(found.id).limit(MOST_CONSENTS)).all(),
        scopes=SCOPES,
        standing=standing_words(found.id) if actor.can("clients.edit") else [],
        sealing=sealing or Form(IdentitySchema()),
        opening=opening or Form(OpeningSchema()),
        opened=opened,
    )


@bp.get("/clients/<client_id>/edit")
@requires("clients.edit")
def edit_persona(client_id: str) -> str:
    found = reading.get_client(current_actor(), client_id)
    form = Form(PersonaEditSchema(), initial=_form_values(found.id))
    return render_template("campaigns/client_form.html", form=form, client=found)


@bp.post("/clients/<client_id>/edit")
@requires("clients.edit")
def edit_persona_submit(client_id: str) -> Any:
    found = reading.get_client(current_actor(), client_id)
    form = Form(PersonaEditSchema(), answered(PersonaEditSchema(), lambda: _form_values(found.id)))
    changes = dict(form.data)
    version = changes.pop("version", None)
    tried = attempt(
        form,
        lambda: registering.edit_persona(current_actor(), client_id, changes, version=version),
        present=lambda: _form_values(found.id),
    )
    if tried.done is None:
        page = render_template("campaigns/client_form.html", form=form, client=found, tried=tried)
        return page, 409 if tried.differences is not None else 422
    flash(_("Saved."))
    return redirect(url_for(".client", client_id=client_id))


def _form_values(client_id: str) -> dict[str, Any]:
    persona = reading.persona_of(client_id)
    return {name: getattr(persona, name) for name in ("display_name", "pronoun", "summary", "version")}


@bp.post("/clients/<client_id>/identity")
@requires("clients.edit")
def seal_identity_submit(client_id: str) -> Any:
    form = Form(IdentitySchema(), request.form)
    tried = attempt(form, lambda: _sealed(client_id, form))
    if tried.done is None:
        # What was typed is not sent back: it would be the name on a page.
        blank = Form(IdentitySchema())
        blank.errors = form.errors
        return _client_page(client_id, sealing=blank), 422
    flash(_("The identity is sealed. It opens with a reason alone."))
    return redirect(url_for(".client", client_id=client_id))


def _sealed(client_id: str, form: Form) -> bool:
    identity.seal_identity(current_actor(), client_id, **form.data)
    return True


@bp.post("/clients/<client_id>/identity/openings")
@requires("clients.identity")
def open_identity_submit(client_id: str) -> Any:
    form = Form(OpeningSchema(), request.form)
    tried = attempt(form, lambda: identity.open_identity(current_actor(), client_id, form.data["reason"]))
    status = 200 if tried.done else 422
    response = make_response(_client_page(client_id, opening=form, opened=tried.done), status)
    response.headers["Cache-Control"] = "no-store"
    return response
