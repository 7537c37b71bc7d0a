"""A drive that is led by Refugio, gifts that were paid at the sandbox, and what two people do to close it out."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds.fund import Fund
from core import clock
from donors.close_outs.close_out import CloseOut, standing_of
from donors.gifts.gift import Gift
from staff.approval.proposal import OPEN, Proposal
from tests.conftest import Cast
from tests.donors.conftest import GOOD_CARD, Stripe
from tests.donors.leading import lead

Paid = Callable[..., Gift]
WHY = "The words say that what is left goes to others in need."


@pytest.fixture(autouse=True)
def led(session: Session, drive: Drive) -> None:
    lead(session, drive)


@pytest.fixture
def paid(session: Session, give: Callable[..., Gift], stripe: Stripe) -> Paid:
    """A gift that went all the way: form, payment page, events."""

    def make(amount: str = "50", card: str = GOOD_CARD, **more: str) -> Gift:
        gift = give(amount, **more)
        stripe.pay(gift, card=card)
        stripe.deliver_all()
        session.expire_all()
        assert gift.state == "settled"
        return gift

    return make


@pytest.fixture
def other_fund(session: Session, cast: Cast) -> Fund:
    fund = Fund(
        organisation_id=cast.refugio.id,
        name="Next cases",
        purpose="Bonds of others",
        surplus_clause="Stays for bonds.",
        currency="USD",
    )
    session.add(fund)
    session.commit()
    return fund


class Desk:
    """Frida prepares and asks, Alice confirms, each in a browser of her own."""

    def __init__(self, frida: FlaskClient, alice: FlaskClient, session: Session, drive: Drive) -> None:
        self.frida, self.alice = frida, alice
        self._session, self._drive_id = session, drive.id

    def close(self, grace_minutes: int = 0) -> None:
        drive = self._session.get_one(Drive, self._drive_id)
        drive.closed_at, drive.grace_minutes = clock.now(), grace_minutes
        self._session.commit()

    def begin(self) -> CloseOut:
        answer = self.frida.post(f"/staff/drives/{self._drive_id}/close-outs")
        assert answer.status_code == 303, answer.text
        self._session.expire_all()
        found = standing_of(self._drive_id)
        assert found is not None
        return found

    def choose(self, close_out: CloseOut, clause_id: str, *, expect: int = 303, **wanted: Any) -> str:
        place = f"/staff/close-outs/{close_out.id}/choices/{clause_id}"
        answer = self.frida.post(place, data={"why": WHY, **wanted})
        assert answer.status_code == expect, answer.text
        return answer.text

    def ask(self, close_out: CloseOut) -> str:
        """Returns the proposal's id."""
        answer = self.frida.post(f"/staff/close-outs/{close_out.id}/approval-requests")
        assert answer.headers["Location"] == "/staff/approvals", answer.text
        query = select(Proposal.id).where(Proposal.subject == close_out.id, Proposal.state == OPEN)
        self._session.commit()
        return self._session.scalars(query).one()

    def confirm(self, proposal_id: str, *, expect: int = 303) -> None:
        answer = self.alice.post(f"/staff/approvals/{proposal_id}/confirmation")
        assert answer.status_code == expect, answer.text
        self._session.expire_all()


@pytest.fixture
def desk(cast: Cast, sign_in: Any, session: Session, drive: Drive) -> Desk:
    return Desk(sign_in(cast.frida), sign_in(cast.alice), session, drive)
