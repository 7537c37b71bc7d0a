"""Stories through the pages: a batch typed and closed, a check that bounced, a pledge paid by its link."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core.db import transaction
from core.mail import OutgoingMail
from donors.gifts import form_token
from donors.gifts.gift import Gift
from donors.jobs import remind_of_pledges
from donors.offline.batch import BatchRow, GiftBatch
from donors.payouts.bank_line import BankLine
from donors.pledges.pledge import Pledge
from donors.receipts import links
from donors.receipts.receipt import Receipt
from staff.access import Actor
from staff.approval.proposal import Proposal
from staff.member import Member
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.donors.offline.conftest import figures, today, usd
from tests.donors.offline.test_pledges import due, pledge

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture
def frida(finance: Actor, cast: Cast, sign_in: SignIn) -> FlaskClient:
    return sign_in(cast.frida)


def begin(frida: FlaskClient, drive: Drive, count: str = "2", expected: str = "30.00") -> str:
    """A batch through its form; returns its address."""
    typed = {
        "drive_id": drive.id,
        "source": "Mail of the week",
        "received_on": today().isoformat(),
        "channel": "check",
        "expected_count": count,
        "expected": expected,
    }
    answer = frida.post("/staff/batches", data=typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def row(amount: str, **more: str) -> dict[str, str]:
    return {"amount": amount, "channel": "check", "wants_receipt_mail": "true", **more}


def test_a_batch_is_typed_compared_closed_and_opened_again(
    session: Session, drive: Drive, frida: FlaskClient
) -> None:
    assert "No batch yet" in frida.get("/staff/batches").text
    batch = begin(frida, drive)
    assert frida.post(f"{batch}/rows", data=row("10", name="Rosa Diaz")).status_code == 303
    page = frida.get(batch).text
    assert "Rosa Diaz" in page
    assert "The totals do not agree yet" in page
    refused = frida.post(f"{batch}/closings", data={})
    assert refused.status_code == 422
    assert "Say why it is closed all the same" in refused.text
    wrong = frida.post(f"{batch}/rows", data=row("much"))
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    frida.post(f"{batch}/rows", data=row("20", email="ana@example.org", check_number="7"))
    assert "Both totals agree" in frida.get(batch).text
    assert figures(drive) == (0, 0, 0)
    for _again in range(2):
        assert frida.post(f"{batch}/closings", data={}).status_code == 303
    assert figures(drive) == (3000, 2, 2)
    assert "See the gift" in frida.get(batch).text
    frida.post(f"{batch}/reopenings", data={"reason": "A wrong day"})
    assert figures(drive) == (0, 0, 0)
    assert "A wrong day" in frida.get(batch).text
    assert "Mail of the week" in frida.get("/staff/batches?q=mail&state=open").text
    assert "Nothing found" in frida.get("/staff/batches?state=discarded").text


def test_a_row_is_changed_given_its_donor_and_removed(
    session: Session, drive: Drive, frida: FlaskClient
) -> None:
    first = begin(frida, drive, "1", "10")
    frida.post(f"{first}/rows", data=row("10", name="Rosa Diaz"))
    frida.post(f"{first}/closings", data={})
    [known] = session.query(Gift)
    second = begin(frida, drive)
    frida.post(f"{second}/rows", data=row("10", name="rosa diaz"))
    frida.post(f"{second}/rows", data=row("20", name="Nobody"))
    assert "A known donor is called so" in frida.get(second).text
    mine, other = session.query(BatchRow).filter(BatchRow.gift_id.is_(None)).order_by(BatchRow.number)
    assert known.donor_id in frida.get(f"{second}/rows/{mine.id}").text
    frida.post(f"{second}/rows/{mine.id}", data=row("15", name="Rosa Diaz", donor_id=known.donor_id))
    frida.post(f"{second}/rows/{other.id}/removals")
    frida.post(f"{second}/closings", data={"reason": "One was torn"})
    assert figures(drive) == (2500, 2, 1)
    assert "15.00" in frida.get(f"{second}/rows.csv").text


def test_what_is_known_of_a_batch_is_said_anew_while_it_is_open(drive: Drive, frida: FlaskClient) -> None:
    batch = begin(frida, drive)
    assert 'value="30.00"' in frida.get(f"{batch}/plan").text
    typed = {"drive_id": drive.id, "source": "Fair", "received_on": "1890-01-01", "channel": "cash"}
    assert frida.post(f"{batch}/plan", data=typed).status_code == 422
    frida.post(f"{batch}/plan", data={**typed, "received_on": today().isoformat()})
    assert "nobody counted" in frida.get(batch).text
    frida.post(f"{batch}/discards", data={})
    assert frida.post(f"{batch}/rows", data=row("1")).status_code == 303
    assert "This batch is not open" in frida.get(batch).text


def test_who_may_not_record_looks_on_and_a_stranger_finds_nothing(
    drive: Drive, frida: FlaskClient, cast: Cast, sign_in: SignIn
) -> None:
    batch = begin(frida, drive)
    carla, charlie = sign_in(cast.carla), sign_in(cast.charlie)
    assert carla.get(batch).status_code == 200
    assert "Type the next one" not in carla.get(batch).text
    assert carla.post(f"{batch}/rows", data=row("1")).status_code == 403
    assert charlie.get(batch).status_code == 404
    assert charlie.post(f"{batch}/closings", data={}).status_code == 404


def a_check(frida: FlaskClient, session: Session, drive: Drive, amount: str = "10", **more: str) -> Gift:
    batch = begin(frida, drive, "1", amount)
    frida.post(f"{batch}/rows", data=row(amount, name="Rosa Diaz", **more))
    frida.post(f"{batch}/closings", data={})
    return session.query(Gift).order_by(Gift.started_at.desc(), Gift.id.desc()).first() or Gift()


def test_a_check_that_bounced_is_taken_back_on_its_page(
    session: Session, drive: Drive, frida: FlaskClient
) -> None:
    gift = a_check(frida, session, drive)
    page = frida.get(f"/staff/gifts/{gift.id}").text
    assert "Refund this amount" not in page
    assert "It was no gift after all" in page
    assert frida.post(f"/staff/gifts/{gift.id}/voids", data={"reason": "No"}).status_code == 422
    frida.post(f"/staff/gifts/{gift.id}/voids", data={"kind": "bounced", "reason": "No cover"})
    assert figures(drive) == (0, 0, 0)
    page = frida.get(f"/staff/gifts/{gift.id}").text
    assert "Taken back" in page
    assert "No cover" in page
    [receipt] = session.query(Receipt)
    assert frida.get(links.receipt_url(receipt.id)).status_code == 200


def test_what_went_back_outside_is_noted_and_undone(
    session: Session, drive: Drive, frida: FlaskClient
) -> None:
    gift = a_check(frida, session, drive)
    typed = {"amount": "4", "on_day": today().isoformat(), "reason": "Asked for it, by check 9"}
    frida.post(f"/staff/gifts/{gift.id}/returns", data=typed)
    assert figures(drive) == (600, 1, 1)
    page = frida.get(f"/staff/gifts/{gift.id}").text
    undo = re.search(r'action="(/staff/gifts/\S+/reversals)"', page)
    assert undo
    frida.post(undo[1])
    assert figures(drive) == (1000, 1, 1)
    assert frida.post(f"/staff/gifts/{gift.id}/returns", data={**typed, "amount": "11"}).status_code == 422


def test_a_large_sum_that_went_back_takes_a_second_person(
    session: Session, drive: Drive, frida: FlaskClient, cast: Cast, sign_in: SignIn
) -> None:
    gift = a_check(frida, session, drive, "5000")
    typed = {"amount": "5000", "on_day": today().isoformat(), "reason": "Asked for it"}
    assert "/staff/approvals" in frida.post(f"/staff/gifts/{gift.id}/returns", data=typed).headers["Location"]
    assert figures(drive)[0] == 500_000
    [proposal] = session.query(Proposal)
    sign_in(cast.alice).post(f"/staff/approvals/{proposal.id}/confirmation")
    assert figures(drive) == (0, 0, 0)


def test_a_receipt_that_nobody_wanted_mailed_is_mailed_when_somebody_does(
    session: Session, drive: Drive, frida: FlaskClient
) -> None:
    batch = begin(frida, drive, "1", "10")
    frida.post(f"{batch}/rows", data={"amount": "10", "channel": "check", "email": "rosa@example.org"})
    frida.post(f"{batch}/closings", data={})
    [gift] = session.query(Gift)
    assert session.query(OutgoingMail).count() == 0
    assert "The receipt was not mailed" in frida.get(f"/staff/gifts/{gift.id}").text
    frida.post(f"/staff/gifts/{gift.id}/receipt-mails")
    assert [mail.to for mail in session.query(OutgoingMail)] == ["rosa@example.org"]
    told = {"kind": "bounced", "reason": "No cover", "tells_donor": "true"}
    for _again in range(2):
        frida.post(f"/staff/gifts/{gift.id}/voids", data=told)
    mails = session.query(OutgoingMail).order_by(OutgoingMail.queued_at).all()
    assert len(mails) == 2
    assert "is void" in mails[1].subject
    assert "did not pay your gift of $10" in mails[1].text


def test_a_donor_without_a_name_or_an_address_has_a_page(
    session: Session, drive: Drive, frida: FlaskClient, client: FlaskClient
) -> None:
    batch = begin(frida, drive, "1", "10")
    frida.post(f"{batch}/rows", data={"amount": "10", "channel": "cash"})
    frida.post(f"{batch}/closings", data={})
    [gift] = session.query(Gift)
    for path in (f"/staff/donors/{gift.donor_id}", "/staff/donors", "/staff/gifts"):
        answer = frida.get(path)
        assert answer.status_code == 200, path
        assert "None" not in answer.text
    assert client.get(f"/d/{drive.slug}").status_code == 200
    assert frida.post(f"/staff/donors/{gift.donor_id}/sign-in-links").status_code < 500


def write_down(frida: FlaskClient, drive: Drive, **more: str) -> str:
    typed = {
        "drive_id": drive.id,
        "name": "Rosa Diaz",
        "email": "rosa@example.org",
        "amount": "100",
        "due_on": (today() + timedelta(days=5)).isoformat(),
        "count": "1",
        "months": "1",
        "language": "en",
        "reminds": "true",
        **more,
    }
    answer = frida.post("/staff/pledges", data=typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_pledge_in_parts_is_written_down_paid_changed_and_written_off(
    session: Session, drive: Drive, frida: FlaskClient
) -> None:
    assert "No pledge yet" in frida.get("/staff/pledges").text
    place = write_down(frida, drive, count="3", due_on="2027-01-31")
    page = frida.get(place).text
    assert all(part in page for part in ("$33.34", "$33.33"))
    typed = {"amount": "33.34", "received_on": today().isoformat(), "channel": "check"}
    frida.post(f"{place}/payments", data=typed)
    assert figures(drive) == (3334, 1, 1)
    assert "Partly paid" in frida.get(place).text
    assert frida.post(f"{place}/payments", data={**typed, "amount": ""}).status_code == 422
    change = {"amount": "50", "due_on": "2027-03-01", "count": "1", "months": "1", "reason": "Asked for less"}
    frida.post(f"{place}/changes", data=change)
    assert "$16.66" in frida.get(place).text
    assert frida.post(f"{place}/write-offs", data={}).status_code == 422
    frida.post(f"{place}/write-offs", data={"reason": "No answer"})
    assert "Written off" in frida.get(place).text
    frida.post(f"{place}/reinstatements", data={"reason": "They called"})
    frida.post(f"{place}/cancellations", data={"reason": "Taken back"})
    listed = frida.get("/staff/pledges?standing=cancelled").text
    assert "Rosa Diaz" in listed
    [found] = session.query(Pledge)
    assert found.reference in frida.get("/staff/pledges.csv").text
    assert figures(drive) == (3334, 1, 1)


def test_a_gift_that_is_there_already_pays_a_pledge_and_is_taken_from_it(
    session: Session, drive: Drive, frida: FlaskClient
) -> None:
    batch = begin(frida, drive, "1", "10")
    frida.post(f"{batch}/rows", data=row("10", email="rosa@example.org"))
    frida.post(f"{batch}/closings", data={})
    [gift] = session.query(Gift)
    place = write_down(frida, drive)
    assert "It pays this pledge" in frida.get(place).text
    frida.post(f"{place}/links", data={"gift_id": gift.id})
    assert "Partly paid" in frida.get(place).text
    frida.post(f"{place}/unlinks", data={"gift_id": gift.id})
    assert "Partly paid" not in frida.get(place).text
    assert frida.post(f"{place}/unlinks", data={"gift_id": gift.id}).status_code == 404
    assert (
        "no such gift" in frida.post(f"{place}/links", data={"gift_id": "gift_x"}, follow_redirects=True).text
    )
    assert figures(drive) == (1000, 1, 1)


def test_a_drive_tells_what_is_promised_only_where_staff_chose_so(
    drive: Drive, frida: FlaskClient, client: FlaskClient
) -> None:
    write_down(frida, drive)
    assert "Promised, not paid" not in client.get(f"/d/{drive.slug}").text
    frida.post(f"/staff/drives/{drive.id}/pledge-displays", data={"shown": "true"})
    page = client.get(f"/d/{drive.slug}").text
    assert "Promised, not paid: $100" in page
    assert '"raised_minor":0' in client.get(f"/d/{drive.slug}/progress.json").text
    assert "Tell nothing of pledges" in frida.get(f"/staff/pledges?drive={drive.id}").text
    frida.post(f"/staff/drives/{drive.id}/pledge-displays", data={"shown": "false"})
    assert "Promised, not paid" not in client.get(f"/d/{drive.slug}").text


def test_the_link_of_a_reminder_leads_to_a_form_that_is_filled_in_and_pays_the_pledge(
    session: Session, drive: Drive, finance: Actor, client: FlaskClient, stripe: Stripe
) -> None:
    with transaction():
        promised = pledge(finance, drive, due(10_000, -4))
    remind_of_pledges.run()
    [mail] = session.query(OutgoingMail)
    link = re.search(r"http://localhost(/pledges/\S+)", mail.text)
    assert link
    page = client.get(link[1])
    assert page.headers["Cache-Control"] == "no-store"
    assert 'value="rosa@example.org"' in page.text
    assert 'value="100.00"' in page.text
    typed = dict(re.findall(r'<input type="hidden" name="(pledge|form_token)" value="([^"]+)"', page.text))
    assert form_token.is_valid(typed["form_token"])
    sent = client.post(
        f"/d/{drive.slug}/gifts",
        data={
            **typed,
            "amount_choice": "other",
            "amount_other": "40",
            "rhythm": "once",
            "email": "rosa@example.org",
            "name": "Rosa Diaz",
            "name_display": "initial",
        },
    )
    assert sent.status_code == 303, sent.text
    session.expire_all()
    gift = session.query(Gift).filter_by(checkout_url=sent.headers["Location"]).one()
    assert session.get_one(Pledge, promised.id).state == "open"
    stripe.pay(gift)
    stripe.deliver_all()
    session.expire_all()
    assert session.get_one(Pledge, promised.id).left == usd(6000)
    assert figures(drive) == (4000, 1, 1)
    assert "$60 is left" in client.get(link[1]).text
    assert client.get("/pledges/not-ours").status_code == 404


def test_a_transfer_is_matched_with_one_click_and_let_go(
    session: Session, drive: Drive, frida: FlaskClient, finance: Actor
) -> None:
    with transaction():
        promised = pledge(finance, drive)
        for number, text in ((1, f"FROM ROSA {promised.reference}"), (2, "SOMEBODY")):
            line = BankLine(
                organisation_id=drive.organisation_id, external_id=f"x{number}", on_day=today(), text=text
            )
            line.amount = usd(10_000)
            session.add(line)
    page = frida.get("/staff/bank-lines").text
    assert "same reference" in page
    first, second = session.query(BankLine).order_by(BankLine.external_id)
    frida.post(f"/staff/bank-lines/{first.id}/matches", data={"kind": "pledge", "id": promised.id})
    assert figures(drive) == (10_000, 1, 1)
    assert first.text not in frida.get("/staff/bank-lines").text
    assert "A gift" in frida.get("/staff/bank-lines?matched=yes").text
    frida.post(f"/staff/bank-lines/{first.id}/undoings")
    assert figures(drive) == (0, 0, 0)
    assert frida.get(f"/staff/bank-lines/{second.id}").status_code == 200
    frida.post(f"/staff/bank-lines/{second.id}/gifts", data={"drive_id": drive.id, "name": "Somebody"})
    assert figures(drive) == (10_000, 1, 1)
    assert frida.post(f"/staff/bank-lines/{second.id}/gifts", data={}).status_code == 422
    assert "SOMEBODY" not in frida.get("/staff/reconciliation").text


def test_batches_in_a_list_are_all_counted_at_once(
    session: Session, drive: Drive, frida: FlaskClient
) -> None:
    for _each in range(3):
        place = begin(frida, drive)
        frida.post(f"{place}/rows", data=row("10"))
    assert session.query(GiftBatch).count() == 3
    assert (
        frida.get("/staff/batches").text.count("$10.00") + frida.get("/staff/batches").text.count("$10<") >= 3
    )
