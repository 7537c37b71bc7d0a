"""Employers' matches and their payments, as software sees them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from core import clock
from donors.gifts.gift import Gift
from tests.donors.api.conftest import Of
from tests.donors.conftest import Stripe


def test_software_follows_a_claim_to_its_payment(
    session: Session, of: Of, give: Callable[..., Gift], stripe: Stripe
) -> None:
    gift = give("50")
    alice = of("alice")
    early = alice.post(f"/gifts/{gift.id}/employer-matches", {"employer": "Initech"})
    assert (early.status_code, early.json["code"]) == (409, "not_received")
    stripe.pay(gift)
    stripe.deliver_all()
    nameless = alice.post(f"/gifts/{gift.id}/employer-matches", {})
    assert (nameless.status_code, list(nameless.json["errors"])) == (422, ["employer"])
    begun = alice.post(f"/gifts/{gift.id}/employer-matches", {"employer": "Initech"})
    assert begun.status_code == 201
    place = f"/employer-matches/{begun.json['id']}"
    assert alice.post(f"{place}/submissions", {}).json["state"] == "submitted"
    payment: Any = {
        "amount": {"minor": 5000, "currency": "EUR"},
        "received_on": clock.today("America/Chicago").isoformat(),
    }
    foreign = alice.post(f"{place}/payments", payment)
    assert (foreign.status_code, list(foreign.json["errors"])) == (422, ["amount"])
    payment["amount"]["currency"] = "USD"
    paid = alice.post(f"{place}/payments", payment)
    assert (paid.status_code, paid.json["paid"]) == (201, {"minor": 5000, "currency": "USD"})
    figures = alice.get(f"/drives/{gift.drive_id}/progress").json
    assert (figures["employer_match_minor"], figures["raised_minor"]) == (5000, 5000)
    (listed,) = alice.get("/employer-matches", state="paid").json["items"]
    assert (listed["employer"], listed["paid"]["minor"]) == ("Initech", 5000)
    back = alice.post(f"{place}/reversals", {"reason": "Not ours"})
    assert (back.status_code, back.json["state"], back.json["paid"]) == (201, "submitted", None)
    assert alice.post(f"{place}/refusals", {}).json["state"] == "refused"


def test_another_organisations_claim_is_not_there(
    of: Of, give: Callable[..., Gift], stripe: Stripe, session: Session
) -> None:
    gift = give("50")
    stripe.pay(gift)
    stripe.deliver_all()
    begun = of("alice").post(f"/gifts/{gift.id}/employer-matches", {"employer": "Initech"}).json
    charlie = of("charlie")
    assert charlie.get("/employer-matches").json["items"] == []
    assert charlie.post(f"/gifts/{gift.id}/employer-matches", {"employer": "X"}).status_code == 404
    assert charlie.post(f"/employer-matches/{begun['id']}/refusals", {}).status_code == 404
    only_looks = of("alice", "gifts.view")
    assert only_looks.post(f"/employer-matches/{begun['id']}/refusals", {}).status_code == 403
