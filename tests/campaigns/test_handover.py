"""Handing over the lead: two people of two organisations, what moves and what stays, and every pair of states."""

from collections.abc import Callable
from itertools import product

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns import opening, partnering, reading
from campaigns.campaign import Campaign
from campaigns.partner import Partner
from campaigns.partners import handing_over
from campaigns.partners.lead_handover import (
    ACCEPTED,
    DECLINED,
    PROPOSED,
    STATES,
    TRANSITIONS,
    WITHDRAWN,
    LeadHandover,
)
from campaigns.updates import updating
from core import clock
from core.db import db, transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.mail import OutgoingMail
from staff.access import Actor, actor_for
from staff.audit.event import AuditEvent
from staff.member import Member
from tests.campaigns.conftest import Api, Work
from tests.conftest import Cast

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture
def llano(session: Session, work: Work) -> Partner:
    with transaction():
        invited = partnering.invite_partner(work.alice, work.campaign.id, organisation_slug="llano")
        return partnering.accept_invitation(work.charlie, invited.id)


def propose(actor: Actor, partner: Partner) -> LeadHandover:
    db.session.commit()
    with transaction():
        return handing_over.propose_handover(actor, partner.campaign_id, partner_id=partner.id)


def do(verb: Callable[[Actor, str], LeadHandover], actor: Actor, row: LeadHandover) -> LeadHandover:
    db.session.commit()
    with transaction():
        return verb(actor, row.id)


def test_the_lead_moves_and_money_and_client_stay(
    session: Session, cast: Cast, work: Work, llano: Partner
) -> None:
    row = propose(work.alice, llano)
    assert session.get_one(Campaign, work.campaign.id).organisation_id == cast.refugio.id
    do(handing_over.accept_handover, work.charlie, row)
    campaign = session.get_one(Campaign, work.campaign.id, populate_existing=True)
    session.expire_all()
    assert campaign.organisation_id == cast.llano.id
    parts = {each.organisation_id: each.part for each in reading.partners_of(campaign.id)}
    assert parts == {cast.llano.id: "lead", cast.refugio.id: "partner"}
    assert work.drive.organisation_id == work.fund.organisation_id == cast.refugio.id
    assert work.client.organisation_id == cast.refugio.id
    with transaction():
        updating.write_update(work.charlie, campaign.id, title="News", body="News.")
    with pytest.raises(Forbidden):
        updating.write_update(work.alice, campaign.id, title="News", body="News.")
    with pytest.raises(Conflict) as stays:
        opening.edit_campaign(work.charlie, campaign.id, {"client_id": None})
    assert stays.value.code == "client_stays"
    with pytest.raises(NotFound):
        reading.get_client(work.charlie, work.client.id)


def test_who_takes_gifts_is_not_sent_away(session: Session, work: Work, llano: Partner) -> None:
    work.publish()
    do(handing_over.accept_handover, work.charlie, propose(work.alice, llano))
    (old,) = [each for each in reading.partners_of(work.campaign.id) if each.part == "partner"]
    with pytest.raises(Conflict) as running:
        partnering.end_partnership(work.charlie, work.campaign.id, old.id)
    assert running.value.code == "drive_running"
    assert reading.get_drive(work.alice, work.drive.id).id == work.drive.id


def test_both_trails_and_both_houses_owners_are_told(
    session: Session, cast: Cast, work: Work, llano: Partner
) -> None:
    do(handing_over.accept_handover, work.charlie, propose(work.alice, llano))
    events = session.scalars(select(AuditEvent).where(AuditEvent.verb.startswith("lead."))).all()
    told = {(each.organisation_id, each.verb, each.actor) for each in events}
    assert told == {
        (house, verb, f"member:{who}")
        for house in (cast.refugio.id, cast.llano.id)
        for verb, who in (
            ("lead.handover_proposed", cast.alice.id),
            ("lead.handed_over", cast.charlie.id),
        )
    }
    mails = session.scalars(select(OutgoingMail).where(OutgoingMail.key.startswith("handover:"))).all()
    assert sorted(each.to for each in mails) == ["alice@example.org"] * 2 + ["charlie@example.org"] * 2


def test_it_is_taken_back_or_declined_before_it_is_accepted(
    session: Session, work: Work, llano: Partner
) -> None:
    for verb, who in (
        (handing_over.withdraw_handover, work.alice),
        (handing_over.decline_handover, work.charlie),
    ):
        row = propose(work.alice, llano)
        with pytest.raises(Conflict) as twice:
            handing_over.propose_handover(work.alice, work.campaign.id, partner_id=llano.id)
        assert twice.value.code == "handover_open"
        do(verb, who, row)
        with pytest.raises(Conflict) as late:
            handing_over.accept_handover(work.charlie, row.id)
        assert late.value.code == "illegal_transition"
    assert opening.get_led(work.alice, work.campaign.id).id == work.campaign.id


def test_one_person_in_both_houses_does_not_hand_over_to_themselves(
    session: Session, cast: Cast, work: Work, llano: Partner
) -> None:
    also = Member(organisation_id=cast.llano.id, account_id=cast.alice.account_id, role="owner")
    session.add(also)
    session.commit()
    row = propose(work.alice, llano)
    with pytest.raises(Forbidden, match="second person"):
        handing_over.accept_handover(actor_for(also), row.id)


def test_the_database_refuses_that_both_are_one(session: Session, work: Work, llano: Partner) -> None:
    row = propose(work.alice, llano)
    row.state, row.decided_by_id, row.decided_at = ACCEPTED, row.asked_by_id, clock.now()
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_only_owners_and_only_their_side(cast: Cast, sign_in: SignIn, work: Work, llano: Partner) -> None:
    for who in ("bob", "carla", "frida", "vera"):
        answer = sign_in(getattr(cast, who)).post(
            f"/staff/campaigns/{work.campaign.id}/handovers", data={"partner_id": llano.id}
        )
        assert answer.status_code == 403, who
    alice, charlie = sign_in(cast.alice), sign_in(cast.charlie)
    row = propose(work.alice, llano)
    db.session.commit()
    assert alice.post(f"/staff/handovers/{row.id}/acceptance").status_code == 403
    assert charlie.post(f"/staff/handovers/{row.id}/withdrawal").status_code == 403
    assert "Accept the lead" in charlie.get(f"/staff/campaigns/{work.campaign.id}").text
    assert "Take it back" in alice.get(f"/staff/campaigns/{work.campaign.id}").text
    assert "asks you to lead" in charlie.get("/staff/").text
    assert charlie.post(f"/staff/handovers/{row.id}/acceptance").status_code == 302
    assert "Propose it" in charlie.get(f"/staff/campaigns/{work.campaign.id}").text
    assert "Propose it" not in alice.get(f"/staff/campaigns/{work.campaign.id}").text


def test_software_proposes_and_takes_back_and_never_accepts(work: Work, api: Api, llano: Partner) -> None:
    place = f"/campaigns/{work.campaign.id}/handovers"
    row = api.post(place, {"partner_id": llano.id}, expect=201)
    assert api.get(place)[0]["state"] == "proposed"
    assert api.post(f"/handovers/{row['id']}/withdrawals", {}, expect=201)["state"] == "withdrawn"
    api.post(f"/handovers/{row['id']}/withdrawals", {}, expect=409)
    api.post(place, {"partner_id": "part_nobody"}, expect=422)


def test_a_partner_that_left_neither_sees_nor_accepts(session: Session, work: Work, llano: Partner) -> None:
    row = propose(work.alice, llano)
    with transaction():
        partnering.end_partnership(work.alice, work.campaign.id, llano.id)
    with pytest.raises(NotFound):
        handing_over.accept_handover(work.charlie, row.id)
    with pytest.raises(Invalid):
        handing_over.propose_handover(work.alice, work.campaign.id, partner_id=llano.id)


@pytest.mark.parametrize(("present", "wanted"), list(product(STATES, STATES)))
def test_every_pair_of_states(
    session: Session, work: Work, llano: Partner, present: str, wanted: str
) -> None:
    row = propose(work.alice, llano)
    charlie = str(work.charlie.member_id)
    if present in (ACCEPTED, DECLINED, WITHDRAWN):
        row.move_to(present, by=charlie)
    if (present, wanted) in TRANSITIONS:
        row.move_to(wanted, by=charlie)
        session.flush()
        assert row.state == wanted
    else:
        with pytest.raises(Conflict) as refused:
            row.move_to(wanted, by=charlie)
        assert (refused.value.code, row.state) == ("illegal_transition", present)
    assert (row.state == PROPOSED) == (row.decided_at is None)


def test_a_partner_edits_drafts_and_nothing_that_was_public(
    session: Session, cast: Cast, sign_in: SignIn, work: Work, llano: Partner
) -> None:
    charlie = sign_in(cast.charlie)
    url = f"/staff/campaigns/{work.campaign.id}/edit"
    page = charlie.get(url).text
    assert 'name="client_id"' not in page
    assert 'name="slug"' not in page
    typed = {"title": work.campaign.title, "story": "Longer.", "version": work.campaign.version}
    assert charlie.post(url, data=typed | {"client_id": "", "slug": "ours"}).status_code == 302
    session.refresh(work.campaign)
    assert (work.campaign.story, work.campaign.client_id) == ("Longer.", work.client.id)
    assert work.campaign.slug != "ours"
    with pytest.raises(Forbidden):
        opening.edit_campaign(work.charlie, work.campaign.id, {"slug": "ours"})
    session.rollback()
    with transaction():
        session.get_one(Campaign, work.campaign.id).published_at = clock.now()
    assert charlie.get(url).status_code == 403
    assert charlie.post(url, data=typed).status_code == 403
