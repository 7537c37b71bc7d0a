"""Gifts, refunds, recurring gifts, donors and receipts for software."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.recurring.recurring_gift import Cancellation, RecurringGift
from staff.audit import AuditEvent
from tests.donors.api.conftest import Of
from tests.donors.conftest import Stripe

Give = Callable[..., Gift]


@pytest.fixture
def gift(session: Session, give: Give, stripe: Stripe) -> Gift:
    """The first of 15 dollars every month, paid."""
    begun = give("15", rhythm="month", consent_0="true")
    stripe.pay(begun)
    stripe.deliver_all()
    session.expire_all()
    return begun


def usd(minor: Any) -> dict[str, Any]:
    return {"minor": minor, "currency": "USD"}


def test_gifts_come_in_pieces_newest_first(give: Give, of: Of) -> None:
    given = [give(str(amount)).id for amount in (10, 20, 30)]
    software = of("alice", "gifts.view")
    first = software.get("/gifts", limit=2).json
    assert [each["id"] for each in first["items"]] == [given[2], given[1]]
    rest = software.get("/gifts", limit=2, cursor=first["next_cursor"]).json
    assert [each["id"] for each in rest["items"]] == [given[0]]
    assert rest["next_cursor"] is None


def test_gifts_are_narrowed(session: Session, gift: Gift, give: Give, of: Of) -> None:
    other = give("50", email="ben@example.org", name="Ben Ito")
    software = of("alice", "gifts.view")
    for query, expected in (
        ({"kind": "once"}, [other.id]),
        ({"state": "settled"}, [gift.id]),
        ({"q": "ben"}, [other.id]),
        ({"recurring_gift_id": gift.recurring_gift_id}, [gift.id]),
        ({"drive_id": "drive_nothing"}, []),
        ({"started_from": other.started_at.isoformat()}, [other.id]),
        ({"started_until": other.started_at.isoformat()}, [gift.id]),
    ):
        assert [each["id"] for each in software.get("/gifts", **query).json["items"]] == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"q": "\x00"}, "q"),
        ({"drive_id": "\x00"}, "drive_id"),
        ({"state": "rich"}, "state"),
        ({"started_from": "2025-01-01T00:00:00"}, "started_from"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"limit": 201}, "limit"),
    ],
)
def test_a_question_that_cannot_be_answered_is_a_problem_with_its_name(
    drive: Drive, of: Of, query: dict[str, Any], field: str
) -> None:
    answer = of("alice", "gifts.view").get("/gifts", **query)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_a_gift_says_all_its_amounts(gift: Gift, of: Of) -> None:
    body = of("alice", "gifts.view").get(f"/gifts/{gift.id}").json
    assert (body["amount"], body["refunded"], body["fee_cover"]) == (usd(1500), usd(0), usd(0))
    assert (body["state"], body["counts"], body["refunds"]) == ("settled", True, [])
    assert body["processing_fee"]["minor"] > 0


def test_a_refund_goes_on_its_way(session: Session, gift: Gift, of: Of) -> None:
    software = of("alice")
    answer = software.post(f"/gifts/{gift.id}/refunds", {"amount": usd(500), "reason": "Asked for it"})
    assert answer.status_code == 201
    assert answer.json["amount"] == usd(500)
    body = software.get(f"/gifts/{gift.id}").json
    assert (body["state"], body["refunded"]) == ("partly_refunded", usd(500))
    assert [each["state"] for each in body["refunds"]] == ["done"]
    line = session.scalars(select(AuditEvent).where(AuditEvent.verb == "gift.refund")).one()
    assert line.actor.startswith("token:tok_")


def test_an_amount_that_is_none_is_a_problem_with_its_name(
    session: Session, gift: Gift, of: Of, subtests: pytest.Subtests
) -> None:
    for amount, field in [
        (usd(1501), "amount"),
        (usd(0), "amount"),
        (usd(-1), "amount"),
        (usd(1.5), "amount"),
        (usd("500"), "amount"),
        (usd(10**30), "amount"),
        (usd(True), "amount"),
        ({"minor": 500, "currency": "EUR"}, "amount"),
        ({"minor": 500, "currency": "XXX"}, "amount"),
        ({"minor": 500}, "amount"),
        ("abc", "amount"),
        (5, "amount"),
        (None, "amount"),
        ([], "amount"),
    ]:
        with subtests.test(amount=amount, field=field):
            answer = of("alice").post(f"/gifts/{gift.id}/refunds", {"amount": amount, "reason": "Asked"})
            assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
            assert list(answer.json["errors"]) == [field]
            assert session.scalar(select(func.count()).select_from(Refund)) == 0


def test_a_body_that_is_no_object_is_refused(
    session: Session, gift: Gift, of: Of, subtests: pytest.Subtests
) -> None:
    for body in ["[]", "{", "null", '"x"']:
        with subtests.test(body=body):
            software = of("alice")
            answer = software.client.post(
                f"/api/v1/gifts/{gift.id}/refunds",
                data=body,
                headers=software.headers,
                content_type="application/json",
            )
            assert answer.status_code in {400, 422}
            assert answer.mimetype == "application/problem+json"
            assert session.scalar(select(func.count()).select_from(Refund)) == 0


def test_a_recurring_gift_is_ended_once(session: Session, gift: Gift, of: Of) -> None:
    software = of("alice")
    path = f"/recurring-gifts/{gift.recurring_gift_id}"
    assert software.get(path).json["state"] == "active"
    body = {"reason": "too_much_now", "note": "By mail"}
    answer = software.post(f"{path}/cancellations", body)
    assert (answer.status_code, answer.json["reason"]) == (201, "too_much_now")
    assert software.get(path).json["state"] == "cancelled"
    again = software.post(f"{path}/cancellations", body)
    assert (again.status_code, again.json["code"]) == (409, "already_cancelled")
    wrong = software.post(f"{path}/cancellations", {"reason": "bored"})
    assert list(wrong.json["errors"]) == ["reason"]
    promises = software.get("/recurring-gifts", state="cancelled").json["items"]
    assert [each["id"] for each in promises] == [gift.recurring_gift_id]


def test_donors_and_their_consents(gift: Gift, of: Of) -> None:
    software = of("alice", "gifts.view")
    assert [each["email"] for each in software.get("/donors", q="ana").json["items"]] == ["ana@example.org"]
    body = software.get(f"/donors/{gift.donor_id}").json
    assert [each["wording"] for each in body["consents"]] == [
        "Refugio Legal Project may send me news by e-mail."
    ]


def test_receipts_are_listed_with_their_numbers(gift: Gift, of: Of) -> None:
    assert gift.paid_at is not None
    items = of("alice", "gifts.view").get("/receipts", gift_id=gift.id).json["items"]
    for year in (10**27, -(10**27), 0):
        refused = of("alice", "gifts.view").get("/receipts", year=year)
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["year"])
    assert [(each["number"][4:], each["amount"]) for each in items] == [("-000001", usd(1500))]


def test_progress_is_that_of_the_public_page(drive: Drive, gift: Gift, of: Of) -> None:
    figures = of("alice", "campaigns.view").get(f"/drives/{drive.id}/progress").json
    public: Any = of("alice").client.get(f"/d/{drive.slug}/progress.json").json
    assert figures["raised_minor"] == public["raised_minor"] == 1500
    assert figures["goals"] == public["goals"]


def test_another_organisations_things_are_not_found(
    session: Session, drive: Drive, gift: Gift, of: Of
) -> None:
    stranger = of("charlie")
    promise = session.get_one(RecurringGift, gift.recurring_gift_id)
    paths = (f"/gifts/{gift.id}", f"/recurring-gifts/{promise.id}", f"/donors/{gift.donor_id}")
    for path in (*paths, f"/drives/{drive.id}/progress"):
        assert stranger.get(path).status_code == 404
    refund = stranger.post(f"/gifts/{gift.id}/refunds", {"amount": usd(500), "reason": "Asked"})
    end = stranger.post(f"/recurring-gifts/{promise.id}/cancellations", {"reason": "other"})
    order = {"amount": usd(500), "email": "x@example.org"}
    start = stranger.post(f"/drives/{drive.id}/gifts", order, **{"Idempotency-Key": "k" * 12})
    assert (refund.status_code, end.status_code, start.status_code) == (404, 404, 404)
    for path in ("/gifts", "/recurring-gifts", "/donors", "/receipts"):
        assert stranger.get(path).json["items"] == []
    assert session.scalar(select(func.count()).select_from(Refund)) == 0
    assert session.scalar(select(func.count()).select_from(Cancellation)) == 0


def test_a_scope_that_was_not_given_is_named(session: Session, drive: Drive, gift: Gift, of: Of) -> None:
    software = of("alice", "campaigns.view")
    for path in ("/gifts", f"/gifts/{gift.id}", "/recurring-gifts", "/donors", "/receipts"):
        answer = software.get(path)
        assert (answer.status_code, answer.json["code"]) == (403, "scope_missing")
    looks = of("alice", "gifts.view")
    refund = looks.post(f"/gifts/{gift.id}/refunds", {"amount": usd(500), "reason": "Asked"})
    start = looks.post(f"/drives/{drive.id}/gifts", {}, **{"Idempotency-Key": "k" * 12})
    assert (refund.json["code"], start.json["code"]) == ("scope_missing", "scope_missing")


def test_a_donors_words_are_hidden_and_shown_again(of: Of, gift: Gift) -> None:
    software, address = of("alice", "campaigns.edit", "campaigns.view"), f"/gifts/{gift.id}/words-shown"
    assert software.put(address, {"shown": False}).status_code == 404, "what it may not see it may not hide"
    software = of("alice", "campaigns.edit", "campaigns.view", "gifts.view")
    hidden = software.put(address, {"shown": False}).json["words_hidden_at"]
    assert hidden is not None
    assert software.put(address, {"shown": False}).json["words_hidden_at"] == hidden
    assert software.put(address, {"shown": True}).json["words_hidden_at"] is None
    assert software.put(address, {}).json["errors"] == {"shown": ["This is needed."]}
