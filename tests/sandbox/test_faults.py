"""Faults that are ordered strike as ordered, and the library lives with them."""

import pytest
import stripe
from stripe import StripeClient

from sandbox.server import Box
from tests.sandbox.conftest import stripe_client
from tests.sandbox.inbox import Inbox
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure


def order(till: Till, kind: str, **more: object) -> None:
    assert till.control("faults", {"kind": kind} | more).status_code == 200


def names(till: Till) -> list[str]:
    return [row["name"] for row in till.raw("GET", "/v1/customers").json()["data"]]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("timeout_before", stripe.APIConnectionError),
        ("drop_before", stripe.APIConnectionError),
        ("rate_limit", stripe.RateLimitError),
        ("error", stripe.APIError),
    ],
)
def test_before_the_effect_nothing_is_done(
    till: Till, client: StripeClient, kind: str, error: type[Exception]
) -> None:
    order(till, kind, seconds=0.02)
    with pytest.raises(error):
        client.v1.customers.create({"name": "A"})
    assert names(till) == []


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("timeout_after", stripe.APIConnectionError),
        ("drop_after", stripe.APIConnectionError),
        ("error_after", stripe.APIError),
    ],
)
def test_after_the_effect_it_is_done_and_the_key_tells_so(
    till: Till, client: StripeClient, kind: str, error: type[Exception]
) -> None:
    order(till, kind, seconds=0.02)
    with pytest.raises(error):
        client.v1.customers.create({"name": "A"}, {"idempotency_key": "one"})
    assert names(till) == ["A"]
    client.v1.customers.create({"name": "A"}, {"idempotency_key": "one"})
    assert names(till) == ["A"]


def test_the_library_retries_a_dropped_connection_without_doubling(till: Till, box: Box) -> None:
    order(till, "drop_after", method="POST")
    with stripe_client(box, retries=2) as client:
        client.v1.customers.create({"name": "A"})
    assert names(till) == ["A"]


def test_a_fault_strikes_the_path_and_the_number_it_was_ordered_for(till: Till) -> None:
    order(till, "error", path="/v1/refunds", times=2)
    assert till.raw("GET", "/v1/customers").status_code == 200
    assert [till.raw("GET", "/v1/refunds").status_code for _ in range(3)] == [500, 500, 200]


def test_orders_can_be_seen_and_taken_back(till: Till) -> None:
    order(till, "error", times=100)
    assert [one["kind"] for one in till.control("faults", method="GET").json()["data"]] == ["error"]
    assert till.control("faults", method="DELETE").status_code == 200
    assert till.raw("GET", "/v1/customers").status_code == 200


def test_an_order_that_makes_no_sense_is_refused(till: Till) -> None:
    assert till.control("faults", {"kind": "earthquake"}).status_code == 400
    assert till.control("faults", {"kind": "error", "colour": "red"}).status_code == 400


def test_a_lost_event_is_not_sent_but_listed(
    till: Till, box: Box, inbox: Inbox, client: StripeClient
) -> None:
    order(till, "lose_events", event="charge.")
    till.paid()
    box.wait_until_idle()
    assert "charge.succeeded" not in inbox.types
    assert [one.type for one in client.v1.events.list({"type": "charge.succeeded"}).data] == [
        "charge.succeeded"
    ]


def test_a_repeated_event_comes_twice_with_one_id(till: Till, box: Box, inbox: Inbox) -> None:
    order(till, "repeat_events", event="checkout.")
    till.paid()
    box.wait_until_idle()
    assert inbox.types[-2:] == ["checkout.session.completed"] * 2
    assert len({event.id for event in inbox.events[-2:]}) == 1


def test_a_delayed_event_comes_after_the_others(till: Till, box: Box, inbox: Inbox) -> None:
    order(till, "delay_events", event="payment_intent.created", seconds=0.3)
    till.paid()
    box.wait_until_idle()
    assert inbox.types[-1] == "payment_intent.created"


def test_reordered_events_all_come(till: Till, box: Box, inbox: Inbox) -> None:
    order(till, "reorder_events", times=100, seconds=0.2, seed=7)
    till.paid(every="month")
    box.wait_until_idle()
    assert len(inbox.types) == 13
    created = [event["id"] for event in till.control("events", method="GET").json()["data"]]
    assert [event.id for event in inbox.events] != created
    assert {event.id for event in inbox.events} == set(created)
