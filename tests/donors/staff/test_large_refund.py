"""A refund above the organisation's limit waits for a second person."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from staff.approval.proposal import Proposal
from staff.member import Member
from tests.conftest import Cast

Paid = Callable[..., Gift]


@pytest.fixture
def careful(cast: Cast, session: Session) -> Cast:
    cast.refugio.two_people_above = 20
    session.commit()
    return cast


def test_it_goes_back_once_somebody_else_confirms(
    careful: Cast, paid: Paid, sign_in: Callable[[Member], FlaskClient], session: Session
) -> None:
    gift = paid("50")
    frida, alice = sign_in(careful.frida), sign_in(careful.alice)
    answer = frida.post(f"/staff/gifts/{gift.id}/refunds", data={"amount": "30", "reason": "Asked"})
    assert answer.headers["Location"] == "/staff/approvals"
    assert session.scalar(select(func.count()).select_from(Refund)) == 0
    proposal_id = session.scalars(select(Proposal.id)).one()
    session.commit()
    page = alice.get("/staff/approvals").text
    assert "$30" in page
    assert "Asked" in page
    assert frida.post(f"/staff/approvals/{proposal_id}/confirmation").status_code == 403
    assert alice.post(f"/staff/approvals/{proposal_id}/confirmation").status_code == 303
    row = session.scalars(select(Refund)).one()
    assert (row.amount_minor, row.asked_by) == (3000, f"member:{careful.frida.id}")


def test_one_person_alone_gives_back_what_is_below(
    careful: Cast, paid: Paid, sign_in: Callable[[Member], FlaskClient], session: Session
) -> None:
    gift = paid("50")
    sign_in(careful.frida).post(f"/staff/gifts/{gift.id}/refunds", data={"amount": "20", "reason": "Asked"})
    assert session.scalar(select(func.count()).select_from(Refund)) == 1


def test_too_much_is_refused_before_anybody_is_asked(
    careful: Cast, paid: Paid, sign_in: Callable[[Member], FlaskClient], session: Session
) -> None:
    gift = paid("50")
    answer = sign_in(careful.frida).post(
        f"/staff/gifts/{gift.id}/refunds", data={"amount": "80", "reason": "Asked"}
    )
    assert answer.status_code == 422
    assert session.scalar(select(func.count()).select_from(Proposal)) == 0
