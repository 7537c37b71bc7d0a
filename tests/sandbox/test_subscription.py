"""A gift that comes again: renewal, failure, change, pause and end."""

from datetime import UTC, datetime

import pytest
import stripe
from stripe import StripeClient
from stripe.checkout import Session

from sandbox.server import Box
from tests.sandbox.inbox import Inbox
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure


def subscription_of(client: StripeClient, session: Session) -> stripe.Subscription:
    return client.v1.subscriptions.retrieve(str(session.subscription))


def invoices_of(client: StripeClient, session: Session) -> list[stripe.Invoice]:
    """Oldest first."""
    return client.v1.invoices.list({"subscription": str(session.subscription)}).data[::-1]


def test_the_first_month_is_paid_in_checkout(till: Till, client: StripeClient) -> None:
    session = till.paid(1500, every="month", subscription_data={"metadata": {"gift": "recurring_1"}})
    subscription = subscription_of(client, session)
    assert (subscription.status, subscription.metadata["gift"]) == ("active", "recurring_1")
    item = subscription["items"].data[0]
    assert item.price.unit_amount == 1500
    assert 28 <= (item.current_period_end - item.current_period_start) / 86400 <= 31
    invoice = client.v1.invoices.retrieve(str(session.invoice), {"expand": ["payments"]})
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == (
        "paid",
        1500,
        "subscription_create",
    )
    assert invoice.parent is not None
    assert invoice.parent.subscription_details is not None
    assert invoice.parent.subscription_details.subscription == subscription.id
    assert invoice.payments is not None
    intent = client.v1.payment_intents.retrieve(str(invoice.payments.data[0].payment.payment_intent))
    assert (intent.status, intent.amount) == ("succeeded", 1500)


def test_an_invoice_has_no_intent_or_subscription_of_its_own(till: Till, client: StripeClient) -> None:
    invoice = invoices_of(client, till.paid(every="month"))[0].to_dict()
    assert not {"payment_intent", "subscription", "charge", "paid"} & set(invoice)


def test_events_of_a_new_subscription(till: Till, box: Box, inbox: Inbox) -> None:
    till.paid(every="month")
    box.wait_until_idle()
    assert inbox.types == [
        "customer.created",
        "payment_method.attached",
        "customer.subscription.created",
        "invoice.created",
        "payment_intent.created",
        "invoice.finalized",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
        "checkout.session.completed",
    ]


def test_three_months_bring_three_renewals(till: Till, client: StripeClient, box: Box, inbox: Inbox) -> None:
    session = till.paid(1500, every="month")
    box.advance(by_days=93)
    invoices = invoices_of(client, session)
    assert [one.billing_reason for one in invoices] == ["subscription_create"] + ["subscription_cycle"] * 3
    assert {one.status for one in invoices} == {"paid"}
    box.wait_until_idle()
    assert inbox.types.count("invoice.paid") == 4
    assert len(client.v1.charges.list().data) == 4


def test_a_period_that_began_on_the_31st_ends_on_the_last_day_of_the_month(
    till: Till, client: StripeClient
) -> None:
    session = till.session(every="month")
    start = int(datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp())
    till.pay(session, at=start)
    ends = [
        one.lines.data[0].period.end
        for one in invoices_of(client, till.client.v1.checkout.sessions.retrieve(session.id))
    ]
    days = [datetime.fromtimestamp(end, UTC).strftime("%m-%d") for end in ends[:4]]
    assert days == ["02-28", "03-31", "04-30", "05-31"]


def test_a_failed_renewal_makes_it_past_due_and_a_new_card_mends_it(
    till: Till, client: StripeClient, box: Box, inbox: Inbox
) -> None:
    session = till.paid(every="month", card="4000000000000341")
    box.advance(by_days=32)
    subscription = subscription_of(client, session)
    assert subscription.status == "past_due"
    invoice = invoices_of(client, session)[-1]
    assert (invoice.status, invoice.attempt_count) == ("open", 2)
    assert invoice.next_payment_attempt
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": str(session.customer)})
    client.v1.subscriptions.update(subscription.id, {"default_payment_method": method.id})
    assert client.v1.invoices.pay(invoice.id).status == "paid"
    assert subscription_of(client, session).status == "active"
    box.wait_until_idle()
    assert "invoice.payment_failed" in inbox.types


def test_retries_end_in_cancellation(till: Till, client: StripeClient, box: Box) -> None:
    session = till.paid(every="month", card="4000000000000341")
    box.advance(by_days=60)
    subscription = subscription_of(client, session)
    assert subscription.status == "canceled"
    assert subscription.cancellation_details is not None
    assert subscription.cancellation_details.reason == "payment_failed"
    assert invoices_of(client, session)[1].attempt_count == 5


def test_a_cancelled_subscription_renews_no_more(
    till: Till, client: StripeClient, box: Box, inbox: Inbox
) -> None:
    session = till.paid(every="month")
    assert client.v1.subscriptions.cancel(str(session.subscription)).status == "canceled"
    box.advance(by_days=70)
    assert len(invoices_of(client, session)) == 1
    box.wait_until_idle()
    assert inbox.types[-1] == "customer.subscription.deleted"
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.subscriptions.cancel(str(session.subscription))
    assert refusal.value.code == "resource_missing"


def test_cancelling_at_the_end_of_the_period_waits_for_it(till: Till, client: StripeClient, box: Box) -> None:
    session = till.paid(every="month")
    changed = client.v1.subscriptions.update(str(session.subscription), {"cancel_at_period_end": True})
    assert (changed.status, changed.cancel_at_period_end) == ("active", True)
    box.advance(by_days=32)
    assert subscription_of(client, session).status == "canceled"
    assert len(invoices_of(client, session)) == 1


def test_a_new_amount_counts_from_the_next_invoice(till: Till, client: StripeClient, box: Box) -> None:
    session = till.paid(1500, every="month")
    subscription = subscription_of(client, session)
    item = subscription["items"].data[0]
    price = {
        "currency": "usd",
        "unit_amount": 2500,
        "recurring": {"interval": "month"},
        "product": str(item.price.product),
    }
    client.v1.subscriptions.update(
        subscription.id,
        {"items": [{"id": item.id, "price_data": price}], "proration_behavior": "none"},  # type: ignore[list-item]
    )
    assert len(invoices_of(client, session)) == 1
    box.advance(by_days=32)
    assert [one.amount_paid for one in invoices_of(client, session)] == [1500, 2500]


def test_prorations_are_refused_rather_than_wrong(till: Till, client: StripeClient) -> None:
    session = till.paid(every="month")
    item = subscription_of(client, session)["items"].data[0]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.subscription_items.update(item.id, {"quantity": 2})
    assert refusal.value.param == "proration_behavior"


def test_a_paused_subscription_voids_its_invoices_until_it_resumes(
    till: Till, client: StripeClient, box: Box
) -> None:
    session = till.paid(every="month")
    resumes_at = box.world.clock.now() + 45 * 86400
    client.v1.subscriptions.update(
        str(session.subscription), {"pause_collection": {"behavior": "void", "resumes_at": resumes_at}}
    )
    box.advance(by_days=93)
    assert [one.status for one in invoices_of(client, session)] == ["paid", "void", "paid", "paid"]
    assert subscription_of(client, session).pause_collection is None


def test_a_trial_puts_the_next_payment_off(till: Till, client: StripeClient, box: Box) -> None:
    session = till.paid(every="month")
    later = box.world.clock.now() + 60 * 86400
    changed = client.v1.subscriptions.update(
        str(session.subscription), {"trial_end": later, "proration_behavior": "none"}
    )
    assert changed.status == "trialing"
    box.advance(by_days=59)
    assert len(invoices_of(client, session)) == 1
    box.advance(by_days=2)
    assert [one.amount_paid for one in invoices_of(client, session)] == [5000, 5000]
    assert subscription_of(client, session).status == "active"


def test_a_subscription_can_be_created_without_checkout(client: StripeClient, till: Till) -> None:
    session = till.paid(every="month")
    price = client.v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 700,
            "recurring": {"interval": "week"},
            "product_data": {"name": "Weekly"},
        }
    )
    customer = client.v1.customers.create({"email": "eva@example.com"})
    empty = client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price.id}]})
    assert empty.status == "incomplete"
    method = str(subscription_of(client, session).default_payment_method)
    paid = client.v1.subscriptions.create(
        {"customer": customer.id, "items": [{"price": price.id}], "default_payment_method": method}
    )
    assert paid.status == "active"
    assert [one.id for one in client.v1.subscriptions.list({"price": price.id}).data] == [paid.id, empty.id]
