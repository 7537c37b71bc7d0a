"""Stripe's test clocks, and the sandbox's own time."""

import pytest
import stripe
from stripe import StripeClient

from sandbox.server import Box
from tests.sandbox.inbox import Inbox
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure

START = 1_800_000_000
DAY = 86400


@pytest.fixture
def clock(client: StripeClient) -> stripe.test_helpers.TestClock:
    return client.v1.test_helpers.test_clocks.create({"frozen_time": START, "name": "three months"})


@pytest.fixture
def customer(client: StripeClient, clock: stripe.test_helpers.TestClock) -> stripe.Customer:
    return client.v1.customers.create({"email": "dana@example.com", "test_clock": clock.id})


def test_a_clock_renews_the_subscriptions_of_its_customers(
    till: Till, client: StripeClient, clock: stripe.test_helpers.TestClock, customer: stripe.Customer
) -> None:
    session = till.paid(1500, every="month", customer=customer.id)
    subscription = client.v1.subscriptions.retrieve(str(session.subscription))
    assert (subscription.test_clock, subscription.start_date) == (clock.id, START)
    for month in range(1, 4):
        client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": START + (month * 31 + 1) * DAY})
    invoices = client.v1.invoices.list({"subscription": subscription.id}).data
    assert [one.status for one in invoices] == ["paid"] * 4
    assert client.v1.test_helpers.test_clocks.retrieve(clock.id).status == "ready"


def test_a_renewal_is_a_draft_for_an_hour(
    till: Till, client: StripeClient, clock: stripe.test_helpers.TestClock, customer: stripe.Customer
) -> None:
    session = till.paid(every="month", customer=customer.id)
    item = client.v1.subscriptions.retrieve(str(session.subscription))["items"].data[0]
    client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": item.current_period_end})
    latest = client.v1.invoices.list({"subscription": str(session.subscription)}).data[0]
    assert (latest.status, latest.automatically_finalizes_at) == ("draft", item.current_period_end + 3600)
    client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": item.current_period_end + 3600})
    assert client.v1.invoices.retrieve(latest.id).status == "paid"


def test_a_clock_does_not_move_what_is_not_on_it(
    till: Till, client: StripeClient, box: Box, clock: stripe.test_helpers.TestClock
) -> None:
    session = till.paid(every="month")
    client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": START + 90 * DAY})
    assert len(client.v1.invoices.list({"subscription": str(session.subscription)}).data) == 1


def test_a_clock_goes_forward_only(client: StripeClient, clock: stripe.test_helpers.TestClock) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": START})


def test_the_clock_tells_of_itself(
    client: StripeClient, clock: stripe.test_helpers.TestClock, box: Box, inbox: Inbox
) -> None:
    client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": START + 1})
    box.wait_until_idle()
    assert inbox.types == [f"test_helpers.test_clock.{verb}" for verb in ("created", "advancing", "ready")]


def test_the_sandboxs_own_time_is_moved_by_a_control(till: Till, client: StripeClient, box: Box) -> None:
    session = till.paid(every="month")
    before = till.control("clock", method="GET").json()["now"]
    assert till.control("clock/advance", {"by_days": 40}).json()["now"] - before >= 40 * DAY
    assert len(client.v1.invoices.list({"subscription": str(session.subscription)}).data) == 2
    assert till.control("clock/advance", {"to": before}).status_code == 400


def test_events_are_signed_with_the_real_time_however_far_the_clock_went(
    till: Till, box: Box, inbox: Inbox
) -> None:
    till.paid(every="month")
    box.advance(by_days=400)
    box.wait_until_idle()
    assert inbox.forged == 0
    assert max(event.created for event in inbox.events) > box.world.clock.now() - 40 * DAY
