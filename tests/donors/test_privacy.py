"""Donors' own data: news only with a consent and ended by one click, one file of everything, erasure, retention."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core import clock
from core.db import transaction
from core.errors import Conflict
from core.mail import OutgoingMail
from donors.gifts.gift import Gift
from donors.people import consent
from donors.people.consent import Consent
from donors.people.donor import Donor
from donors.people.sign_in_link import SignInLink
from donors.people.writing import Letter, write_news
from donors.privacy import retention
from donors.privacy.address_reading import AddressReading
from donors.receipts import links
from donors.receipts.receipt import Receipt
from donors.recurring.recurring_gift import RecurringGift
from staff.audit import AuditEvent
from staff.member import Member
from tests.conftest import Cast
from tests.inbox import Inbox

SignIn = Callable[[Member], FlaskClient]
NEWS = Letter(key="update:1", subject="News", text="Filed.")


@pytest.fixture
def donor(session: Session, drive: Drive) -> Donor:
    """Somebody who gave once, with a word to it, and has a receipt, a mail and a consent."""
    giver = Donor(
        organisation_id=drive.organisation_id, email="rosamunda@example.org", name="Rosamunda Quispe"
    )
    session.add(giver)
    session.flush()
    gift = Gift(
        id="gift_000000000000000000000001",
        organisation_id=drive.organisation_id,
        drive_id=drive.id,
        fund_id=drive.fund_id,
        donor_id=giver.id,
        state="settled",
        donor_name="Rosamunda Quispe",
        public_name="Rosamunda Q.",
        message="for my sister",
        tribute_kind="honour",
        tribute_name="Abuela Inés",
        employer="Llano Fuerte",
        amount_minor=5000,
        currency="USD",
        paid_at=clock.now(),
    )
    session.add(gift)
    session.flush()
    session.add_all(
        [
            Receipt(
                gift_id=gift.id,
                organisation_id=drive.organisation_id,
                year=2026,
                number=1,
                amount_minor=5000,
                fee_cover_minor=0,
                currency="USD",
                donor_name="Rosamunda Quispe",
                paid_at=clock.now(),
            ),
            OutgoingMail(key="receipt:1", to=giver.email, subject="Rosamunda", text="Dear Rosamunda"),
            SignInLink(email=giver.email, language="en", asked_by="donor"),
        ]
    )
    consent.give(giver, organisation_id=drive.organisation_id, wording="Write to me", source="gift")
    session.commit()
    return giver


class TestNews:
    def test_carries_one_click_headers(
        self,
        inbox: Inbox,  # noqa: F811
        donor: Donor,
    ) -> None:
        with transaction():
            write_news(donor, donor.organisation_id, NEWS)
        (message,) = [each for each in inbox.mails if each["Subject"] == "News"]
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "/my/unsubscribe/" in "".join(message["List-Unsubscribe"].split())

    def test_is_refused_without_a_consent(self, session: Session, donor: Donor, cast: Cast) -> None:
        with pytest.raises(Conflict) as refusal, transaction():
            write_news(donor, cast.llano.id, NEWS)
        assert refusal.value.code == "no_basis"
        assert session.scalar(select(OutgoingMail.id).where(OutgoingMail.subject == "News")) is None

    def test_ends_with_one_click_of_a_mail_program(
        self, client: FlaskClient, session: Session, donor: Donor
    ) -> None:
        address = "/my" + links.unsubscribe_url(donor.id, donor.organisation_id).partition("/my")[2]
        assert client.get(address).status_code == 200
        assert consent.holds(donor.id, donor.organisation_id)  # looking ends nothing
        session.commit()  # ends the reading, whose rollback would take back what comes now
        for _twice in range(2):
            done = client.post(address, data={"List-Unsubscribe": "One-Click"})
            assert done.status_code == 200
        session.expire_all()
        assert not consent.holds(donor.id, donor.organisation_id)
        assert session.query(Consent).count() == 2
        with pytest.raises(Conflict), transaction():
            write_news(donor, donor.organisation_id, NEWS)

    def test_a_link_that_is_not_ours_opens_nothing(self, client: FlaskClient, donor: Donor) -> None:
        assert client.post("/my/unsubscribe/made-up").status_code == 404
        receipt = links.receipt_url(donor.id).rpartition("/")[2].removesuffix(".pdf")
        assert client.post(f"/my/unsubscribe/{receipt}").status_code == 404


class TestExport:
    def test_one_file_has_all_of_it(
        self, cast: Cast, sign_in: SignIn, session: Session, donor: Donor
    ) -> None:
        answer = sign_in(cast.alice).post(f"/staff/donors/{donor.id}/exports")
        held: dict[str, Any] = answer.get_json()
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert (held["donor"]["email"], held["gifts"][0]["message"]) == (donor.email, "for my sister")
        assert len(held["receipts"]) == len(held["consents"]) == 1
        assert "payment_intent_id" not in str(held)
        assert session.query(AuditEvent).filter_by(verb="donor.exported").count() == 1

    def test_strangers_find_nobody(self, cast: Cast, sign_in: SignIn, donor: Donor) -> None:
        stranger = sign_in(cast.charlie)
        for verb in ("exports", "erasure"):
            sent = stranger.post(f"/staff/donors/{donor.id}/{verb}", data={"note": "by letter"})
            assert sent.status_code == 404


class TestErasure:
    def test_the_person_goes_and_the_money_stays(
        self, cast: Cast, sign_in: SignIn, session: Session, donor: Donor
    ) -> None:
        sent = sign_in(cast.alice).post(f"/staff/donors/{donor.id}/erasure", data={"note": "by letter"})
        assert sent.status_code == 302, sent.text
        session.expire_all()
        gift = session.query(Gift).one()
        assert (gift.amount_minor, gift.state, gift.public_name) == (5000, "settled", "")
        receipt = session.query(Receipt).one()
        assert (receipt.number, receipt.donor_name) == (1, "Rosamunda Quispe")  # kept for the legal period

    @pytest.mark.parametrize("note", ["x", "asked by rosamunda@example.org"])
    def test_it_wants_a_reason_without_the_name(
        self, cast: Cast, sign_in: SignIn, session: Session, donor: Donor, note: str
    ) -> None:
        sent = sign_in(cast.alice).post(f"/staff/donors/{donor.id}/erasure", data={"note": note})
        assert sent.status_code == 422
        session.expire_all()
        assert session.get_one(Donor, donor.id).erased_at is None

    def test_it_waits_for_what_still_runs(
        self, cast: Cast, sign_in: SignIn, session: Session, donor: Donor, drive: Drive
    ) -> None:
        promise = RecurringGift(
            id="recur_00000000000000000000001",
            organisation_id=drive.organisation_id,
            drive_id=drive.id,
            donor_id=donor.id,
            state="active",
            rhythm="month",
            amount_minor=1000,
            currency="USD",
        )
        session.add(promise)
        session.commit()
        sent = sign_in(cast.alice).post(f"/staff/donors/{donor.id}/erasure", data={"note": "by letter"})
        assert "End it first" in sent.text
        session.expire_all()
        assert session.get_one(Donor, donor.id).email == "rosamunda@example.org"


def test_who_looks_into_the_address_book_is_noted_once_a_day(
    cast: Cast, sign_in: SignIn, session: Session, donor: Donor
) -> None:
    carla, frida = sign_in(cast.carla), sign_in(cast.frida)
    for _twice in range(2):
        carla.get("/staff/donors?q=rosamunda")
        carla.get(f"/staff/donors/{donor.id}")
    seen = {(each.actor, each.what, each.subject) for each in session.query(AddressReading)}
    who = f"member:{cast.carla.id}"
    assert seen == {(who, "list", ""), (who, "donor", donor.id)}
    page = frida.get("/staff/address-book").text
    assert "Carla" in page
    assert carla.get("/staff/address-book").status_code == 404


class TestRetention:
    @pytest.fixture
    def old(self, session: Session, donor: Donor) -> None:
        long_ago = clock.now() - timedelta(days=3000)
        for statement in (
            "UPDATE sign_in_link SET asked_at = :at",
            "UPDATE outgoing_mail SET queued_at = :at, next_attempt_at = NULL",
            "UPDATE receipt SET issued_at = :at",
            "UPDATE gift SET started_at = :at",
            "UPDATE donor SET first_seen_at = :at",
        ):
            session.execute(text(statement), {"at": long_ago})
        session.commit()

    def test_a_dry_run_counts_and_changes_nothing(self, app: Flask, session: Session, old: None) -> None:
        done = app.test_cli_runner().invoke(args=["privacy", "retain", "--dry-run"])
        assert done.exit_code == 0, done.output
        assert "receipts: 1 due after 2922 days." in done.output
        assert "visitors: 0 due" in done.output  # this one gave
        session.expire_all()
        assert session.query(Receipt).one().donor_name == "Rosamunda Quispe"

    def test_what_is_due_goes_and_money_stays(self, app: Flask, session: Session, old: None) -> None:
        done = app.test_cli_runner().invoke(args=["privacy", "retain"])
        assert done.exit_code == 0, done.output
        session.expire_all()
        assert session.query(Receipt).one().donor_name == ""
        assert session.query(SignInLink).count() == 0
        assert {each.to for each in session.query(OutgoingMail)} == {""}
        assert session.query(Gift).one().amount_minor == 5000
        assert session.query(Donor).one().name == "Rosamunda Quispe"
        assert [(rule.name, count) for rule, count in retention.due() if count] == []

    def test_who_never_gave_is_erased(self, app: Flask, session: Session, old: None, donor: Donor) -> None:
        session.execute(text("UPDATE gift SET paid_at = NULL, state = 'expired'"))
        session.commit()
        app.test_cli_runner().invoke(args=["privacy", "retain"])
        session.expire_all()
        assert str(session.get_one(Donor, donor.id).email).endswith("@erased.invalid")
        assert session.query(Gift).one().message == ""
