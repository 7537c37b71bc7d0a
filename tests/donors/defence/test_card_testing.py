"""Somebody tries stolen cards on a drive; donors go on giving."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from core import clock
from donors.defence import counting
from donors.defence.block import ADDRESS, DRIVE, EMAIL, Block
from donors.gifts.gift import SETTLED, Gift
from tests.donors.defence.conftest import DECLINED, Crowd

SORRY = "We cannot take this gift right now."


@pytest.mark.once
def test_400_attempts_in_five_minutes_are_stopped_while_50_donors_give(
    crowd: Crowd, session: Session
) -> None:
    """From 3 addresses, with 200 e-mails: fewer than 10 reach Stripe, and every honest gift arrives."""
    answers: list[int] = []
    with time_machine.travel(clock.now(), tick=False) as moment:
        for number in range(400):
            sent = crowd.send(f"203.0.113.{number % 3}", f"tester{number % 200}@example.net")
            answers.append(sent.status_code)
            if sent.status_code == 303:
                session.expire_all()
                gift = session.query(Gift).filter_by(checkout_url=sent.headers["Location"]).one()
                crowd.try_card(gift, DECLINED)
            if number % 8 == 0:
                crowd.give(f"198.51.100.{number // 8}", f"honest{number // 8}@example.org", amount="50")
            moment.shift(0.75)
    assert answers.count(303) + answers.count(429) == 400
    assert answers.count(303) < 10
    given = session.query(Gift).filter(Gift.amount_minor == 5000)
    assert [gift.state for gift in given] == [SETTLED] * 50
    assert session.query(Block).filter_by(kind=ADDRESS).count() == 3


def test_whatever_is_refused_hears_the_same(crowd: Crowd, session: Session) -> None:
    """By address, by e-mail, by block: nobody learns which rule it was."""
    for number in range(counting.MOST_UNPAID):
        crowd.begin("203.0.113.1", f"a{number}@example.net")
        crowd.begin(f"203.0.113.{number + 10}", "b@example.net")
    by_address = crowd.send("203.0.113.1", "new@example.net")
    by_email = crowd.send("203.0.113.99", "b@example.net")
    for _ in range(counting.MOST_REFUSED):
        crowd.send("203.0.113.1", "new@example.net")
    assert session.query(Block).one().reason == "attempts"
    by_block = crowd.send("203.0.113.1", "another@example.net")
    for answer in (by_address, by_email, by_block):
        assert answer.status_code == 429
        assert answer.text.count(SORRY) == 1


def test_a_household_of_donors_who_pay_is_not_stopped(crowd: Crowd) -> None:
    for number in range(8):
        crowd.give("203.0.113.7", f"cousin{number}@example.org")


def test_the_same_form_again_takes_no_place(crowd: Crowd) -> None:
    typed = {"form_token": form_token_of(crowd)}
    first = crowd.send("203.0.113.1", "ana@example.org", **typed)
    for _ in range(counting.MOST_UNPAID * 2):
        again = crowd.send("203.0.113.1", "ana@example.org", **typed)
        assert again.headers["Location"] == first.headers["Location"]
    crowd.begin("203.0.113.1", "ana@example.org")


def form_token_of(crowd: Crowd) -> str:
    from donors.gifts import form_token

    return form_token.new_token()


def test_places_are_free_again_after_ten_minutes(crowd: Crowd) -> None:
    for number in range(counting.MOST_UNPAID):
        crowd.begin("203.0.113.1", f"a{number}@example.net")
    assert crowd.send("203.0.113.1", "late@example.net").status_code == 429
    with time_machine.travel(clock.now() + timedelta(seconds=counting.UNPAID_SECONDS + 1)):
        crowd.begin("203.0.113.1", "late@example.net")


def test_too_many_declines_close_the_page_and_block_address_and_email(crowd: Crowd, session: Session) -> None:
    gift = crowd.begin("203.0.113.1", "ana@example.org")
    for _ in range(counting.MOST_DECLINES_OF_PAGE):
        assert not crowd.try_card(gift, DECLINED)
    crowd.stripe.deliver_all()
    session.expire_all()
    assert session.get_one(Gift, gift.id).state == "expired"
    other = crowd.begin("203.0.113.1", "ana@example.org")
    assert not crowd.try_card(other, DECLINED)
    assert {block.kind for block in session.query(Block)} >= {ADDRESS, EMAIL, "card"}
    assert crowd.send("203.0.113.1", "eva@example.org").status_code == 429
    assert crowd.send("203.0.113.2", "ana@example.org").status_code == 429


def test_an_event_that_comes_twice_counts_once(crowd: Crowd, session: Session) -> None:
    gift = crowd.begin("203.0.113.1", "ana@example.org")
    with pytest.raises(Exception, match="402"):
        crowd.stripe.pay(gift, DECLINED)
    events = crowd.stripe.new_events()
    for event in events * 9:
        event = event | {"id": f"{event['id']}x"} if event["type"] == "charge.failed" else event
        assert crowd.stripe.deliver(event).status_code == 200
    assert session.query(Block).count() == 0


def test_new_donors_of_a_drive_that_is_tested_are_held(crowd: Crowd, session: Session) -> None:
    """Many cards from many addresses: no single one stands out, but the drive does."""
    known = crowd.give("198.51.100.1", "old.friend@example.org")
    for number in range(counting.MOST_DECLINED_GIFTS):
        gift = crowd.begin(f"203.0.113.{number}", f"tester{number}@example.net")
        crowd.try_card(gift, ["4000000000000002", "4000000000009995", "4000000000009987"][number % 3])
    assert session.query(Block).filter_by(kind=DRIVE).count() == 1
    stranger = crowd.give("198.51.100.9", "stranger@example.org")
    assert session.get_one(Gift, stranger.id).state == "pending"
    friend = crowd.give("198.51.100.1", "old.friend@example.org")
    assert (session.get_one(Gift, friend.id).state, known.state) == (SETTLED, SETTLED)


def test_a_store_that_does_not_answer_stops_nobody(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.web.limits import limiter

    def fails(*_arguments: object) -> bool:
        raise ValueError("the store is down")

    monkeypatch.setattr(limiter.storage, "acquire_entry", fails)
    for number in range(counting.MOST_UNPAID + 2):
        crowd.begin("203.0.113.1", f"a{number}@example.net")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.1", "203.0.113.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ],
)
def test_who_is_the_same_address(crowd: Crowd, one: str, other: str, same: bool) -> None:
    assert (counting.address_mark(one) == counting.address_mark(other)) is same
    assert one not in counting.address_mark(one)


def test_this_machine_has_no_address(crowd: Crowd) -> None:
    assert counting.address_mark("127.0.0.1") == counting.address_mark("::1") == ""
