"""Signed in by a link: who gets in, what they see, and what they take along."""

import csv
import io
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from time_machine import travel

from campaigns.drives.drive import Drive
from core import clock
from core.db import transaction
from core.mail import OutgoingMail
from donors.gifts import giving
from donors.gifts.gift import Gift
from donors.jobs import send_refund
from donors.people.sign_in_link import SignInLink
from tests.donors.conftest import Stripe, usd
from tests.statements import statements

pytestmark = pytest.mark.once  # pages; what they do is tested on both databases

Paid = Callable[..., Gift]


@pytest.fixture
def paid(session: Session, give: Callable[..., Gift], stripe: Stripe) -> Paid:
    def make(amount: str = "50", **more: str) -> Gift:
        gift = give(amount, **more)
        stripe.pay(gift)
        stripe.deliver_all()
        session.expire_all()
        return gift

    return make


def link_in_mail(session: Session) -> str:
    session.expire_all()
    newest = select(OutgoingMail).where(OutgoingMail.key.startswith("sign-in:"))
    mail = session.scalars(newest.order_by(OutgoingMail.queued_at.desc())).first()
    assert mail is not None
    return re.findall(r"http://localhost(/my/in/\S+)", mail.text)[0]


def sign_in(client: FlaskClient, session: Session, email: str = "ana@example.org") -> None:
    client.post("/my/links", data={"email": email})
    assert client.post(link_in_mail(session)).status_code == 303


def test_a_link_opens_once_and_only_by_its_button(session: Session, client: FlaskClient, paid: Paid) -> None:
    paid("50")
    client.post("/my/links", data={"email": " Ana@Example.org "})
    link = link_in_mail(session)
    assert "Open my gifts" in client.get(link).text
    assert "Open my gifts" in client.get(link).text  # a program that looks at mails used nothing up
    assert client.post(link).headers["Location"] == "/my/"
    assert "What you gave" in client.get("/my/").text
    assert client.post(link).status_code == 410
    assert "used up" in client.get(link).text
    client.post("/my/out")
    assert "What you gave" not in client.get("/my/").text


def test_a_link_is_good_for_15_minutes(session: Session, client: FlaskClient, paid: Paid) -> None:
    paid("50")
    client.post("/my/links", data={"email": "ana@example.org"})
    link = link_in_mail(session)
    with travel(clock.now().timestamp() + 15 * 60 + 1):
        assert client.post(link).status_code == 410


def test_unknown_addresses_get_the_same_answer_and_no_mail(
    session: Session, client: FlaskClient, paid: Paid
) -> None:
    paid("50")
    known = client.post("/my/links", data={"email": "ana@example.org"})
    unknown = client.post("/my/links", data={"email": "nobody@example.org"})
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    assert session.scalar(select(func.count()).select_from(SignInLink)) == 2
    mails = session.scalars(select(OutgoingMail.to).where(OutgoingMail.key.startswith("sign-in:"))).all()
    assert mails == ["ana@example.org"]


def test_asking_does_the_same_work_for_every_address(app: Flask, client: FlaskClient, paid: Paid) -> None:
    """Whether somebody gave is looked up by the job alone, which the answer does not wait for."""
    paid("50")
    told: list[list[str]] = []
    tasks = app.extensions["queue_tasks"]
    name = "donors.jobs.mail_sign_in_link"
    former, tasks[name] = tasks[name], lambda *_ids: None
    try:
        for email in ("ana@example.org", "nobody@example.org"):
            with statements() as asked:
                client.post("/my/links", data={"email": email})
            told.append(asked)
    finally:
        tasks[name] = former
    assert told[0] == told[1]
    assert any("sign_in_link" in each for each in told[0])
    assert not any("FROM donor" in each for each in told[0])


@pytest.fixture
def limited(app: Flask) -> Iterator[None]:
    app.config["LIMITS_ARE_ON"] = True
    yield
    app.config["LIMITS_ARE_ON"] = False


def test_one_address_is_mailed_five_times_an_hour(client: FlaskClient, limited: None) -> None:
    codes = [client.post("/my/links", data={"email": "zoe@example.org"}).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]


def test_a_token_is_nowhere_but_in_the_mail(session: Session, client: FlaskClient, paid: Paid) -> None:
    paid("50")
    client.post("/my/links", data={"email": "ana@example.org"})
    token = link_in_mail(session).rpartition("/")[2]
    row = session.scalars(select(SignInLink)).one()
    assert token not in " ".join(str(value) for value in vars(row).values())
    answer = client.get(f"/my/in/{token}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_one_sees_ones_own_gifts_alone(session: Session, client: FlaskClient, paid: Paid) -> None:
    paid("50")
    paid("77", email="ben@example.org")
    sign_in(client, session)
    text = client.get("/my/").text
    assert "$50" in text
    assert "$77" not in text


def test_a_statement_is_net_of_what_went_back(
    session: Session, client: FlaskClient, paid: Paid, stripe: Stripe
) -> None:
    first, second = paid("50"), paid("30", rhythm="month")
    session.commit()
    with transaction():
        refund_id = giving.decide_refund(first.id, usd(2000), asked_by="stripe", reason="").id
    send_refund.run(refund_id)
    sign_in(client, session)
    year = clock.today("America/Chicago").year
    query = {"since": f"{year}-01-01", "until": f"{year}-12-31"}
    text = client.get("/my/statements/refugio.csv", query_string=query).text
    rows = [line.split(",") for line in text.strip().splitlines()[1:]]
    assert [row[-4:-1] for row in rows] == [["50.00", "20.00", "30.00"], ["30.00", "0.00", "30.00"]]
    document = client.get("/my/statements/refugio.pdf", query_string=query)
    assert document.mimetype == "application/pdf"
    reader = PdfReader(io.BytesIO(document.data))
    printed = reader.pages[0].extract_text()
    assert "$60" in printed
    assert second.id not in printed
    assert b"pdfuaid:part" in document.data
    before = {"since": f"{year - 1}-01-01", "until": f"{year - 1}-12-31"}
    assert client.get("/my/statements/refugio.csv", query_string=before).text.count("\n") == 1


def test_a_statement_keeps_what_is_deductible_apart(
    session: Session, client: FlaskClient, paid: Paid, stripe: Stripe, drive: Drive
) -> None:
    """By what each drive declared, in the document and in the file."""
    second = Drive(
        **{
            name: getattr(drive, name)
            for name in ("campaign_id", "organisation_id", "fund_id", "currency", "zone")
        },
        **{
            name: getattr(drive, name)
            for name in ("summary", "story", "opens_at", "closes_at", "published_at")
        },
        slug="bond",
        title="A bond for Carlos",
        deductibility="not_deductible",
    )
    drive.deductibility = "deductible"
    session.add(second)
    session.commit()
    paid("50")
    paid("20")
    other = paid("30")
    session.execute(update(Gift).where(Gift.id == other.id).values(drive_id=second.id))
    session.commit()
    sign_in(client, session)
    year = clock.today("America/Chicago").year
    query = {"since": f"{year}-01-01", "until": f"{year}-12-31"}
    text = client.get("/my/statements/refugio.csv", query_string=query).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["deductibility"], row["kept"]) for row in rows] == [
        ("deductible", "50.00"),
        ("deductible", "20.00"),
        ("not_deductible", "30.00"),
    ]
    document = client.get("/my/statements/refugio.pdf", query_string=query)
    printed = " ".join(PdfReader(io.BytesIO(document.data)).pages[0].extract_text().split())
    for sentence in ("Deductible in all: $70", "Not deductible in all: $30", "In all: $100"):
        assert sentence in printed
    assert printed.index("as far as the law allows") < printed.index("Not tax-deductible")
    assert b"pdfuaid:part" in document.data


@pytest.mark.parametrize(
    ("since", "until", "status"),
    [("2026-12-31", "2026-01-01", 422), ("soon", "2026-01-01", 422), ("2026-01-01", "", 422)],
)
def test_a_statement_names_what_is_wrong_with_its_days(
    session: Session, client: FlaskClient, paid: Paid, since: str, until: str, status: int
) -> None:
    paid("50")
    sign_in(client, session)
    query = {"since": since, "until": until}
    assert client.get("/my/statements/refugio.pdf", query_string=query).status_code == status


def test_nobody_else_gets_a_statement(session: Session, client: FlaskClient, paid: Paid) -> None:
    paid("50")
    query = {"since": "2026-01-01", "until": "2026-12-31"}
    assert client.get("/my/statements/refugio.pdf", query_string=query).status_code == 404
    assert client.get("/my/data.json").status_code == 404
    sign_in(client, session)
    assert client.get("/my/statements/llano.pdf", query_string=query).status_code == 404


def test_my_data_is_all_of_mine_and_nothing_of_others(
    session: Session, client: FlaskClient, paid: Paid
) -> None:
    paid("50", consent_0="true")
    paid("77", email="ben@example.org")
    sign_in(client, session)
    found = client.get("/my/data.json").json or {}
    assert [gift["amount_minor"] for gift in found["gifts"]] == [5000]
    assert found["people"][0]["email"] == "ana@example.org"
    assert "ben@example.org" not in str(found)
    assert "checkout_" not in str(found)
    assert "may send me news" in client.get("/my/").text
    assert client.post("/my/consents/refugio").status_code == 303
    assert "You have asked for no news" in client.get("/my/").text
