"""Lists, pages of lists, and what is expanded in them."""

import pytest
import stripe
from stripe import StripeClient

from sandbox.server import Box
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure


@pytest.fixture
def five(client: StripeClient) -> list[str]:
    """Identifiers of five customers, newest first."""
    return [client.v1.customers.create({"name": str(place)}).id for place in range(5)][::-1]


def test_pages_follow_one_another(client: StripeClient, five: list[str]) -> None:
    first = client.v1.customers.list({"limit": 2})
    assert ([one.id for one in first.data], first.has_more) == (five[:2], True)
    last = client.v1.customers.list({"limit": 3, "starting_after": five[1]})
    assert ([one.id for one in last.data], last.has_more) == (five[2:], False)
    before = client.v1.customers.list({"limit": 2, "ending_before": five[4]})
    assert ([one.id for one in before.data], before.has_more) == (five[2:4], True)


def test_the_library_walks_through_all_pages(client: StripeClient, five: list[str]) -> None:
    assert [one.id for one in client.v1.customers.list({"limit": 2}).auto_paging_iter()] == five


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_has_one_to_a_hundred(client: StripeClient, limit: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.customers.list({"limit": limit})
    assert refusal.value.param == "limit"


def test_a_page_after_something_unknown_is_refused(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.customers.list({"starting_after": "cus_nobody"})
    assert refusal.value.code == "resource_missing"


def test_ranges_of_time_are_half_open_as_asked(till: Till, client: StripeClient, box: Box) -> None:
    for at in (1_700_000_000, 1_700_000_100, 1_700_000_200):
        till.pay(till.session(), at=at)
    found = client.v1.balance_transactions.list({"created": {"gte": 1_700_000_000, "lt": 1_700_000_200}}).data
    assert [one.created for one in found] == [1_700_000_100, 1_700_000_000]


def test_events_are_listed_by_type(till: Till, client: StripeClient) -> None:
    till.paid()
    assert [one.type for one in client.v1.events.list({"type": "charge.succeeded"}).data] == [
        "charge.succeeded"
    ]
    both = client.v1.events.list({"types": ["charge.succeeded", "checkout.session.completed"]}).data
    assert len(both) == 2
    assert len(client.v1.events.list({"type": "payment_intent.*"}).data) == 2


def test_lists_are_expanded_through_data(till: Till, client: StripeClient) -> None:
    till.paid()
    charge = client.v1.charges.list({"expand": ["data.balance_transaction", "data.refunds"]}).data[0]
    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    assert charge.refunds is not None
    assert charge.refunds.data == []


def test_expansion_goes_through_an_invoice_to_its_payment(till: Till, client: StripeClient) -> None:
    session = till.paid(every="month")
    invoice = client.v1.invoices.retrieve(
        str(session.invoice),
        {"expand": ["payments.data.payment.payment_intent", "parent.subscription_details.subscription"]},
    )
    assert invoice.payments is not None
    assert invoice.parent is not None
    assert invoice.parent.subscription_details is not None
    assert isinstance(invoice.payments.data[0].payment.payment_intent, stripe.PaymentIntent)
    assert isinstance(invoice.parent.subscription_details.subscription, stripe.Subscription)


@pytest.mark.parametrize(
    ("path", "code"),
    [("livemode", None), ("subscription.items.data.price.product", "property_expansion_max_depth")],
)
def test_what_cannot_be_expanded_is_refused(
    till: Till, client: StripeClient, path: str, code: str | None
) -> None:
    session = till.session()
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.retrieve(session.id, {"expand": [path]})
    assert refusal.value.code == code


def test_sessions_are_found_by_what_they_led_to(till: Till, client: StripeClient) -> None:
    session = till.paid()
    till.paid()
    found = client.v1.checkout.sessions.list({"payment_intent": str(session.payment_intent)}).data
    assert [one.id for one in found] == [session.id]
