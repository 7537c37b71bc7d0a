"""Public words on their way: the queue, one text with what the screen found, and every step of it."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from campaigns import publishing
from campaigns.clearance import clearing, queue, withdrawing
from campaigns.clearance.clearance import KINDS, STATES, Clearance
from campaigns.clearance.steps import steps_of
from campaigns.clearance.subjects import Subject, campaign_of, get_subject, owner_of, title_of, words_of
from campaigns.clients.disclosure_consent import SCOPES, DisclosureConsent
from campaigns.disclosure import Warnings
from campaigns.drives import launching
from campaigns.drives.drive import Drive
from campaigns.pages import thread
from campaigns.pages.blueprint import bp
from campaigns.pages.refusing import attempt
from campaigns.reading import goals_of
from campaigns.schemas.campaign import ReasonSchema
from campaigns.schemas.clearance import (
    AgreementSchema,
    ApprovalSchema,
    ReturnSchema,
    ScheduleSchema,
    SubmissionSchema,
)
from campaigns.screening.marking import marked
from core.db import db, transaction
from core.errors import Invalid
from core.forms import Form
from core.web.paging import numbered
from staff.access import current_actor, requires
from staff.member import Member
from staff.organisation import Organisation


@bp.get("/texts")
@requires("campaigns.view")
def texts() -> str:
    actor, state = current_actor(), request.args.get("state", "")
    query = queue.texts_of(actor)
    if state in STATES:
        query = query.where(Clearance.state == state)
    pager = numbered(query)
    return render_template(
        "campaigns/texts.html",
        pager=pager,
        titles=queue.titles_of(pager.items),
        state=state,
        mine={each.id for each in queue.waiting_for(actor)},
        kinds=KINDS,
    )


@bp.get("/texts/<clearance_id>")
@requires("campaigns.view")
def text(clearance_id: str) -> str:
    return text_page(queue.get_text(current_actor(), clearance_id))


def text_page(clearance: Clearance, **forms: Form) -> str:
    """The page of one text; `forms` are those that were refused."""
    actor = current_actor()
    subject = get_subject(actor, clearance.kind, clearance.subject_id)
    warnings, refused = _screened(subject)
    return render_template(
        "campaigns/text.html",
        kind=clearance.kind,
        subject=subject,
        title=title_of(subject),
        kind_name=KINDS[clearance.kind],
        campaign=campaign_of(subject),
        clearance=clearance,
        state=clearance.state,
        words={name: marked(words) for name, words in words_of(subject).items() if words},
        warnings=warnings,
        refused=refused | _missing(subject),
        owns=actor.can("campaigns.edit") and owner_of(subject) == actor.organisation_id,
        is_counsel=clearing.may_approve(actor, clearance),
        wrote=actor.member_id in clearance.authors,
        steps=_steps(clearance),
        missing=_names(clearing.missing_approvals(clearance)),
        consents=clearing.consents_for(subject),
        consent=db.session.get(DisclosureConsent, clearance.consent_id or ""),
        scopes=SCOPES,
        goals=goals_of(subject.id) if isinstance(subject, Drive) else [],
        submission=forms.get("submission", Form(SubmissionSchema())),
        sending_back=forms.get("sending_back", Form(ReturnSchema())),
        agreement=forms.get("agreement", Form(AgreementSchema())),
        said=[sentence for form in forms.values() for sentence in form.errors.get("_", [])],
        withdrawal=Form(ReasonSchema()),
        scheduled=publishing.find_scheduled(clearance.id),
        leader=db.session.get_one(Organisation, campaign_of(subject).organisation_id),
        refused_plan=publishing.find_refused(clearance.id),
        schedule=forms.get("schedule", Form(ScheduleSchema())),
        zone=_zone(),
        **thread.about(clearance, forms),
    )


def _zone() -> str:
    return db.session.get_one(Organisation, current_actor().organisation_id).zone


def _screened(subject: Subject) -> tuple[Warnings, dict[str, list[str]]]:
    try:
        return clearing.warnings_for(subject), {}
    except Invalid as refusal:
        return {}, refusal.errors


def _missing(subject: Subject) -> dict[str, list[str]]:
    if isinstance(subject, Drive) and subject.published_at is None:
        return launching.missing_for_publication(subject)
    return {}


def _steps(clearance: Clearance) -> list[dict[str, Any]]:
    steps = steps_of(clearance)
    members = select(Member).where(Member.id.in_({each.member_id for each in steps if each.member_id}))
    people = {member.id: member.name for member in db.session.scalars(members)}
    houses = select(Organisation).where(Organisation.id.in_({each.organisation_id for each in steps}))
    names = {each.id: each.name for each in db.session.scalars(houses)}
    return [
        {
            "step": each,
            "who": people.get(each.member_id or "", "Amparo"),
            "house": names[each.organisation_id],
        }
        for each in steps
    ]


def _names(organisation_ids: frozenset[str]) -> list[str]:
    query = select(Organisation.name).where(Organisation.id.in_(organisation_ids))
    return list(db.session.scalars(query.order_by(Organisation.name)))


def _done(clearance: Clearance, sentence: str) -> Any:
    flash(sentence)
    return redirect(url_for(".text", clearance_id=clearance.id))


@bp.post("/texts/<clearance_id>/submissions")
@requires("campaigns.edit")
def submit_text(clearance_id: str) -> Any:
    it = queue.get_text(current_actor(), clearance_id)
    form = Form(SubmissionSchema(), request.form)
    looked_at = form.data.get("looked_at", False)
    tried = attempt(
        form, lambda: clearing.submit(current_actor(), it.kind, it.subject_id, looked_at=looked_at)
    )
    if tried.done is None:
        return text_page(it, submission=form), 422
    return _done(it, _("Counsel reads it next. Nothing of it is public yet."))


@bp.post("/texts/<clearance_id>/reviews")
@requires("campaigns.view")
def take_up_text(clearance_id: str) -> Any:
    it = queue.get_text(current_actor(), clearance_id)
    with transaction():
        clearing.take_up(current_actor(), it.kind, it.subject_id)
    return _done(it, _("You are reading it. The author sees that."))


@bp.post("/texts/<clearance_id>/approvals")
@requires("campaigns.view")
def approve_text(clearance_id: str) -> Any:
    it = queue.get_text(current_actor(), clearance_id)
    form = Form(ApprovalSchema(), request.form)
    sha256 = form.data.get("sha256", "")
    tried = attempt(form, lambda: clearing.approve(current_actor(), it.kind, it.subject_id, sha256=sha256))
    if tried.done is None:
        return text_page(it, approval=form), 409
    return _done(it, _("Approved, these words and no others."))


@bp.post("/texts/<clearance_id>/returns")
@requires("campaigns.view")
def send_text_back(clearance_id: str) -> Any:
    it = queue.get_text(current_actor(), clearance_id)
    form = Form(ReturnSchema(), request.form)
    note = form.data.get("note", "")
    tried = attempt(form, lambda: clearing.send_back(current_actor(), it.kind, it.subject_id, note=note))
    if tried.done is None:
        return text_page(it, sending_back=form), 422
    return _done(it, _("The author reads why, and writes anew."))


@bp.post("/texts/<clearance_id>/agreements")
@requires("campaigns.view")
def agree_to_text(clearance_id: str) -> Any:
    it = queue.get_text(current_actor(), clearance_id)
    form = Form(AgreementSchema(), request.form)
    consent_id = form.data.get("consent_id")
    tried = attempt(
        form, lambda: clearing.agree(current_actor(), it.kind, it.subject_id, consent_id=consent_id)
    )
    if tried.done is None:
        return text_page(it, agreement=form), 422
    return _done(it, _("The client agrees. It can be published."))


@bp.post("/texts/<clearance_id>/publications")
@requires("campaigns.edit")
def publish_text(clearance_id: str) -> Any:
    it = queue.get_text(current_actor(), clearance_id)
    form = Form(SubmissionSchema(), request.form)
    get_subject(current_actor(), it.kind, it.subject_id)
    tried = attempt(form, lambda: publishing.publish(current_actor(), it))
    if tried.done is None:
        return text_page(it, submission=form), 422
    return _done(it, _("It is public."))


@bp.post("/texts/<clearance_id>/schedules")
@requires("campaigns.edit")
def schedule_text(clearance_id: str) -> Any:
    it = queue.get_text(current_actor(), clearance_id)
    form = Form(ScheduleSchema(), request.form)

    def plan() -> Any:
        at = datetime.combine(form.data["on_day"], form.data["at_time"], ZoneInfo(_zone())).astimezone(UTC)
        return publishing.schedule(current_actor(), it, at)

    tried = attempt(form, plan, named={"due_at": "on_day"})
    if tried.done is None:
        return text_page(it, schedule=form), 422
    return _done(it, _("It becomes public by itself at that time, if the approval still holds."))


@bp.post("/texts/<clearance_id>/schedules/cancellations")
@requires("campaigns.edit")
def unschedule_text(clearance_id: str) -> Any:
    it = queue.get_text(current_actor(), clearance_id)
    with transaction():
        publishing.cancel_scheduled(current_actor(), it)
    return _done(it, _("It does not become public by itself any more."))


@bp.post("/texts/<clearance_id>/withdrawals")
@requires("campaigns.view")
def withdraw_text(clearance_id: str) -> Any:
    it = queue.get_text(current_actor(), clearance_id)
    form = Form(ReasonSchema(), request.form)
    with transaction():
        withdrawing.withdraw(current_actor(), it.kind, it.subject_id, reason=form.data.get("reason", ""))
    return _done(it, _("It is withdrawn. Every page, feed and picture of it answers that it is gone."))
