"""Donors: the list, and one donor with their gifts, recurring gifts and consents."""

from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy import Select, func, select
from werkzeug.wrappers import Response as AnyResponse

from core.db import db, transaction
from core.forms import Form
from core.web.paging import numbered
from donors import reading
from donors.gifts.gift import Gift
from donors.merging import merging, suggesting
from donors.people.donor import Donor, other_addresses
from donors.people.given import given_by
from donors.pledges.finding import WantedPledges, pledges_of
from donors.pledges.pledge import Pledge
from donors.privacy import address_reading
from donors.reading import Wanted
from donors.recurring.recurring_gift import RecurringGift
from donors.schemas import NoteSchema
from donors.staff_pages.blueprint import asked, bp, is_narrowed
from donors.words import PLEDGE_STATES
from staff.access import Actor, current_actor, requires
from staff.organisation import Organisation

SORTS: dict[str, Any] = {
    "seen": Donor.first_seen_at,
    "name": func.lower(Donor.name),
    "email": Donor.email,
}


@bp.get("/donors")
@requires("gifts.view")
def donors() -> str:
    with transaction():
        address_reading.note(current_actor(), address_reading.LIST)
    query = reading.donors_of(current_actor(), asked("q"))
    pager = numbered(reading.ordered(query, request.args.get("sort", ""), SORTS, Donor.id))
    return render_template(
        "donors/staff/donors.html",
        pager=pager,
        given=given_by(donor.id for donor in pager.items),
        narrowed=is_narrowed(),
        sort=request.args.get("sort", "-seen"),
    )


@bp.get("/donors/<donor_id>")
@requires("gifts.view")
def donor(donor_id: str) -> AnyResponse | str:
    found = reading.get_donor(current_actor(), donor_id)
    if found.id != donor_id:  # merged into that one
        return redirect(url_for(".donor", donor_id=found.id))
    with transaction():
        address_reading.note(current_actor(), address_reading.DONOR, found.id)
    return donor_page(donor_id)


def donor_page(donor_id: str, *, erasure: Form | None = None) -> str:
    actor = current_actor()
    found = reading.get_donor(actor, donor_id)
    pager = numbered(
        reading.gifts_of(actor, Wanted(donor_id=found.id)).order_by(Gift.started_at.desc(), Gift.id)
    )
    promises = reading.promises_of(actor, Wanted(donor_id=found.id)).order_by(RecurringGift.started_at.desc())
    consents = reading.consents_of(found.id)
    return render_template(
        "donors/staff/donor.html",
        donor=found,
        given=given_by([found.id]).get(found.id),
        pager=pager,
        receipts=reading.receipts_by_gift(gift.id for gift in pager.items),
        promises=list(db.session.scalars(promises.limit(50))),
        consents=consents,
        pledges=list(db.session.scalars(_pledges_of(actor, found.id))),
        pledge_states=PLEDGE_STATES,
        erasure=erasure or Form(NoteSchema()),
        organisations=_names({each.organisation_id for each in consents}),
        addresses=other_addresses(found.id),
        merges=list(db.session.scalars(merging.standing_merges(actor, found.id).limit(20))),
        suggestions=[] if found.erased_at else suggesting.suggestions_for(actor, found),
    )


def _pledges_of(actor: Actor, donor_id: str) -> Select[Pledge]:
    query = pledges_of(actor, WantedPledges(donor_id=donor_id))
    return query.order_by(Pledge.created_at.desc(), Pledge.id).limit(50)


def _names(organisation_ids: set[str]) -> dict[str, str]:
    rows = db.session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(organisation_ids))
    )
    return {row[0]: row[1] for row in rows}
