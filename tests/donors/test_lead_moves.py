"""The lead of a campaign moves while things are planned: what goes on, what stops, and that both sides read why."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import jobs as campaign_jobs
from campaigns import publishing
from campaigns.campaign import Campaign
from campaigns.clearance import clearing
from campaigns.clearance.steps import clearance_of
from campaigns.comments import commenting
from campaigns.drives.drive import Drive
from campaigns.partner import Partner
from campaigns.partners import handing_over
from campaigns.updates import updating
from campaigns.updates.update import Update
from core import clock, ids
from core.db import transaction
from core.errors import Forbidden
from core.mail import OutgoingMail, sweep_mail
from donors import jobs
from donors.gifts import deciding
from donors.gifts.gift import Gift
from donors.mailings import lead_moving, sending
from donors.mailings.mailing import Mailing
from donors.mailings.planning import plan_mailing, send_test
from donors.people import consent
from donors.people.donor import Donor
from donors.people.meeting import Somebody
from donors.pledges import pledging
from donors.pledges.pledging import PledgePlan
from staff.approval.proposal import Proposal
from staff.organisation import Organisation
from tests.clearing import clear
from tests.conftest import Cast
from tests.donors.conftest import usd
from tests.donors.leading import lead
from tests.inbox import Inbox

Later = Callable[[timedelta], None]
DAY = timedelta(days=1)


@pytest.fixture
def update(session: Session, cast: Cast, drive: Drive) -> Update:
    """Public news; Refugio leads, Llano is a partner."""
    lead(session, drive)
    session.add(
        Partner(
            campaign_id=drive.campaign_id,
            organisation_id=cast.llano.id,
            part="partner",
            accepted_at=clock.now(),
        )
    )
    found = Update(
        campaign_id=drive.campaign_id, title="News", body="It went **well**.", published_at=clock.now()
    )
    session.add(found)
    session.commit()
    return found


@pytest.fixture
def later(drive: Drive) -> Iterator[Later]:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller.shift


def giver(session: Session, drive: Drive, house: Organisation, name: str) -> Donor:
    """A donor of an organisation who gave to its drive and agreed to its news."""
    donor = Donor(organisation_id=house.id, email=f"{name}@example.org", name=name)
    session.add(donor)
    session.flush()
    gift = Gift(
        id=ids.new_id("gift"),
        organisation_id=house.id,
        drive_id=drive.id,
        fund_id=drive.fund_id,
        donor_id=donor.id,
        state="settled",
        paid_at=clock.now(),
    )
    gift.amount = usd(1500)
    session.add(gift)
    consent.give(donor, organisation_id=house.id, wording="News", source="form")
    session.commit()
    return donor


def hand_over(session: Session, cast: Cast, drive: Drive) -> None:
    query = select(Partner).where(
        Partner.campaign_id == drive.campaign_id, Partner.organisation_id == cast.llano.id
    )
    llano = session.scalars(query).one()
    session.commit()
    with transaction():
        row = handing_over.propose_handover(cast.actor("alice"), drive.campaign_id, partner_id=llano.id)
    with transaction():
        handing_over.accept_handover(cast.actor("charlie"), row.id)
    session.expire_all()


def plan(cast: Cast, update: Update, by: str = "carla", **given: Any) -> Mailing:
    with transaction():
        return plan_mailing(cast.actor(by), update.id, **{"audience": "everybody", **given})


def news(session: Session) -> list[OutgoingMail]:
    session.expire_all()
    query = select(OutgoingMail).where(OutgoingMail.key.startswith("news:"))
    return sorted(session.scalars(query), key=lambda each: each.to)


def test_a_mailing_that_waits_is_stopped_and_both_read_why(
    session: Session,
    cast: Cast,
    drive: Drive,
    update: Update,
    later: Later,
    sign_in: Callable[..., FlaskClient],
) -> None:
    giver(session, drive, cast.refugio, "ana")
    mailing = plan(cast, update, due_at=clock.now() + DAY)
    hand_over(session, cast, drive)
    assert (mailing.state, mailing.ended_because) == ("cancelled", "lead_moved")
    later(2 * DAY)
    jobs.send_mailings.run()
    assert news(session) == []
    letters = session.scalars(select(OutgoingMail).where(OutgoingMail.key.contains(":accepted:"))).all()
    assert sorted(each.to for each in letters) == ["alice@example.org", "charlie@example.org"]
    assert all(
        "One mailing that Refugio Legal Project had planned was stopped" in each.text for each in letters
    )
    carla, charlie = sign_in(cast.carla), sign_in(cast.charlie)
    at = f"/staff/updates/{update.id}/mailings"
    old = carla.get(at).text
    assert "Llano Defenders leads this campaign since" in old
    assert "send it again below, in your name" in old
    assert "the lead of the campaign moved before it was due" in old
    assert "A mailing was stopped when the lead" in carla.get("/staff/").text
    new = charlie.get(at).text
    assert "its readers agreed to news of another organisation" in new
    assert "ana@example.org" not in new
    assert carla.post(at, data={"audience": "everybody"}).status_code == 302
    assert "A mailing was stopped when the lead" not in carla.get("/staff/").text


def test_each_writes_to_its_own_donors_in_its_own_name(
    session: Session, cast: Cast, drive: Drive, update: Update
) -> None:
    giver(session, drive, cast.refugio, "ana")
    hand_over(session, cast, drive)
    plan(cast, update, by="charlie")
    jobs.send_mailings.run()
    assert news(session) == []  # Llano leads, and ana agreed to nothing of Llano's
    giver(session, drive, cast.llano, "lea")
    session.commit()
    plan(cast, update, by="charlie")
    plan(cast, update)
    jobs.send_mailings.run()
    to_ana, to_lea = news(session)
    assert "you agreed to news of Refugio Legal Project" in to_ana.text
    assert "you agreed to news of Llano Defenders" in to_lea.text
    with transaction():
        send_test(cast.actor("carla"), update.id)


def test_who_takes_no_gifts_and_does_not_lead_mails_nothing(
    session: Session, cast: Cast, drive: Drive, update: Update, sign_in: Callable[..., FlaskClient]
) -> None:
    with pytest.raises(Forbidden):
        plan(cast, update, by="charlie")
    session.rollback()
    page = sign_in(cast.charlie).get(f"/staff/updates/{update.id}/mailings").text
    assert 'name="audience"' not in page


def test_one_that_has_begun_reaches_everybody(
    session: Session,
    cast: Cast,
    drive: Drive,
    update: Update,
    inbox: Inbox,
    later: Later,
    monkeypatch: pytest.MonkeyPatch,
    sign_in: Callable[..., FlaskClient],
) -> None:
    """Also what waits at the mail server: the donors agreed to news of who wrote, whoever leads by now."""
    monkeypatch.setattr(sending, "BATCH", 1)
    for name in ("ana", "ben"):
        giver(session, drive, cast.refugio, name)
    mailing = plan(cast, update)
    inbox.answers = ["451 Later"] * 8
    with transaction():
        assert sending.send_batch(mailing.id)
    hand_over(session, cast, drive)
    assert mailing.state == "sending"
    assert "had begun. It goes on" in sign_in(cast.charlie).get(f"/staff/updates/{update.id}/mailings").text
    session.commit()
    inbox.answers = []
    jobs.send_mailings.run()
    later(timedelta(hours=3))
    sweep_mail.run()
    assert {"ana@example.org", "ben@example.org"} <= {each["To"] for each in inbox.mails}
    session.expire_all()
    assert (mailing.state, {each.failed_at for each in news(session)}) == ("sent", {None})


def test_who_left_the_campaign_mails_nothing_more(
    session: Session, cast: Cast, drive: Drive, update: Update, later: Later
) -> None:
    giver(session, drive, cast.refugio, "ana")
    hand_over(session, cast, drive)
    mailing = plan(cast, update, due_at=clock.now() + DAY)
    query = select(Partner).where(Partner.organisation_id == cast.refugio.id)
    session.scalars(query).one().ended_at = clock.now()
    session.commit()
    later(2 * DAY)
    jobs.send_mailings.run()
    session.expire_all()
    assert (mailing.state, mailing.ended_because, news(session)) == ("cancelled", "left", [])


def test_a_publication_at_a_time_is_called_off_and_the_new_lead_publishes(
    session: Session, cast: Cast, drive: Drive, update: Update, sign_in: Callable[..., FlaskClient]
) -> None:
    """Approvals and comments stay: the same words, the same counsel."""
    alice, charlie = cast.actor("alice"), cast.actor("charlie")
    with transaction():
        draft = updating.write_update(alice, drive.campaign_id, title="Tomorrow", body="It is tomorrow.")
        clear(alice, draft)
        clearance = clearance_of(draft)
        comment = commenting.write_comment(alice, clearance.id, body="Is this the day?")
        row = publishing.schedule(alice, clearance, clock.now() + DAY)
    hand_over(session, cast, drive)
    assert (row.ended_as, row.refused_because) == ("refused", "lead_moved")
    assert clearance.state == "approved"
    assert clearing.missing_approvals(clearance) == frozenset()
    at = f"/staff/texts/{clearance.id}"
    assert "Llano Defenders leads now and publishes it." in sign_in(cast.alice).get(at).text
    page = sign_in(cast.charlie).get(at).text
    assert "What was approved stays approved" in page
    assert "Is this the day?" in page
    letter = session.scalars(select(OutgoingMail).where(OutgoingMail.to == "charlie@example.org")).all()[-1]
    assert "One text was to become public" in letter.text
    session.commit()
    with transaction():
        commenting.settle_comment(charlie, comment.id, is_resolved=True)
        publishing.publish(charlie, clearance)
    assert session.get_one(Update, draft.id).is_public


def test_a_drive_keeps_its_time_and_its_approvals(
    session: Session, cast: Cast, drive: Drive, update: Update
) -> None:
    """Drives stay with who takes the money: its opening at a time, and what waits for a second person there,
    and what donors promised to it."""
    session.get_one(Campaign, drive.campaign_id).published_at = clock.now()
    drive.published_at, drive.deductibility = None, "deductible"
    session.get_one(Organisation, cast.refugio.id).two_people_above = 1
    donor = giver(session, drive, cast.refugio, "ana")
    gift = session.scalars(select(Gift).where(Gift.donor_id == donor.id)).one()
    gift.payment_intent_id = "pi_1"
    session.commit()
    alice, frida = cast.actor("alice"), cast.actor("frida")
    with transaction():
        clear(alice, drive)
        publishing.schedule(alice, clearance_of(drive), clock.now() + DAY)
    with transaction():
        proposal = deciding.refund(frida, gift.id, amount=usd(1000), reason="Asked")
        who = Somebody(name="Rosa Diaz", email="rosa@example.org")
        parts = [(clock.today(cast.refugio.zone), usd(5000))]
        pledging.record_pledge(frida, PledgePlan(drive_id=drive.id, parts=parts, who=who))
    hand_over(session, cast, drive)
    assert isinstance(proposal, Proposal)
    assert proposal.state == "open"
    with time_machine.travel(clock.now() + 5 * DAY):
        campaign_jobs.publish_due.run()
        jobs.remind_of_pledges.run()
    session.expire_all()
    row = session.scalars(select(publishing.ScheduledPublication)).one()
    assert (row.ended_as, row.refused_because) == ("published", "")
    query = select(OutgoingMail).where(OutgoingMail.key.startswith("pledge-reminder:"))
    assert "Refugio Legal Project" in session.scalars(query).one().text


def test_what_was_stopped_is_asked_for_once(
    session: Session, cast: Cast, drive: Drive, update: Update
) -> None:
    plan(cast, update, due_at=clock.now() + DAY)
    hand_over(session, cast, drive)
    assert len(session.scalars(lead_moving.stopped(cast.actor("carla"))).all()) == 1
    assert session.scalars(lead_moving.stopped(cast.actor("charlie"))).all() == []
