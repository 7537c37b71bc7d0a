"""A matter's file: sealed facts, phases, rounding, screens, agreements, and the names that conflicts are checked by.

Every form of the page is one line of `PARTS`: the address, the permission, the schema, the use case, what is said
when it is done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.db import db, transaction
from core.errors import Invalid
from core.forms import Form, Schema
from legal.hours.rounding import POLICY_LABELS
from legal.hours.rounding_version import list_versions, set_rounding
from legal.hours.sharing import share_entries, shared_with
from legal.matters.agreement import (
    accept_agreement,
    end_agreement,
    get_agreement,
    list_agreements,
    record_agreement,
)
from legal.matters.facts import OpenedFacts, are_sealed, open_facts, seal_facts
from legal.matters.intake import check_conflicts, note_parties, told
from legal.matters.matter import counsel_of, get_matter
from legal.matters.phase import enter_phase, list_phases
from legal.matters.screen import list_screens
from legal.matters.screening import lift_screen, raise_screen
from legal.pages.blueprint import bp, refuse
from legal.schemas.matter_file import (
    AgreementIn,
    FactsIn,
    OpeningIn,
    PartiesIn,
    PhaseIn,
    RoundingIn,
    ScreenIn,
)
from staff.access import Actor, current_actor, requires


@dataclass(frozen=True)
class Part:
    """One form of the file. `do` takes the actor, the matter's id and what the schema loads to."""

    path: str
    schema: type[Schema]
    do: Callable[..., Any]
    done: Any


def _note(actor: Actor, matter_id: str, *, parties: tuple[str, ...]) -> int:
    return note_parties(actor, matter_id, parties)


PARTS = {
    "facts": Part(
        "facts", FactsIn, seal_facts, lazy_gettext("The facts are sealed. They open with a reason alone.")
    ),
    "phase": Part("phases", PhaseIn, enter_phase, lazy_gettext("The phase is entered.")),
    "screen": Part(
        "screens",
        ScreenIn,
        raise_screen,
        lazy_gettext("The screen stands. For that person the matter is not there."),
    ),
    "rounding": Part(
        "rounding",
        RoundingIn,
        set_rounding,
        lazy_gettext("The policy holds from that day. What is written stays."),
    ),
    "agreement": Part(
        "agreements",
        AgreementIn,
        record_agreement,
        lazy_gettext("The agreement is recorded. The others accept it."),
    ),
    "parties": Part(
        "parties", PartiesIn, _note, lazy_gettext("Later conflict checks will meet these names.")
    ),
}


@bp.get("/matters/<matter_id>/file")
@requires("hours.view")
def matter_file(matter_id: str) -> str:
    return _page(matter_id)


def _page(matter_id: str, *, wrong: dict[str, Form] | None = None, opened: OpenedFacts | None = None) -> str:
    actor = current_actor()
    matter = get_matter(actor, matter_id)
    forms = {name: Form(part.schema(), initial=_initial(name)) for name, part in PARTS.items()}
    forms |= {"opening": Form(OpeningIn()), **(wrong or {})}
    others = [
        each.organisation for each in counsel_of(matter) if each.organisation_id != actor.organisation_id
    ]
    choice = forms["agreement"].schema.fields["organisation_ids"]
    choice.metadata = {**choice.metadata, "options": [(each.id, each.name) for each in others]}
    return render_template(
        "legal/matter_file.html",
        matter=matter,
        forms=forms,
        opened=opened,
        are_sealed=are_sealed(matter.id),
        phases=list_phases(matter.id),
        screens=[
            each for each in list_screens(matter.id) if each.member.organisation_id == actor.organisation_id
        ],
        versions=list_versions(matter.id),
        policies=POLICY_LABELS,
        agreements=list_agreements(matter.id),
        has_others=bool(others),
        shared=list(db.session.scalars(shared_with(actor, matter.id).limit(200))),
        today=clock.today(),
    )


def _initial(name: str) -> dict[str, Any]:
    days = {"phase": "begins_on", "screen": "from_on", "agreement": "signed_on"}
    return {days[name]: clock.today()} if name in days else {}


def _sent(name: str, part: Part) -> Callable[[str], AnyResponse | tuple[str, int]]:
    """The view that takes one form of the file."""

    def submit(matter_id: str) -> AnyResponse | tuple[str, int]:
        actor = current_actor()
        get_matter(actor, matter_id)
        form = Form(part.schema(), request.form)
        done = form.is_valid and _done(form, actor, part, matter_id)
        if not done:
            return _page(matter_id, wrong={name: _without_secrets(name, form)}), 422
        flash(str(part.done))
        return redirect(url_for("legal.matter_file", matter_id=matter_id))

    return submit


def _done(form: Form, actor: Actor, part: Part, matter_id: str) -> bool:
    try:
        with transaction():
            part.do(actor, matter_id, **form.data)
    except Invalid as refusal:
        refuse(form, refusal)
        return False
    return True


def _without_secrets(name: str, form: Form) -> Form:
    """What was to be sealed or digested is not sent back: it would stand on a page."""
    if name not in ("facts", "parties"):
        return form
    blank = Form(form.schema)
    blank.errors = form.errors
    return blank


for _name, _part in PARTS.items():
    bp.add_url_rule(
        f"/matters/<matter_id>/{_part.path}",
        endpoint=f"{_name}_submit",
        view_func=requires("matters.edit")(_sent(_name, _part)),
        methods=["POST"],
    )


@bp.post("/matters/<matter_id>/facts/openings")
@requires("clients.identity")
def facts_opening_submit(matter_id: str) -> AnyResponse:
    form, opened = Form(OpeningIn(), request.form), None
    if form.is_valid:
        try:
            with transaction():
                opened = open_facts(current_actor(), matter_id, **form.data)
        except Invalid as refusal:
            refuse(form, refusal)
    page = _page(matter_id, wrong={"opening": form}, opened=opened)
    response = make_response(page, 200 if opened else 422)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/matters/screens/<matter_screen_id>/lifts")
@requires("matters.edit")
def screen_lift_submit(matter_screen_id: str) -> AnyResponse:
    with transaction():
        screen = lift_screen(current_actor(), matter_screen_id)
    flash(_("The screen is lifted as of today."))
    return redirect(url_for("legal.matter_file", matter_id=screen.matter_id))


@bp.post("/agreements/<common_interest_id>/acceptances")
@requires("matters.edit")
def agreement_accept_submit(common_interest_id: str) -> AnyResponse:
    with transaction():
        agreement = accept_agreement(current_actor(), common_interest_id)
    flash(_("Your organisation has joined the agreement."))
    return redirect(url_for("legal.matter_file", matter_id=agreement.matter_id))


@bp.post("/agreements/<common_interest_id>/ends")
@requires("matters.edit")
def agreement_end_submit(common_interest_id: str) -> AnyResponse:
    with transaction():
        agreement = end_agreement(current_actor(), common_interest_id)
    flash(_("The agreement has ended. What was shared under it is private again."))
    return redirect(url_for("legal.matter_file", matter_id=agreement.matter_id))


@bp.post("/agreements/<common_interest_id>/shares")
@requires("matters.edit")
def agreement_share_submit(common_interest_id: str) -> AnyResponse:
    actor = current_actor()
    with transaction():
        count = share_entries(actor, common_interest_id)
    flash(_("Narratives shared: %(count)s.", count=count))
    shared_under = get_agreement(actor, common_interest_id)
    return redirect(url_for("legal.matter_file", matter_id=shared_under.matter_id))


@bp.get("/matters/conflicts")
@requires("matters.edit")
def conflicts() -> str:
    return render_template("legal/conflicts.html", form=Form(PartiesIn()), answer=None)


@bp.post("/matters/conflicts")
@requires("matters.edit")
def conflicts_submit() -> tuple[str, int]:
    """Whether somebody has met these names, and whom to ask; the names themselves are not sent back."""
    form = Form(PartiesIn(), request.form)
    answer = None
    if form.is_valid:
        try:
            with transaction():
                answer = told(check_conflicts(current_actor(), form.data["parties"]))
        except Invalid as refusal:
            refuse(form, refusal)
    page = render_template("legal/conflicts.html", form=_without_secrets("parties", form), answer=answer)
    return page, 422 if answer is None else 200
