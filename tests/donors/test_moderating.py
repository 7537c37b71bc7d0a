"""A donor's words are taken off public pages at once, by who runs the campaign, and come back unchanged."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign
from campaigns.clients import identity
from campaigns.disclosure import standing_words
from campaigns.drives.drive import Drive
from core.db import transaction
from donors.gifts.gift import Gift
from staff.access import actor_for
from staff.audit import AuditEvent
from staff.member import Member
from tests.conftest import Cast
from tests.donors.conftest import Stripe

SignIn = Callable[[Member], FlaskClient]
WORDS = ("Ana L.", "They are liars")


@pytest.fixture
def gift(session: Session, give: Callable[..., Gift], stripe: Stripe) -> Gift:
    made = give("50", message="They are liars")
    stripe.pay(made)
    stripe.deliver_all()
    session.expire_all()
    return made


def _told(client: FlaskClient) -> list[bool]:
    page = client.get("/d/monthly").text
    return [word in page for word in WORDS]


def test_words_go_and_come_back_and_money_stays(
    session: Session, cast: Cast, client: FlaskClient, sign_in: SignIn, gift: Gift
) -> None:
    desk = sign_in(cast.carla)
    assert _told(client) == [True, True]
    sent = desk.post(f"/staff/gifts/{gift.id}/hidden-words")
    assert sent.status_code == 303
    assert "as anonymous and without its message" in desk.get(sent.location).text
    assert _told(client) == [False, False]
    assert "$50" in client.get("/d/monthly").text
    desk.post(f"/staff/gifts/{gift.id}/shown-words")
    session.expire_all()
    assert gift.words_hidden_at is None
    verbs = [each.verb for each in session.query(AuditEvent).filter_by(subject=gift.id)]
    assert verbs == ["gift.words_hidden", "gift.words_shown"]


def test_who_keeps_the_money_alone_does_not_moderate(cast: Cast, sign_in: SignIn, gift: Gift) -> None:
    assert sign_in(cast.frida).post(f"/staff/gifts/{gift.id}/hidden-words").status_code == 403
    assert sign_in(cast.charlie).post(f"/staff/gifts/{gift.id}/hidden-words").status_code == 404


def test_what_a_donor_wrote_before_the_name_was_sealed_is_pointed_out(
    session: Session, cast: Cast, sign_in: SignIn, gift: Gift, drive: Drive
) -> None:
    client_id = session.get_one(Campaign, drive.campaign_id).client_id
    assert client_id is not None
    gift.message = "For Wilfrido Zurriaga"
    session.commit()
    with transaction():
        identity.seal_identity(actor_for(cast.alice), client_id, full_name="Wilfrido Zurriaga")
    assert standing_words(client_id) == [("gift", gift.id)]
    assert f"/staff/gifts/{gift.id}" in sign_in(cast.alice).get(f"/staff/clients/{client_id}").text
    sign_in(cast.alice).post(f"/staff/gifts/{gift.id}/hidden-words")
    session.expire_all()
    assert standing_words(client_id) == []
