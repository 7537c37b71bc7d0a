"""Updates by mail: to those who agreed and to nobody twice, stopped when the update or the agreement ends."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from campaigns.updates.update import Update
from core import clock, ids
from core.db import db, transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.mail import OutgoingMail, sweep_mail
from donors import jobs
from donors.gifts.gift import Gift
from donors.mailings import sending
from donors.mailings.mailing import STATES, TRANSITIONS, Mailing, MailingRecipient
from donors.mailings.planning import plan_mailing, results_of, send_test, stop_mailing
from donors.people import consent
from donors.people.donor import Donor
from donors.receipts import links
from donors.recurring.recurring_gift import RecurringGift
from staff.issuing import issue
from tests.conftest import Cast
from tests.donors.conftest import usd
from tests.donors.leading import lead
from tests.inbox import Inbox

Later = Callable[[timedelta], None]
Giver = Callable[..., Donor]


@pytest.fixture
def update(session: Session, drive: Drive) -> Update:
    found = Update(
        campaign_id=drive.campaign_id,
        title="The judge listened",
        body="It went **well**.",
        published_at=clock.now(),
    )
    session.add(found)
    lead(session, drive)
    session.commit()
    return found


@pytest.fixture
def later(drive: Drive) -> Iterator[Later]:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller.shift


@pytest.fixture
def giver(session: Session, drive: Drive) -> Callable[..., Donor]:
    """A donor who gave to the drive, and who agreed to news unless it is said otherwise."""

    def make(name: str, *, agrees: bool = True, monthly: bool = False, state: str = "settled") -> Donor:
        donor = Donor(organisation_id=drive.organisation_id, email=f"{name}@example.org", name=name)
        session.add(donor)
        session.flush()
        promise_id = None
        if monthly:
            promise = RecurringGift(
                id=ids.new_id("recur"),
                organisation_id=drive.organisation_id,
                drive_id=drive.id,
                donor_id=donor.id,
                state="active",
                rhythm="month",
                fee_cover_minor=0,
            )
            promise.amount = usd(1500)
            session.add(promise)
            session.flush()
            promise_id = promise.id
        gift = Gift(
            id=ids.new_id("gift"),
            organisation_id=drive.organisation_id,
            drive_id=drive.id,
            fund_id=drive.fund_id,
            donor_id=donor.id,
            recurring_gift_id=promise_id,
            state=state,
            paid_at=clock.now(),
        )
        gift.amount = usd(1500)
        session.add(gift)
        if agrees:
            consent.give(donor, organisation_id=drive.organisation_id, wording="News", source="form")
        session.commit()
        return donor

    return make


def plan(cast: Cast, update: Update, by: str = "carla", **given: Any) -> Mailing:
    with transaction():
        return plan_mailing(cast.actor(by), update.id, **{"audience": "everybody", **given})


def mailed(session: Session) -> list[str]:
    """Who was written news to."""
    session.expire_all()
    query = select(OutgoingMail.to).where(OutgoingMail.key.startswith("news:"))
    return sorted(each.partition("@")[0] for each in session.scalars(query))


def test_those_who_agreed_get_it_once_with_a_way_out(
    session: Session, cast: Cast, update: Update, giver: Giver
) -> None:
    ana = giver("ana", monthly=True)
    giver("ben")
    giver("cleo", agrees=False)
    giver("dora", state="pending")
    ended = giver("eva")
    with transaction():
        consent.take_back(ended.id, ended.organisation_id, source="unsubscribe")
    mailing = plan(cast, update)
    jobs.send_mailings.run()
    jobs.send_mailings.run()
    assert mailed(session) == ["ana", "ben"]
    assert mailing.state == "sent"
    plan(cast, update, audience="monthly")
    jobs.send_mailings.run()
    assert mailed(session) == ["ana", "ben"]
    (row,) = session.scalars(select(OutgoingMail).where(OutgoingMail.to == ana.email)).all()
    assert row.subject == "The judge listened"
    assert row.unsubscribe_url == links.unsubscribe_url(ana.id, ana.organisation_id)
    assert str(row.unsubscribe_url) in row.text
    assert "<strong>well</strong>" in (row.html or "")


@pytest.mark.parametrize(("audience", "names"), [("monthly", ["ana"]), ("drive", ["ana", "ben"])])
def test_an_audience_is_who_it_says(
    session: Session,
    cast: Cast,
    drive: Drive,
    update: Update,
    giver: Giver,
    audience: str,
    names: list[str],
) -> None:
    giver("ana", monthly=True)
    giver("ben")
    plan(cast, update, audience=audience, drive_id=drive.id if audience == "drive" else "")
    jobs.send_mailings.run()
    assert mailed(session) == names


def test_thousands_go_in_batches_and_a_death_in_between_loses_and_doubles_nobody(
    session: Session, cast: Cast, update: Update, giver: Giver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 2)
    for number in range(5):
        giver(f"donor{number}")
    mailing = plan(cast, update)
    with transaction():
        assert sending.send_batch(mailing.id)
    with pytest.raises(RuntimeError), transaction():
        assert sending.send_batch(mailing.id)
        raise RuntimeError("the process dies before it commits")
    jobs.send_mailings.run()
    assert mailed(session) == [f"donor{number}" for number in range(5)]
    assert len(session.scalars(select(MailingRecipient)).all()) == 5


def test_a_mailing_waits_for_its_time_and_can_be_stopped(
    session: Session, cast: Cast, update: Update, giver: Giver, later: Later
) -> None:
    giver("ana")
    mailing = plan(cast, update, due_at=clock.now() + timedelta(hours=2))
    jobs.send_mailings.run()
    assert mailed(session) == []
    stopped = plan(cast, update, due_at=clock.now() + timedelta(hours=1))
    with transaction():
        stop_mailing(cast.actor("carla"), stopped.id)
    later(timedelta(hours=1, minutes=30))
    jobs.send_mailings.run()
    assert mailed(session) == []
    later(timedelta(hours=1))
    jobs.send_mailings.run()
    assert (mailed(session), mailing.state, stopped.state) == (["ana"], "sent", "cancelled")


@pytest.mark.parametrize("of", ["update", "campaign"])
def test_nothing_goes_out_after_the_update_has_left_the_page(
    session: Session, cast: Cast, drive: Drive, update: Update, giver: Giver, of: str
) -> None:
    giver("ana")
    mailing = plan(cast, update)
    shown = update if of == "update" else session.get_one(Campaign, drive.campaign_id)
    shown.withdrawn_at = clock.now()
    session.commit()
    jobs.send_mailings.run()
    assert (mailed(session), mailing.state, mailing.ended_because) == ([], "cancelled", "not_public")
    with pytest.raises(Conflict) as caught:
        plan(cast, update)
    assert caught.value.code == "not_public"


@pytest.mark.parametrize("what", ["withdrawn", "unsubscribed", "nothing"])
def test_a_mail_that_waited_is_asked_for_again_before_it_is_handed_over(
    session: Session, cast: Cast, update: Update, giver: Giver, inbox: Inbox, later: Later, what: str
) -> None:
    """The mail server was away for hours; meanwhile the reason may be gone."""
    inbox.answers = ["451 Later"]
    ana = giver("ana")
    mailing = plan(cast, update)
    jobs.send_mailings.run()
    sweep_mail.run()
    assert (inbox.mails, results_of(mailing).waiting) == ([], 1)
    session.commit()
    with transaction():
        if what == "withdrawn":
            session.get_one(Update, update.id).withdrawn_at = clock.now()
        elif what == "unsubscribed":
            consent.take_back(ana.id, ana.organisation_id, source="unsubscribe")
    later(timedelta(hours=3))
    sweep_mail.run()
    assert [each["To"] for each in inbox.mails] == ([ana.email] if what == "nothing" else [])
    if inbox.mails:
        assert inbox.mails[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    results = results_of(mailing)
    assert (results.sent, results.bounced, results.waiting) == ((1, 0, 0) if what == "nothing" else (0, 1, 0))
    assert results.unsubscribed == (what == "unsubscribed")


def test_a_test_goes_to_oneself_alone(session: Session, cast: Cast, update: Update, giver: Giver) -> None:
    giver("ana")
    with transaction():
        to = send_test(cast.actor("carla"), update.id)
    assert mailed(session) == []
    row = session.scalars(select(OutgoingMail)).one()
    assert (row.to, row.subject) == (to, "[Test] The judge listened")


def test_what_is_refused_says_why(
    session: Session, cast: Cast, update: Update, subtests: pytest.Subtests
) -> None:
    cases: list[tuple[str, type[Exception], str, dict[str, Any]]] = [
        ("carla", Invalid, "audience", {"audience": "strangers"}),
        ("carla", Invalid, "drive_id", {"audience": "drive", "drive_id": "drive_nobody"}),
        ("carla", Invalid, "due_at", {"due_at": clock.now() - timedelta(minutes=1)}),
        ("carla", Invalid, "due_at", {"due_at": clock.now() + timedelta(days=91)}),
        ("vera", Forbidden, "", {}),
        ("charlie", NotFound, "", {}),
    ]
    for name, kind, field, given in cases:
        with subtests.test(f"{name} {field}"):
            with pytest.raises(kind) as caught:
                plan(cast, update, by=name, **given)
            assert not field or field in caught.value.errors  # pyright: ignore[reportAttributeAccessIssue]
    assert session.scalars(select(Mailing)).all() == []


@pytest.mark.parametrize("wanted", STATES)
@pytest.mark.parametrize("present", STATES)
def test_only_the_table_s_steps_are_taken(present: str, wanted: str) -> None:
    mailing = Mailing(state=present)
    if (present, wanted) in TRANSITIONS:
        mailing.move_to(wanted)
        assert mailing.state == wanted
    else:
        with pytest.raises(Conflict):
            mailing.move_to(wanted)


@pytest.mark.once
def test_on_its_page_an_update_is_seen_tried_sent_and_followed(
    session: Session,
    cast: Cast,
    update: Update,
    giver: Giver,
    sign_in: Callable[..., FlaskClient],
) -> None:
    giver("ana")
    carla, at = sign_in(cast.carla), f"/staff/updates/{update.id}/mailings"
    assert "Mail it to supporters" in carla.get(f"/staff/updates/{update.id}").text
    page = carla.get(at).text
    assert "One donor of this campaign agreed to news" in page
    assert carla.post(f"{at}/tests").status_code == 302
    assert carla.post(at, data={"audience": "strangers"}).status_code == 422
    assert carla.post(at, data={"audience": "everybody", "on_day": "2999-01-01"}).status_code == 422
    assert (
        carla.post(at, data={"audience": "everybody", "on_day": "2999-01-01", "at_time": "09:00"}).status_code
        == 422
    )
    assert carla.post(at, data={"audience": "everybody"}).status_code == 302
    session.commit()
    jobs.send_mailings.run()
    assert "Sent" in carla.get(at).text
    mailing = session.scalars(select(Mailing)).one()
    assert carla.post(f"/staff/mailings/{mailing.id}/cancellations").status_code == 302
    assert mailing.state == "sent"
    assert sign_in(cast.charlie).get(at).status_code in (200, 404)
    update.withdrawn_at = clock.now()
    session.commit()
    assert "Publish the update first" in carla.get(at).text
    assert carla.post(at, data={"audience": "everybody"}).status_code == 409


def test_software_plans_follows_and_stops(
    session: Session, cast: Cast, client: FlaskClient, update: Update, giver: Giver
) -> None:
    giver("ana")
    with transaction():
        _token, secret = issue(cast.actor("alice"), name="Test", scopes=["campaigns.view", "campaigns.edit"])
    head, at = {"Authorization": f"Bearer {secret}"}, f"/api/v1/updates/{update.id}/mailings"
    soon = (clock.now() + timedelta(hours=1)).isoformat()
    made = client.post(at, json={"audience": "everybody", "due_at": soon}, headers=head)
    assert (made.status_code, made.get_json()["state"]) == (201, "scheduled")
    stop = f"/api/v1/mailings/{made.get_json()['id']}/cancellations"
    assert client.post(stop, headers=head).get_json()["state"] == "cancelled"
    again = client.post(stop, headers=head)
    assert (again.status_code, again.get_json()["code"]) == (409, "illegal_transition")
    client.post(at, json={"audience": "everybody"}, headers=head)
    jobs.send_mailings.run()
    first, second = client.get(at, headers=head).get_json()
    assert (first["state"], first["results"]["written"], second["state"]) == ("sent", 1, "cancelled")
    wrong = client.post(at, json={"audience": "drive"}, headers=head)
    assert (wrong.status_code, list(wrong.get_json()["errors"])) == (422, ["drive_id"])
    db.session.rollback()
