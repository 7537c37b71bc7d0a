"""Amounts in Stripe's currencies: the least, the most, and the special cases."""

import pytest
import stripe
from stripe import StripeClient

from tests.sandbox.till import Till

pytestmark = pytest.mark.pure


def session(till: Till, amount: int, currency: str) -> stripe.checkout.Session:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "A gift for Carlos"}}
    return till.session(line_items=[{"price_data": price, "quantity": 1}])


@pytest.mark.parametrize(
    ("currency", "amount"), [("jpy", 50), ("usd", 50), ("kwd", 5120), ("isk", 500), ("ugx", 500_000)]
)
def test_an_amount_of_the_right_form_is_paid(
    till: Till, client: StripeClient, currency: str, amount: int
) -> None:
    paid = session(till, amount, currency)
    assert till.pay(paid).status_code == 200
    done = client.v1.checkout.sessions.retrieve(paid.id)
    assert (done.amount_total, done.currency, done.payment_status) == (amount, currency, "paid")


@pytest.mark.parametrize(
    ("currency", "amount", "code"),
    [
        ("jpy", 49, "amount_too_small"),
        ("usd", 49, "amount_too_small"),
        ("usd", 100_000_000, "amount_too_large"),
        ("kwd", 5124, "parameter_invalid_integer"),
        ("isk", 550, "parameter_invalid_integer"),
        ("ugx", 501, "parameter_invalid_integer"),
    ],
)
def test_an_amount_of_another_form_is_refused(till: Till, currency: str, amount: int, code: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        session(till, amount, currency)
    assert refusal.value.code == code
