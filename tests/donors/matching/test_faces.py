"""A gift's match where its donor and other people's readers meet it: frame, receipt, portal."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.matching import sponsoring
from campaigns.matching.match_fund import MatchFund
from core import clock
from core.db import transaction
from core.mail import OutgoingMail
from donors.gifts.gift import Gift
from donors.receipts.receipt import Receipt
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.donors.matching.test_story import refund
from tests.donors.test_my_gifts import sign_in as sign_in_donor

Open = Callable[..., MatchFund]
Paid = Callable[..., Gift]
SENTENCE = (
    "The Harbor Foundation added $60 to this gift. That is the sponsor's gift: it is no part of this receipt, and "
    "nothing of it is deductible by you."
)


def letter(session: Session) -> OutgoingMail:
    return session.query(OutgoingMail).where(OutgoingMail.key.startswith("receipt:")).one()


def document(client: FlaskClient, mail: OutgoingMail) -> bytes:
    (line,) = (each for each in mail.text.splitlines() if each.endswith(".pdf"))
    return client.get(line.removeprefix("http://localhost")).data


def words(pdf: bytes) -> str:
    return " ".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())


def test_a_frame_tells_the_match_in_one_line_apart_from_what_is_raised(
    client: FlaskClient, match_fund: Open, paid: Paid
) -> None:
    assert "Matched" not in client.get("/d/monthly/embed").text
    match_fund(6_000)
    frame = client.get("/d/monthly/embed").text
    assert "Matched 1:1 by The Harbor Foundation while it lasts.</p>" in frame
    paid("20")
    frame = client.get("/d/monthly/embed").text
    assert "Matched 1:1 by The Harbor Foundation. $20 added so far, apart from what is raised.</p>" in frame
    paid("40", email="ben@example.org")  # used up: the line says what was added alone
    frame = client.get("/d/monthly/embed").text
    assert "Sponsors add $60, apart from what is raised.</p>" in frame
    assert "while it lasts" not in frame
    assert "$120" not in frame


def test_a_receipt_tells_the_match_as_the_sponsors_gift_in_all_its_forms(
    session: Session, client: FlaskClient, match_fund: Open, paid: Paid
) -> None:
    match_fund(10_000)
    paid("60")
    mail = letter(session)
    assert SENTENCE in mail.text
    assert mail.html is not None
    assert SENTENCE.replace("'", "&#39;") in mail.html
    told = words(document(client, mail))
    assert SENTENCE in told.replace("’", "'")
    assert "Received in all $60" in told.replace(": ", " ")


def test_a_receipt_keeps_what_was_matched_when_it_was_issued(
    session: Session, client: FlaskClient, cast: Cast, match_fund: Open, paid: Paid, stripe: Stripe
) -> None:
    fund = match_fund(10_000)
    gift = paid("60")
    mail = letter(session)
    with transaction():
        sponsoring.edit_match_fund(cast.actor("alice"), fund.id, {"sponsor": "Another Name"})
    refund(stripe, gift, 3_000)
    session.expire_all()
    assert session.query(Receipt).one().matches == [
        {"sponsor": "The Harbor Foundation", "amount_minor": 6_000}
    ]
    told = words(document(client, mail)).replace("’", "'")
    assert SENTENCE in told
    assert "Amended" in told
    assert "Another Name" not in told


def test_a_receipt_of_a_gift_without_a_match_says_nothing_of_one(
    session: Session, client: FlaskClient, match_fund: Open, paid: Paid
) -> None:
    match_fund(10_000, opens_at=clock.now() + timedelta(days=1))
    paid("60")
    mail = letter(session)
    assert session.query(Receipt).one().matches == []
    assert "sponsor" not in mail.text.lower()
    assert "sponsor" not in words(document(client, mail)).lower()


def test_the_portal_tells_at_the_gift_whether_its_match_is_reserved_confirmed_or_released(
    session: Session, client: FlaskClient, match_fund: Open, give: Callable[..., Gift], stripe: Stripe
) -> None:
    match_fund(10_000)
    gift = give("60")
    sign_in_donor(client, session)
    assert "The Harbor Foundation adds $60 once it is paid." in client.get("/my/").text
    stripe.pay(gift)
    stripe.deliver_all()
    assert "The Harbor Foundation adds $60.</span>" in client.get("/my/").text
    session.expire_all()
    refund(stripe, gift, 1_500)
    assert "The Harbor Foundation adds $45.</span>" in client.get("/my/").text
    refund(stripe, gift, 4_500)
    page = client.get("/my/").text
    assert "Nothing is added by The Harbor Foundation: what it held for this gift was released" in page


def test_a_sponsor_is_not_named_where_its_drive_was_taken_out_of_sight(
    session: Session,
    client: FlaskClient,
    match_fund: Open,
    give: Callable[..., Gift],
    stripe: Stripe,
    drive: Drive,
) -> None:
    match_fund(10_000)
    gift = give("60")
    with transaction():
        session.get_one(Drive, drive.id).withdrawn_at = clock.now()
    stripe.pay(gift)
    stripe.deliver_all()
    session.expire_all()
    assert session.query(Receipt).one().matches == [{"sponsor": "", "amount_minor": 6_000}]
    assert "A sponsor added $60 to this gift." in letter(session).text
    sign_in_donor(client, session)
    page = client.get("/my/").text
    assert "A sponsor adds $60." in page
    assert "Harbor" not in page
