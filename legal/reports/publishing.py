"""Publishing a transparency report: by a third person, once, for good; and the notes beside it."""

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy import Select, or_, select

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.disclosure import Standing, ask_again, screen_for_campaign, stands
from campaigns.funds.fund import Fund
from core import clock, ids
from core.db import db
from core.errors import Conflict, Forbidden, Invalid, NotFound
from legal.acting import answerable
from legal.bonds.bond import Bond, BondApproval, BondPosting
from legal.costs.expense import Expense, ExpenseApproval, ExpensePayment
from legal.hours.time_entry import TimeEntry, TimeEntryApproval
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from legal.reports.budgets import tells_a_bond
from legal.reports.preparing import Prepared, ReportOrder, prepare
from legal.reports.report import ReportNote, TransparencyReport, canonical, digest, get_report, reports_of
from legal.reports.report_phase import keep_phases
from staff import audit
from staff.access import Actor

LONGEST_NOTE, LONGEST_REASON = 2000, 500


def preview(actor: Actor, campaign_id: str, order: ReportOrder) -> Prepared:
    """What would be published. Raises as `prepare` does, Forbidden, NotFound."""
    return prepare(_own_campaign(actor, campaign_id), order, report_id=ids.new_id("report"))


def publish_report(
    actor: Actor,
    campaign_id: str,
    order: ReportOrder,
    *,
    note: str = "",
    reason: str = "",
    looked_at: bool = False,
) -> TransparencyReport:
    """Publish a report, with a note beside it if there is one.

    Raises what `preview` does; Forbidden for whoever had a hand in the hours and costs it tells; Conflict
    `campaign_not_public`, `look_again`; Invalid on note, and on reason for a correction without one.
    """
    campaign = _own_campaign(actor, campaign_id, lock=True)
    publisher_id = answerable(actor)
    _require_third_person(campaign, publisher_id)
    reason = _reason(order, reason)
    _screen(campaign.id, {"note": note, "reason": reason}, looked_at=looked_at)
    report_id = ids.new_id("report")
    prepared = prepare(campaign, order, report_id=report_id)
    content = canonical(prepared.content)
    report = TransparencyReport(
        id=report_id,
        campaign_id=campaign.id,
        organisation_id=actor.organisation_id,
        first_month=prepared.first_month,
        last_month=prepared.last_month,
        as_of=prepared.as_of,
        content=content,
        sha256=digest(content),
        supersedes_id=order.supersedes_id,
        published_by_id=publisher_id,
        tells_bond_amount=bool(prepared.content["bonds"]["posted_minor"])
        or tells_a_bond(prepared.content["budgets"]),
    )
    db.session.add(report)
    db.session.flush()
    keep_phases(report, prepared.content)
    if order.supersedes_id:
        _add_note(report, publisher_id, reason)
    if note.strip():
        _add_note(report, publisher_id, note)
    after = {"sha256": report.sha256, "period": prepared.content["period"], "supersedes": order.supersedes_id}
    audit.record(actor, "report.published", report.id, after=after, reason=reason)
    return report


def _require_third_person(campaign: Campaign, publisher_id: str) -> None:
    if not campaign.is_public:
        raise Conflict("campaign_not_public", _("Publish the campaign first. Its page leads to the report."))
    if had_a_hand(publisher_id, campaign.id):
        raise Forbidden(
            _("A third person publishes: somebody who neither worked, approved nor paid what is reported.")
        )


def _reason(order: ReportOrder, reason: str) -> str:
    reason = reason.strip()
    if order.supersedes_id and not 1 <= len(reason) <= LONGEST_REASON:
        raise Invalid({"reason": [_("Say in up to 500 characters why the report is corrected.")]})
    return reason


def add_note(actor: Actor, report_id: str, *, body: str, looked_at: bool = False) -> ReportNote:
    """Put words beside a published report. Raises NotFound, Invalid on note, Conflict `look_again`."""
    report = _own_report(actor, report_id)
    _screen(report.campaign_id, {"note": body}, looked_at=looked_at)
    if not body.strip():
        raise Invalid({"note": [_("Write the note first.")]})
    note = _add_note(report, answerable(actor), body)
    audit.record(actor, "report.noted", report.id, after={"note": note.id})
    return note


def withdraw_note(actor: Actor, note_id: str) -> ReportNote:
    """Take a note back; the figures stay. Raises NotFound, Conflict `withdrawn`."""
    mine = reports_of(actor).with_only_columns(TransparencyReport.id).order_by(None)
    found = select(ReportNote).where(ReportNote.id == note_id, ReportNote.report_id.in_(mine))
    note = db.session.scalar(found.with_for_update().execution_options(populate_existing=True))
    if note is None:  # in one question, so that another's note takes no longer than none
        raise NotFound
    report = _own_report(actor, note.report_id)
    if note.withdrawn_at is not None:
        raise Conflict("withdrawn", _("This note is withdrawn already."))
    note.withdrawn_at = clock.now()
    db.session.flush()
    audit.record(actor, "report.note_withdrawn", report.id, after={"note": note.id})
    return note


@stands
def notes_before_the_public(campaigns: Select[str]) -> Iterator[Standing]:
    query = (
        select(ReportNote.report_id, ReportNote.body)
        .join(TransparencyReport, TransparencyReport.id == ReportNote.report_id)
        .where(TransparencyReport.campaign_id.in_(campaigns), ReportNote.withdrawn_at.is_(None))
    )
    for report_id, body in db.session.execute(query):
        yield "report", report_id, body


def had_a_hand(member_id: str, campaign_id: str) -> bool:
    """Whether this person wrote, worked, submitted or approved hours of the campaign, or asked for,
    approved or paid its costs and bonds."""
    return any(db.session.scalar(query.limit(1)) is not None for query in _parts(member_id, campaign_id))


def _parts(member_id: str, campaign_id: str) -> list[Select[str]]:
    matters = select(Matter.id).where(Matter.campaign_id == campaign_id)
    funds = select(Fund.id).where(Fund.campaign_id == campaign_id)
    keepers = select(Timekeeper.id).where(Timekeeper.member_id == member_id)
    wrote = or_(TimeEntry.author_id == member_id, TimeEntry.submitted_by_id == member_id)
    entry, cost, bond = TimeEntry.matter_id.in_(matters), Expense.fund_id.in_(funds), Bond.fund_id.in_(funds)
    return [
        select(TimeEntry.id).where(entry, TimeEntry.timekeeper_id.in_(keepers)),
        select(TimeEntry.id)
        .join(TimeEntryApproval, TimeEntryApproval.entry_id == TimeEntry.id)
        .where(entry, TimeEntryApproval.approved_by_id == member_id),
        select(TimeEntry.id).where(entry, wrote),
        select(Expense.id).where(cost, Expense.claimant_id == member_id),
        select(Expense.id).where(
            Expense.id == ExpenseApproval.expense_id, cost, ExpenseApproval.approved_by_id == member_id
        ),
        select(Expense.id).where(
            Expense.id == ExpensePayment.expense_id, cost, ExpensePayment.paid_by_id == member_id
        ),
        select(Bond.id).where(bond, Bond.requested_by_id == member_id),
        select(Bond.id).where(
            Bond.id == BondApproval.bond_id, bond, BondApproval.approved_by_id == member_id
        ),
        select(Bond.id).where(Bond.id == BondPosting.bond_id, bond, BondPosting.posted_by_id == member_id),
    ]


def _own_campaign(actor: Actor, campaign_id: str, *, lock: bool = False) -> Campaign:
    """Raises NotFound, and Forbidden for a partner: the organisation that leads publishes."""
    actor.require("reports.publish")
    campaign = reading.get(reading.campaigns_of(actor), Campaign, campaign_id, lock=lock)
    if campaign.organisation_id != actor.organisation_id:
        raise Forbidden(_("The organisation that leads the campaign publishes its reports."))
    return campaign


def _own_report(actor: Actor, report_id: str) -> TransparencyReport:
    actor.require("reports.publish")
    report = get_report(actor, report_id)
    if report.organisation_id != actor.organisation_id:
        raise Forbidden(_("The organisation that leads the campaign publishes its reports."))
    return report


def _screen(campaign_id: str, texts: dict[str, str], *, looked_at: bool) -> None:
    if len(texts.get("note", "")) > LONGEST_NOTE:
        raise Invalid({"note": [_("Write up to 2,000 characters.")]})
    ask_again(screen_for_campaign(campaign_id, texts), looked_at=looked_at)


def _add_note(report: TransparencyReport, writer_id: str, body: str) -> ReportNote:
    note = ReportNote(report_id=report.id, body=body.strip(), written_by_id=writer_id)
    db.session.add(note)
    db.session.flush()
    return note
