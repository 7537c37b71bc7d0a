"""The Checkout page, as a person meets it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from stripe import StripeClient

from sandbox.server import Box, start
from tests.sandbox.conftest import stripe_client
from tests.sandbox.till import Till, text_of

pytestmark = pytest.mark.pure


def opened(address: object) -> requests.Response:
    return requests.get(str(address), timeout=10, allow_redirects=False)


def test_the_page_says_what_is_paid_and_that_no_money_moves(till: Till) -> None:
    page = opened(till.session(5000, customer_email="dana@example.com").url)
    text = text_of(page.text)
    assert page.status_code == 200
    assert "A gift for Carlos" in text
    assert "$50.00" in text
    assert "no real money moves" in text
    assert 'value="dana@example.com"' in page.text
    assert "<script" not in page.text


def test_the_button_says_amount_and_rhythm(till: Till) -> None:
    monthly = text_of(opened(till.session(1500, every="month").url).text)
    assert "Pay $15.00 every month" in monthly
    assert "Give $50.00" in text_of(opened(till.session(5000, submit_type="donate").url).text)


def test_the_page_speaks_spanish_when_asked(till: Till) -> None:
    page = opened(till.session(1500, every="month", locale="es").url)
    assert "Pagar $15.00 cada mes" in text_of(page.text)
    assert '<html lang="es">' in page.text


def test_fields_have_the_names_that_browsers_and_tests_know(till: Till) -> None:
    page = opened(till.session().url).text
    for name in ("email", "card_number", "exp", "cvc", "name"):
        assert f'id="{name}" name="{name}"' in page
        assert f'<label for="{name}">' in page
    assert 'id="pay"' in page
    assert '<a id="cancel" href="http://127.0.0.1:1/back">' in page


def test_paying_leads_to_the_success_address(till: Till, client: StripeClient) -> None:
    session = till.session()
    answer = till.press(session)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://127.0.0.1:1/thanks?session={session.id}"
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_pressing_twice_charges_once(till: Till, client: StripeClient) -> None:
    session = till.session()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: till.press(session), range(8)))
    assert {(one.status_code, one.headers["Location"]) for one in answers} == {
        (303, f"http://127.0.0.1:1/thanks?session={session.id}")
    }
    assert len(client.v1.charges.list().data) == 1


def test_a_declined_card_is_told_next_to_the_form_and_another_may_be_tried(till: Till) -> None:
    session = till.session()
    refusal = till.press(session, card_number="4000000000000002")
    assert refusal.status_code == 402
    assert "Your card was declined." in text_of(refusal.text)
    assert 'value="dana@example.com"' in refusal.text
    assert till.press(session).status_code == 303


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"card_number": "4242424242424241"}, "number", "Your card number is invalid."),
        ({"exp": "13/34"}, "exp", "Your card's expiration date is invalid."),
        ({"exp": "01/20"}, "exp", "Your card's expiration year is in the past."),
        ({"cvc": "12"}, "cvc", "Your card's security code is invalid."),
        ({"email": "dana"}, "email", "Your email is invalid."),
        ({"card_number": "4111111111111111"}, "", "used a non test card"),
    ],
)
def test_what_is_typed_wrong_is_said(till: Till, typed: dict[str, str], field: str, message: str) -> None:
    answer = till.press(till.session(), **typed)
    assert answer.status_code == 402
    assert message in text_of(answer.text).replace("&#39;", "'")


def test_three_d_secure_asks_and_is_answered(till: Till, client: StripeClient) -> None:
    session = till.session()
    asked = till.press(session, card_number="4000 0025 0000 3155")
    assert (asked.status_code, asked.headers["Location"]) == (303, f"/c/pay/{session.id}")
    bank = opened(session.url)
    assert 'id="complete"' in bank.text
    assert 'id="fail"' in bank.text
    assert "3155" in bank.text
    done = requests.post(
        str(session.url), data={"authentication": "complete"}, allow_redirects=False, timeout=10
    )
    assert done.status_code == 303
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert (paid.status, paid.payment_status) == ("complete", "paid")


@pytest.mark.parametrize("every", [None, "month"])
def test_failing_three_d_secure_charges_nothing(till: Till, client: StripeClient, every: str | None) -> None:
    session = till.session(every=every)
    till.press(session, card_number="4000002500003155")
    failed = requests.post(
        str(session.url), data={"authentication": "fail"}, allow_redirects=False, timeout=10
    )
    assert failed.status_code == 402
    assert "unable to authenticate" in text_of(failed.text)
    assert client.v1.charges.list().data == []
    assert till.press(session).status_code == 303


def test_an_expired_page_says_so_and_takes_no_money(till: Till, client: StripeClient, box: Box) -> None:
    session = till.session(expires_at=box.world.clock.now() + 1801)
    box.advance(by_seconds=1802)
    page = opened(session.url)
    assert page.status_code == 410
    assert "No money moved" in text_of(page.text)
    assert till.press(session).status_code == 410
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_a_paid_page_says_it_is_done(till: Till) -> None:
    session = till.session()
    till.press(session)
    page = opened(session.url)
    assert "This is paid" in text_of(page.text)
    assert f"thanks?session={session.id}" in page.text


def test_an_unknown_page_is_404(box: Box) -> None:
    assert opened(f"{box.url}/c/pay/cs_test_nothing").status_code == 404


def test_what_the_merchant_writes_is_escaped(till: Till) -> None:
    price = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "<script>alert(1)</script>"}}
    page = opened(till.session(line_items=[{"price_data": price, "quantity": 1}]).url)
    assert "<script>" not in page.text


def test_a_card_is_saved_without_a_charge_in_setup_mode(till: Till, client: StripeClient) -> None:
    customer = client.v1.customers.create({"email": "dana@example.com"})
    session = client.v1.checkout.sessions.create(
        {"mode": "setup", "currency": "usd", "customer": customer.id, "success_url": "http://127.0.0.1:1/ok"}
    )
    assert till.press(session).status_code == 303
    done = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    assert done.payment_status == "no_payment_required"
    methods = client.v1.customers.payment_methods.list(customer.id).data
    assert [method.id for method in methods] == [done.setup_intent.payment_method]  # type: ignore[union-attr]
    assert client.v1.charges.list().data == []


def test_with_a_trial_nothing_is_charged_on_the_page(till: Till, client: StripeClient) -> None:
    session = till.session(1500, every="month", subscription_data={"trial_period_days": 7})
    assert session.amount_total == 0
    text = text_of(opened(session.url).text)
    assert "Nothing is charged today" in text
    assert "Pay $15.00 every month" in text
    assert till.press(session).status_code == 303
    assert client.v1.charges.list().data == []
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "no_payment_required"


def test_receipts_and_invoices_have_a_page(till: Till, client: StripeClient, box: Box) -> None:
    till.paid(1234, every="month")
    charge = client.v1.charges.list().data[0]
    assert "$12.34" in text_of(opened(charge.receipt_url).text)
    assert "$12.34" in text_of(opened(client.v1.invoices.list().data[0].hosted_invoice_url).text)
    assert opened(f"{box.url}/receipts/ch_nothing").status_code == 404


def test_the_page_may_be_reached_at_another_address() -> None:
    with start(public_url="https://pay.example.org/") as box, stripe_client(box) as client:
        assert str(Till(box, client).session().url).startswith("https://pay.example.org/c/pay/cs_test_")


def test_the_index_page_lists_payments_and_deliveries(till: Till, box: Box) -> None:
    assert "Nothing was paid yet" in text_of(opened(box.url).text)
    till.paid(1234)
    till.paid(every="month")
    box.wait_until_idle()
    text = text_of(opened(box.url).text)
    assert "$12.34" in text
    assert "checkout.session.completed" in text
    assert "delivered (answered 200)" in text
    assert "no real money moves" in text
