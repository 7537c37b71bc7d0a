"""A match from the sponsor's promise to its last cent, as donors, staff and software see it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import requests
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.matching.match_fund import MatchFund
from core import clock
from core.db import transaction
from donors.figures import progress, snapping
from donors.gifts import settling
from donors.gifts.ending import end_unpaid
from donors.gifts.gift import EXPIRED, Gift
from donors.matching import recomputing
from tests.conftest import Cast
from tests.donors.conftest import Stripe

Open = Callable[..., MatchFund]
Paid = Callable[..., Gift]
Of = Callable[..., Any]


def refund(stripe: Stripe, gift: Gift, minor: int) -> None:
    asked = {"payment_intent": gift.payment_intent_id, "amount": minor}
    answer = requests.post(f"{stripe.box.url}/v1/refunds", data=asked, auth=(stripe.box.key, ""), timeout=10)
    answer.raise_for_status()
    stripe.deliver_all()


def sums(session: Session, fund: MatchFund) -> tuple[int, int]:
    """Taken and confirmed, after everything kept was compared with its steps."""
    session.expire_all()
    assert list(recomputing.verify()) == []
    found = fund.taken_minor, fund.confirmed_minor
    session.commit()  # what was read must not be rolled back with what comes after it
    return found


def test_a_donor_sees_the_match_before_paying_and_after(
    client: FlaskClient, session: Session, match_fund: Open, give: Callable[..., Gift], stripe: Stripe
) -> None:
    fund = match_fund(10_000, closes_at=clock.now() + timedelta(days=3))
    page = client.get("/d/monthly").text
    assert "Matched 1:1 by The Harbor Foundation" in page
    assert "$100 of $100 left" in page
    assert "while it lasts" in page
    assert "How matching works" in page

    gift = give("60")
    assert sums(session, fund) == (6_000, 0)
    assert "$40 of $100 left" in client.get("/d/monthly").text
    thanks = f"/d/monthly/gifts/{gift.id}/thanks"
    assert "The Harbor Foundation adds $60 once it is paid." in client.get(thanks).text

    stripe.pay(gift)
    stripe.deliver_all()
    assert sums(session, fund) == (6_000, 6_000)
    assert "The Harbor Foundation adds $60." in client.get(thanks).text
    page = client.get("/d/monthly").text
    assert "Sponsors add $60 to gifts that are paid" in page
    figures = client.get("/d/monthly/progress.json").json
    assert figures is not None
    assert (figures["raised_minor"], figures["matched_minor"]) == (6_000, 6_000)  # the gift alone is raised
    (told,) = figures["match_funds"]
    assert (told["left_minor"], told["matched_minor"], told["waiting_minor"]) == (4_000, 6_000, 0)
    assert told["state"] == "open"
    assert "$60" in (embed := client.get("/d/monthly/embed").text)
    assert "$120" not in embed


def test_the_story_explains_each_fund_in_order(
    session: Session,
    cast: Cast,
    match_fund: Open,
    paid: Paid,
    stripe: Stripe,
    sign_in: Callable[..., FlaskClient],
    of: Of,
) -> None:
    first = match_fund(3_000, sponsor="First Bank")
    second = match_fund(10_000, sponsor="Second Church", match_parts=1, gift_parts=2, most_per_gift=2_000)
    match_fund(9_000, sponsor="Third Union", opens_at=clock.now() + timedelta(days=1))
    gift = paid("90")
    # 30 of First Bank, all it has; of the other 60 the half, at most 20; the third is not open.
    assert (sums(session, first), sums(session, second)) == ((3_000, 3_000), (2_000, 2_000))

    page = sign_in(cast.frida).get(f"/staff/gifts/{gift.id}").text
    assert "Sponsors add $50 to this gift." in page
    assert "Matched in part: $30 was left of the cap of $30." in page
    assert "Matched up to the most per gift, $20." in page
    assert "Not open yet: it opens" in page

    told = of("alice").get(f"/gifts/{gift.id}/match").json
    assert [each["verdict"] for each in told["looked"]] == ["partly", "limited", "scheduled"]
    assert [each["gift_left"]["minor"] for each in told["looked"]] == [9_000, 6_000, 2_000]
    assert [each["kind"] for each in told["happened"]] == ["reserved", "reserved", "confirmed", "confirmed"]
    assert (told["taken"]["minor"], told["confirmed"]["minor"]) == (5_000, 5_000)

    refund(stripe, gift, 3_001)  # a third and a cent: what stays is rounded down to the cent
    stands = 9_000 - 3_001
    assert sums(session, first) == (3_000 * stands // 9_000,) * 2
    assert sums(session, second) == (2_000 * stands // 9_000,) * 2
    refund(stripe, gift, stands)
    assert (sums(session, first), sums(session, second)) == ((0, 0), (0, 0))
    told = of("alice").get(f"/gifts/{gift.id}/match").json
    assert told["taken"]["minor"] == 0
    assert [each["because"] for each in told["happened"]].count("refunded") == 4


def test_what_is_released_goes_to_gifts_to_come_alone(
    session: Session, match_fund: Open, paid: Paid, give: Callable[..., Gift], stripe: Stripe
) -> None:
    fund = match_fund(5_000)
    first = paid("40", email="ana@example.org")
    second = give("40", email="ben@example.org")  # 10 is left for it
    refund(stripe, first, 4_000)
    stripe.pay(second)
    stripe.deliver_all()
    assert sums(session, fund) == (1_000, 1_000)
    paid("70", email="eva@example.org")
    assert sums(session, fund) == (5_000, 5_000)


def test_a_page_that_closed_releases_and_a_late_payment_gets_what_is_left(
    session: Session, match_fund: Open, give: Callable[..., Gift], paid: Paid, stripe: Stripe, of: Of
) -> None:
    fund = match_fund(5_000)
    late = give("50", email="late@example.org")
    with transaction():
        gift = settling.lock_gift(late.id)
        assert gift is not None
        end_unpaid(gift, EXPIRED)
    assert sums(session, fund) == (0, 0)
    paid("30", email="ben@example.org")
    stripe.pay(late)
    stripe.deliver_all()
    assert sums(session, fund) == (5_000, 5_000)
    told = of("alice").get(f"/gifts/{late.id}/match").json
    assert [(each["round"], each["verdict"]) for each in told["looked"]] == [(1, "matched"), (2, "partly")]
    assert [each["because"] for each in told["happened"]] == ["started", "expired", "paid_late", "paid"]


def test_of_a_recurring_gift_the_first_payment_is_matched(
    session: Session, match_fund: Open, paid: Paid, stripe: Stripe, of: Of
) -> None:
    fund = match_fund(50_000)
    paid("20", rhythm="month")
    stripe.control("clock/advance", by_days=64)
    stripe.deliver_all()
    later = session.query(Gift).filter(Gift.checkout_session_id.is_(None)).all()
    assert len(later) == 2
    assert sums(session, fund) == (2_000, 2_000)
    assert of("alice").get(f"/gifts/{later[0].id}/match").json["looked"] == []


def test_a_lost_dispute_releases_and_one_that_is_won_after_all_restores(
    session: Session, match_fund: Open, paid: Paid, stripe: Stripe
) -> None:
    fund = match_fund(8_000)
    gift = paid("50")
    charge = requests.get(
        f"{stripe.box.url}/v1/charges",
        params={"payment_intent": gift.payment_intent_id},
        auth=(stripe.box.key, ""),
        timeout=10,
    ).json()["data"][0]["id"]
    dispute = stripe.control(f"charges/{charge}/dispute")["id"]
    stripe.deliver_all()
    assert sums(session, fund) == (5_000, 5_000)  # a bank that has not decided has kept nothing
    stripe.control(f"disputes/{dispute}/decide", won=False)
    stripe.deliver_all()
    assert sums(session, fund) == (0, 0)


def test_a_refund_that_fails_is_matched_again_as_far_as_there_is_room(
    session: Session, match_fund: Open, give: Callable[..., Gift], paid: Paid, stripe: Stripe, of: Of
) -> None:
    fund = match_fund(6_000)
    gift = give("50", email="ana@example.org")
    stripe.pay(gift, card="4000000000005126")  # a refund to this card fails days later
    stripe.deliver_all()
    assert sums(session, fund) == (5_000, 5_000)
    refund(stripe, gift, 5_000)
    assert sums(session, fund) == (0, 0)
    paid("25", email="ben@example.org")
    stripe.box.advance(by_days=10)
    stripe.deliver_all()
    assert sums(session, fund) == (6_000, 6_000)  # 35 of the 50, the room there was
    told = of("alice").get(f"/gifts/{gift.id}/match").json
    assert (told["taken"]["minor"], told["short"]["minor"]) == (3_500, 1_500)
    assert told["happened"][-1]["because"] == "came_back"


def test_a_gift_that_does_not_count_is_not_matched(
    session: Session, drive: Drive, match_fund: Open, give: Callable[..., Gift], stripe: Stripe
) -> None:
    fund = match_fund(5_000)
    gift = give("50")
    drive.closed_at = clock.now() - timedelta(hours=2)
    session.commit()
    stripe.pay(gift)
    stripe.deliver_all()
    session.expire_all()
    assert (gift.state, gift.counts) == ("settled", False)
    assert sums(session, fund) == (0, 0)


def test_the_snapshot_has_the_sum_and_not_the_sponsors_words(
    session: Session, drive: Drive, match_fund: Open, paid: Paid
) -> None:
    match_fund(5_000)
    paid("10")
    with transaction():
        snapping.note_today(drive)
    (content,) = session.execute(text("SELECT content FROM public_snapshot")).scalars()
    assert '"matched_minor":1000' in content.replace(" ", "")
    assert "Harbor" not in content
    figures = progress.read(drive.id)
    assert figures is not None
    assert figures.raised.minor == 1_000
