"""Drives on their way to the public: drafting, editing, publishing, closing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from campaigns import reading
from campaigns.clearance import clearing, withdrawing
from campaigns.drives import drafting, launching
from campaigns.drives.drafting import goal_terms
from campaigns.drives.drive import Drive
from campaigns.drives.drive_terms import DriveTerms
from campaigns.drives.goal import AMOUNT, METRICS, MONEY
from campaigns.funds.fund import Fund
from campaigns.pages.blueprint import bp, text_address
from campaigns.pages.refusing import Attempt, answered, attempt
from campaigns.schemas.campaign import ReasonSchema
from campaigns.schemas.drive import DriveRulesSchema, DriveWordsSchema, NewDriveSchema
from core import clock
from core.db import db, transaction
from core.errors import Forbidden
from core.forms import Form
from core.money import Money
from staff.access import current_actor, requires
from staff.organisation import Organisation

#: How the use cases call what the form asks in its own way.
NAMED = {
    "goals": "goal_amount",
    "closes_at": "closes_on",
    "opens_at": "closes_on",
    "presets_minor": "presets",
}


@bp.get("/drives/new")
@requires("campaigns.edit")
def new_drive() -> str:
    actor = current_actor()
    zone = db.session.get_one(Organisation, actor.organisation_id).zone
    initial = {
        "zone": zone,
        "campaign_id": request.args.get("campaign"),
        "presets": "25, 50, 100",
        "rhythms": "month",
    }
    return _form_page(Form(NewDriveSchema(), initial=initial | _fund_of(request.args.get("campaign"))))


@bp.post("/drives/new")
@requires("campaigns.edit")
def new_drive_submit() -> Any:
    schema = NewDriveSchema()
    schema.context_currency = _currency_of(request.form.get("fund_id", ""))
    form = Form(schema, request.form)
    then_submit = request.form.get("then") == "submit"
    tried = attempt(form, lambda: _draft(form.data, then_submit=then_submit), named=_named(form))
    if tried.done is None:
        return _form_page(form, tried=tried), 422
    if then_submit:
        flash(_("Counsel reads it next. Nothing of it is public yet."))
        return redirect(text_address(tried.done.id))
    flash(_("The draft is saved. Nobody else sees it yet."))
    return redirect(url_for(".drive", drive_id=tried.done.id))


def _draft(data: Mapping[str, Any], *, then_submit: bool) -> Drive:
    values = dict(data)
    values["presets_minor"] = values.pop("presets")
    looked_at = values.pop("looked_at", False)
    values.pop("version", None)
    campaign_id, fund_id = values.pop("campaign_id"), values.pop("fund_id")
    drive = drafting.draft_drive(
        current_actor(), campaign_id=campaign_id, fund_id=fund_id, terms=DriveTerms(**values)
    )
    if then_submit:
        clearing.submit(current_actor(), "drive", drive.id, looked_at=looked_at)
    return drive


def _fund_of(campaign_id: str | None) -> dict[str, str]:
    """The campaign's fund, when it has one of ours."""
    query = reading.funds_of(current_actor()).where(Fund.campaign_id == campaign_id).order_by(Fund.created_at)
    fund = db.session.scalar(query.limit(1)) if campaign_id else None
    return {"fund_id": fund.id} if fund else {}


def _currency_of(fund_id: str) -> str:
    fund = db.session.scalar(reading.funds_of(current_actor()).where(Fund.id == fund_id))
    return fund.currency if fund else "USD"


@bp.get("/drives/<drive_id>/edit")
@requires("campaigns.edit")
def edit_drive(drive_id: str) -> str:
    drive = _own(drive_id)
    return _form_page(Form(_edit_schema(drive), initial=_form_values(drive)), drive=drive)


@bp.post("/drives/<drive_id>/edit")
@requires("campaigns.edit")
def edit_drive_submit(drive_id: str) -> Any:
    drive = _own(drive_id)
    form = Form(_edit_schema(drive), answered(_edit_schema(drive), lambda: _form_values(drive)))
    changes = dict(form.data)
    version, looked_at = changes.pop("version", None), changes.pop("looked_at", False)
    if "presets" in changes:
        changes["presets_minor"] = changes.pop("presets")
    tried = attempt(
        form,
        lambda: drafting.edit_drive(
            current_actor(), drive_id, _unless_same(drive, changes), version=version, looked_at=looked_at
        ),
        present=lambda: _form_values(_own(drive_id)),
        named=_named(form),
    )
    if tried.done is None:
        return _form_page(form, drive=_own(drive_id), tried=tried), _status(tried)
    flash(_("Saved."))
    return redirect(url_for(".drive", drive_id=drive_id))


def _status(tried: Attempt) -> int:
    return 422 if tried.differences is None else 409


def _unless_same(drive: Drive, changes: dict[str, Any]) -> dict[str, Any]:
    """A deadline sent back as it was shown is no change, to the second."""
    shown = _deadline_values(drive)
    sent = {name: changes.get(name) for name in ("closes_on", "closes_time")}
    if "closes_on" in changes and sent == shown and changes.get("zone", drive.zone) == drive.zone:
        return {name: value for name, value in changes.items() if name not in sent}
    return changes


def _edit_schema(drive: Drive) -> DriveWordsSchema:
    schema = DriveRulesSchema() if drive.published_at is None else DriveWordsSchema()
    schema.context_currency = drive.currency
    return schema


def _form_values(drive: Drive) -> dict[str, Any]:
    targets = {goal.metric: goal.target for goal in goal_terms(drive)}
    names = (
        "title",
        "slug",
        "summary",
        "story",
        "petition",
        "zone",
        "grace_counts",
        "deductibility",
        "version",
    )
    return {
        **{name: getattr(drive, name) for name in names},
        **_deadline_values(drive),
        "presets": ", ".join(_plain(preset) for preset in drive.presets),
        "rhythms": ",".join(drive.rhythms) or "once",
        "steps_amount": _steps_of(drive),
        **{f"goal_{metric}": _goal_value(targets.get(metric), metric, drive) for metric in METRICS},
    }


def _steps_of(drive: Drive) -> str:
    steps = next((goal.steps for goal in goal_terms(drive) if goal.metric == AMOUNT), ())
    return ", ".join(_plain(Money(each, drive.currency)) for each in steps)


def _named(form: Form) -> dict[str, str]:
    """Goals are numbered among those that were asked for; the form has a field for each metric."""
    asked = form.data.get("goals", []) if form.is_valid else []
    named = {f"goals.{number}.target": f"goal_{goal.metric}" for number, goal in enumerate(asked)}
    steps = {f"goals.{number}.steps": f"steps_{goal.metric}" for number, goal in enumerate(asked)}
    return NAMED | named | steps


def _goal_value(target: int | None, metric: str, drive: Drive) -> Any:
    return _plain(Money(target, drive.currency)) if target is not None and metric in MONEY else target


def _plain(amount: Money) -> str:
    """As a person would type it: `25` and not `25.00`."""
    return f"{amount.major.normalize():f}"


def _deadline_values(drive: Drive) -> dict[str, Any]:
    """The deadline as the form asks for it: a last day, and a time where it is not midnight."""
    if drive.closes_at is None:
        return {"closes_on": None, "closes_time": None}
    local = drive.closes_at.astimezone(ZoneInfo(drive.zone))
    day_before = local.date() - timedelta(days=1)
    if clock.closes_at(day_before, drive.zone) == drive.closes_at:
        return {"closes_on": day_before, "closes_time": None}
    return {"closes_on": local.date(), "closes_time": local.time().replace(microsecond=0)}


def _own(drive_id: str) -> Drive:
    """The drive, for pages that only its organisation uses."""
    actor = current_actor()
    drive = reading.get_drive(actor, drive_id)
    if drive.organisation_id != actor.organisation_id:
        raise Forbidden(_("This drive belongs to another organisation of the campaign. Ask it."))
    return drive


def _form_page(form: Form, *, drive: Drive | None = None, tried: Attempt | None = None) -> str:
    return render_template(
        "campaigns/drive_form.html",
        form=form,
        drive=drive,
        tried=tried,
        zones=sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")),
    )


@bp.post("/drives/<drive_id>/withdraw")
@requires("campaigns.view")
def withdraw_drive_submit(drive_id: str) -> Any:
    form = Form(ReasonSchema(), request.form)
    with transaction():
        withdrawing.withdraw(current_actor(), "drive", drive_id, reason=form.data.get("reason", ""))
    flash(_("The drive is withdrawn. Its page answers that it is gone, and it takes no gifts."))
    return redirect(url_for(".drive", drive_id=drive_id))


@bp.post("/drives/<drive_id>/close")
@requires("campaigns.edit")
def close_drive_submit(drive_id: str) -> Any:
    form = Form(ReasonSchema(), request.form)
    with transaction():
        launching.close_drive(current_actor(), drive_id, reason=form.data.get("reason", ""))
    flash(_("The drive is closed. Gifts begun before may still finish within the grace."))
    return redirect(url_for(".drive", drive_id=drive_id))
