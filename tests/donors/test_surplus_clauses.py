"""Each gift keeps the wording about a surplus that its donor read, wherever it is told later."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import funding, surplus
from campaigns.funds.surplus import SurplusClause
from core.db import transaction
from core.mail import OutgoingMail
from donors.gifts.gift import Gift
from donors.receipts import receipt_pdf
from donors.receipts.receipt import Receipt
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.donors.leading import lead

OLD, NEW = "Goes to the next case.", "It goes back to whoever gave."
Reword = Callable[..., None]


@pytest.fixture
def reword(session: Session, cast: Cast, drive: Drive) -> Reword:
    """The fund's clause says something else from now on."""

    def change(**changes: Any) -> None:
        session.commit()
        with transaction():
            funding.edit_fund(cast.actor("alice"), drive.fund_id, {"surplus_clause": NEW, **changes})

    return change


def wording_of(session: Session, gift: Gift) -> str:
    session.refresh(gift)
    return session.get_one(SurplusClause, gift.surplus_clause_id).wording


def test_a_new_wording_is_a_version_and_gifts_keep_theirs(
    give: Callable[..., Gift], reword: Reword, session: Session, drive: Drive, client: FlaskClient
) -> None:
    before = give()
    assert OLD in client.get(f"/d/{drive.slug}").text
    reword(surplus_ways=["refund"])
    after = give(email="bea@example.org")
    assert (wording_of(session, before), wording_of(session, after)) == (OLD, NEW)
    newest, oldest = surplus.versions_of(drive.fund_id)
    assert (oldest.number, oldest.ways, newest.number, newest.ways) == (1, [], 2, ["refund"])
    assert newest.sha256 == surplus.digest(NEW, ["refund"])
    page = client.get(f"/d/{drive.slug}").text
    assert NEW in page
    assert OLD not in page


def test_what_nobody_changed_makes_no_version(
    give: Callable[..., Gift], session: Session, reword: Reword
) -> None:
    for email in ("ana@example.org", "bea@example.org"):
        give(email=email)
    reword(surplus_clause=OLD)
    assert session.scalar(select(func.count()).select_from(SurplusClause)) == 1


def test_what_was_read_stays_even_where_nobody_gave(session: Session, drive: Drive, reword: Reword) -> None:
    reword()
    assert [each.wording for each in surplus.versions_of(drive.fund_id)] == [NEW, OLD]


@pytest.mark.parametrize("change", ["UPDATE surplus_clause SET wording = 'x'", "DELETE FROM surplus_clause"])
def test_the_database_refuses_to_change_a_version(session: Session, drive: Drive, change: str) -> None:
    surplus.current(drive.fund_id)
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(change))


def test_it_is_told_on_every_page_and_paper_of_the_gift(
    give: Callable[..., Gift],
    stripe: Stripe,
    reword: Reword,
    session: Session,
    drive: Drive,
    client: FlaskClient,
    cast: Cast,
    sign_in: Callable[..., FlaskClient],
) -> None:
    lead(session, drive)
    gift = give()
    stripe.pay(gift)
    stripe.deliver_all()
    reword()
    assert OLD in client.get(f"/d/{drive.slug}/gifts/{gift.id}/thanks").text
    mail = session.scalars(select(OutgoingMail).where(OutgoingMail.key.startswith("receipt:"))).one()
    assert OLD in mail.text
    assert OLD in str(mail.html)
    frida = sign_in(cast.frida)
    assert OLD in frida.get(f"/staff/gifts/{gift.id}").text
    header, row = frida.get("/staff/gifts.csv").text.strip().splitlines()
    assert dict(zip(header.lstrip("\ufeff").split(","), row.split(","), strict=True))["surplus_clause"] == "1"
    receipt = session.scalars(select(Receipt)).one()
    assert receipt_pdf.document(receipt).startswith(b"%PDF")
