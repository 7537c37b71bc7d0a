"""Match funds of a drive: opening, editing, ordering and ending them. Staff of the drive's organisation does."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from campaigns import reading
from campaigns.disclosure import Standing, ask_again, screen_for_campaign, stands
from campaigns.drives.drafting import get_own
from campaigns.drives.drive import Drive
from campaigns.editing import changes_of, check_version, told
from campaigns.matching.match_fund import MatchFund, lock_match_funds, match_funds_of
from campaigns.matching.match_terms import (
    FROZEN,
    MatchTerms,
    columns_of,
    wrong_cap,
    wrong_terms,
    wrong_window,
)
from campaigns.names.naming import gather_names, names_of_drives
from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from staff import audit
from staff.access import Actor

#: Of one drive, those that have ended included.
MOST_FUNDS = 50


def match_funds_for(actor: Actor) -> Select[MatchFund]:
    """The match funds of all drives that the actor may see."""
    return select(MatchFund).where(
        MatchFund.drive_id.in_(reading.drives_of(actor).with_only_columns(Drive.id))
    )


def get_match_fund(actor: Actor, match_fund_id: str) -> MatchFund:
    """Raises NotFound."""
    return reading.get(match_funds_for(actor), MatchFund, match_fund_id)


def open_match_fund(actor: Actor, drive_id: str, terms: MatchTerms, *, looked_at: bool = False) -> MatchFund:
    """Open a match fund of a drive; it is asked after those that the drive has.

    Raises Invalid naming each field that is wrong; Conflict `closed`, `too_many`, `look_again`.
    """
    drive = get_own(actor, drive_id)
    if drive.ends_at is not None and drive.ends_at <= clock.now():
        raise Conflict(
            "closed", _("This drive is closed. Nothing more is given to it that could be matched.")
        )
    given = dict(vars(terms))
    opens_at = terms.opens_at or clock.now()
    wrong = wrong_terms(given, drive.currency) | wrong_window(opens_at, terms.closes_at, is_new_end=True)
    if wrong:
        raise Invalid(wrong)
    columns: dict[str, Any] = columns_of(given) | {"opens_at": opens_at}
    warnings = screen_for_campaign(drive.campaign_id, {"sponsor": columns["sponsor"]})
    if drive.is_public:
        ask_again(warnings, looked_at=looked_at)
    counted, last = db.session.execute(
        select(func.count(), func.max(MatchFund.position)).where(MatchFund.drive_id == drive.id)
    ).one()
    if counted >= MOST_FUNDS:
        raise Conflict("too_many", _("A drive has %(most)s match funds at most.", most=MOST_FUNDS))
    fund = MatchFund(
        organisation_id=drive.organisation_id,
        drive_id=drive.id,
        currency=drive.currency,
        position=0 if last is None else last + 1,
        **columns,
    )
    db.session.add(fund)
    db.session.flush()
    gather_names(actor, drive)
    audit.record(actor, "match_fund.opened", fund.id, after={"drive": drive.id, **told(columns)})
    return fund


def lock_own(actor: Actor, match_fund_id: str) -> tuple[Drive, MatchFund]:
    """The match fund and its drive, locked in this order for a change. Raises NotFound, Forbidden."""
    drive = get_own(actor, get_match_fund(actor, match_fund_id).drive_id)
    (found,) = lock_match_funds([match_fund_id])
    return drive, found


def edit_match_fund(
    actor: Actor,
    match_fund_id: str,
    changes: Mapping[str, Any],
    *,
    version: int | None = None,
    looked_at: bool = False,
) -> MatchFund:
    """Change any of `MatchTerms`' fields. `version` is the one the author started from.

    Raises Invalid on fields, Conflict `edited_meanwhile`, `ended`, `rules_frozen` (a gift was matched) and
    `look_again`.
    """
    drive, fund = lock_own(actor, match_fund_id)
    check_version(fund, version)
    if fund.ended_at is not None:
        raise Conflict("ended", _("This match fund has ended. Open another one."))
    wrong = wrong_terms(changes, fund.currency)
    if wrong:
        raise Invalid(wrong)
    wanted = {
        name: value for name, value in columns_of(changes).items() if (name, value) != ("opens_at", None)
    }
    changed = changes_of(fund, wanted)
    if fund.first_matched_at is not None and changed.keys() & FROZEN:
        raise Conflict(
            "rules_frozen",
            _("A gift was matched. Ratio, beginning and the most per gift stay as donors read them."),
        )
    _check_changes(fund, changed)
    if "sponsor" in changed:
        warnings = screen_for_campaign(drive.campaign_id, {"sponsor": changed["sponsor"]})
        if drive.is_public:
            ask_again(warnings, looked_at=looked_at)
    if changed:
        before = {name: getattr(fund, name) for name in changed}
        for name, value in changed.items():
            setattr(fund, name, value)
        fund.version += 1
        db.session.flush()
        if "sponsor" in changed:
            gather_names(actor, drive)
        audit.record(actor, "match_fund.edited", fund.id, before=told(before), after=told(changed))
    return fund


def _check_changes(fund: MatchFund, changed: Mapping[str, Any]) -> None:
    opens_at = changed.get("opens_at", fund.opens_at)
    closes_at = changed.get("closes_at", fund.closes_at)
    wrong = wrong_window(opens_at, closes_at, is_new_end="closes_at" in changed)
    wrong |= wrong_cap(fund, changed.get("cap_minor", fund.cap_minor))
    if wrong:
        raise Invalid(wrong)


def end_match_fund(actor: Actor, match_fund_id: str, *, reason: str = "") -> MatchFund:
    """Match no more gifts from now on; what is reserved stays so. Raises Conflict `ended`."""
    _drive, fund = lock_own(actor, match_fund_id)
    if fund.ended_at is not None:
        raise Conflict("ended", _("This match fund has ended already."))
    fund.ended_at = now = clock.now()
    fund.version += 1
    db.session.flush()
    after = {"ended_at": now.isoformat(), "left_minor": fund.left.minor}
    audit.record(actor, "match_fund.ended", fund.id, reason=reason, after=after)
    return fund


def order_match_funds(actor: Actor, drive_id: str, wanted: Sequence[str]) -> list[MatchFund]:
    """Ask the drive's match funds in this order from now on. Raises Invalid unless each is named once."""
    drive = get_own(actor, drive_id)
    funds = {each.id: each for each in db.session.scalars(match_funds_of(drive.id))}
    lock_match_funds(funds)
    if sorted(wanted) != sorted(funds):
        raise Invalid({"match_fund_ids": [_("Name each match fund of the drive once.")]})
    before = list(funds)
    for position, match_fund_id in enumerate(wanted):
        funds[match_fund_id].position = position
    db.session.flush()
    if before != list(wanted):
        audit.record(
            actor, "drive.match_order", drive.id, before={"order": before}, after={"order": list(wanted)}
        )
    return [funds[each] for each in wanted]


def move_match_fund(actor: Actor, match_fund_id: str, *, up: bool) -> list[MatchFund]:
    """Ask a match fund one place earlier or later. At the end of the order nothing changes."""
    fund = get_match_fund(actor, match_fund_id)
    get_own(actor, fund.drive_id)
    order = [each.id for each in db.session.scalars(match_funds_of(fund.drive_id))]
    place = order.index(fund.id)
    other = place - 1 if up else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
    return order_match_funds(actor, fund.drive_id, order)


@names_of_drives
def sponsors_of(drive_id: str) -> Iterable[str]:
    return db.session.scalars(select(MatchFund.sponsor).where(MatchFund.drive_id == drive_id).distinct())


@stands
def sponsors_before_the_public(campaigns: Select[str]) -> Iterator[Standing]:
    query = (
        select(MatchFund.drive_id, MatchFund.sponsor)
        .join(Drive, Drive.id == MatchFund.drive_id)
        .where(Drive.campaign_id.in_(campaigns))
    )
    for drive_id, sponsor in db.session.execute(query):
        yield "drive", drive_id, sponsor
