"""A doubtful gift is authorised, not taken, and somebody decides within five days."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict
from donors import jobs
from donors.defence.hold import HELD, RELEASED, TAKEN, TRANSITIONS, Hold
from donors.gifts.gift import EXPIRED, PENDING, SETTLED, Gift
from donors.receipts.receipt import Receipt
from staff.audit import AuditEvent
from staff.member import Member
from tests.conftest import Cast
from tests.donors.defence.conftest import Crowd

SignIn = Callable[[Member], FlaskClient]
WHY = "The donor wrote to us"


@pytest.fixture
def held(crowd: Crowd, session: Session) -> Gift:
    """The third unpaid gift of one address within ten minutes, paid."""
    for number in range(2):
        crowd.begin("203.0.113.1", f"a{number}@example.net")
    gift = crowd.give("203.0.113.1", "ana@example.org", amount="50")
    assert session.get_one(Hold, gift.id).state == HELD
    crowd.forget()
    return gift


def decide(browser: FlaskClient, gift: Gift, decision: str, reason: str = WHY) -> int:
    typed = {"decision": decision, "reason": reason}
    return browser.post(f"/staff/holds/{gift.id}/decisions", data=typed).status_code


def test_a_held_gift_is_not_raised_and_its_donor_is_told(
    held: Gift, crowd: Crowd, session: Session, client: FlaskClient
) -> None:
    assert session.get_one(Gift, held.id).state == PENDING
    assert client.get(f"/d/{crowd.drive.slug}/progress.json").json["raised_minor"] == 0  # type: ignore[index]
    page = client.get(f"/d/{crowd.drive.slug}/gifts/{held.id}/thanks").text
    assert "nothing is taken yet" in page
    assert session.query(Receipt).count() == 0


def test_taking_it_settles_the_gift(
    held: Gift, crowd: Crowd, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    frida = sign_in(cast.frida)
    assert "Several gifts were begun" in frida.get("/staff/defence").text
    assert decide(frida, held, "take") == 303
    crowd.stripe.deliver_all()
    crowd.forget()
    assert (session.get_one(Gift, held.id).state, session.get_one(Hold, held.id).state) == (SETTLED, TAKEN)
    assert session.query(Receipt).count() == 1
    assert session.query(AuditEvent).filter_by(verb="gift.take", subject=held.id).one().reason == WHY
    assert decide(frida, held, "release") == 303  # too late: the page says so, nothing changes
    assert session.get_one(Hold, held.id).state == TAKEN


def test_letting_it_go_moves_no_money(
    held: Gift, crowd: Crowd, session: Session, cast: Cast, sign_in: SignIn, client: FlaskClient
) -> None:
    assert decide(sign_in(cast.frida), held, "release") == 303
    crowd.stripe.deliver_all()
    crowd.forget()
    assert (session.get_one(Gift, held.id).state, session.get_one(Hold, held.id).state) == (EXPIRED, RELEASED)
    assert "No money moved" in client.get(f"/d/{crowd.drive.slug}/gifts/{held.id}/thanks").text


def sweep() -> None:
    jobs.sweep_holds.run()
    jobs.sweep.run()


def test_after_five_days_it_is_let_go(held: Gift, session: Session, crowd: Crowd) -> None:
    with time_machine.travel(clock.now() + timedelta(days=4, hours=23)):
        sweep()
        assert session.get_one(Hold, held.id).state == HELD
    with time_machine.travel(clock.now() + timedelta(days=5, minutes=1)):
        sweep()
    with time_machine.travel(clock.now() + timedelta(days=5, minutes=5)):
        sweep()
    crowd.forget()
    row = session.get_one(Hold, held.id)
    assert (row.state, row.decided_by) == (RELEASED, "system")
    assert session.get_one(Gift, held.id).state == EXPIRED


def test_a_decision_at_stripe_is_followed(held: Gift, session: Session, crowd: Crowd) -> None:
    import requests

    address = f"{crowd.stripe.box.url}/v1/payment_intents/{held.payment_intent_id}/capture"
    requests.post(address, auth=(crowd.stripe.box.key, ""), timeout=10).raise_for_status()
    crowd.stripe.deliver_all()
    crowd.forget()
    row = session.get_one(Hold, held.id)
    assert (row.state, row.decided_by) == (TAKEN, "stripe")
    assert session.get_one(Gift, held.id).state == SETTLED


def test_a_decision_that_stripe_did_not_hear_is_sent_again(
    held: Gift, session: Session, crowd: Crowd, cast: Cast, sign_in: SignIn
) -> None:
    crowd.stripe.order_fault("error", path="/v1/payment_intents", times=20)
    assert decide(sign_in(cast.frida), held, "take") == 303
    crowd.stripe.forget_faults()
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        sweep()
    crowd.forget()
    assert session.get_one(Gift, held.id).state == SETTLED


def test_who_may_decide(held: Gift, cast: Cast, sign_in: SignIn) -> None:
    assert decide(sign_in(cast.charlie), held, "take") == 404
    assert decide(sign_in(cast.vera), held, "take") == 404
    assert decide(sign_in(cast.carla), held, "take") == 403
    frida = sign_in(cast.frida)
    assert decide(frida, held, "take", reason="") == 422
    assert decide(frida, held, "burn") == 422


def test_all_pairs_of_states() -> None:
    for before, after in itertools.product(TRANSITIONS, repeat=2):
        hold = Hold(gift_id="gift_x", state=before)
        if before == after or after in TRANSITIONS[before]:
            hold.move(after)
            assert hold.state == after
        else:
            with pytest.raises(Conflict):
                hold.move(after)
            assert hold.state == before


def test_a_block_is_seen_and_lifted(crowd: Crowd, session: Session, cast: Cast, sign_in: SignIn) -> None:
    from donors.defence.block import Block

    for number in range(3):
        crowd.begin("203.0.113.1", f"a{number}@example.net")
    for _ in range(20):
        crowd.send("203.0.113.1", "b@example.net")
    block = session.query(Block).one()
    frida, carla = sign_in(cast.frida), sign_in(cast.carla)
    assert "Too many attempts (20)" in frida.get("/staff/defence").text
    assert frida.get(f"/staff/blocks/{block.id}").status_code == 200
    address = f"/staff/blocks/{block.id}/lifts"
    assert sign_in(cast.charlie).post(address, data={"reason": WHY}).status_code == 404
    assert carla.post(address, data={"reason": WHY}).status_code == 403
    assert frida.post(address, data={"reason": ""}).status_code == 422
    assert frida.post(address, data={"reason": WHY}).status_code == 303
    crowd.forget()
    assert session.get_one(Block, block.id).state == "lifted"
    assert session.query(AuditEvent).filter_by(verb="block.lift").one().reason == WHY
    crowd.begin("203.0.113.1", "b@example.net")
