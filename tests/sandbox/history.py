"""A history in which everything happens once: every kind of object and every type of event."""

from typing import Any

import stripe
from stripe import StripeClient

from sandbox.server import Box
from tests.sandbox.till import Till

DAY = 86400


def live_through(box: Box, client: StripeClient) -> None:
    """Payments, refunds, disputes, subscriptions in all their fates, clocks, payouts, accounts."""
    till = Till(box, client)
    _catalogue(client)
    _payments(till, client)
    _subscriptions(till, client)
    _intents(client)
    _clocks(till, client)
    _endings(till, client, box)


def _catalogue(client: StripeClient) -> None:
    product = client.v1.products.create(
        {"name": "Bond fund", "default_price_data": {"currency": "usd", "unit_amount": 2500}}
    )
    client.v1.products.update(product.id, {"description": "Returned when the case ends"})
    price = client.v1.prices.create({"currency": "usd", "unit_amount": 100, "product": product.id})
    client.v1.prices.update(price.id, {"nickname": "small"})
    client.v1.accounts.create({"type": "standard", "email": "org@example.com"})
    client.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/x", "enabled_events": ["payout.paid"]})


def _payments(till: Till, client: StripeClient) -> None:
    session = till.session(
        customer_creation="always", submit_type="donate", customer_email="dana@example.com"
    )
    till.pay(session, "4000000000000002")
    till.pay(session)
    intent = str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)
    client.v1.refunds.create({"payment_intent": intent, "amount": 500, "reason": "requested_by_customer"})
    charge = client.v1.charges.list({"payment_intent": intent}).data[0]
    client.v1.charges.update(charge.id, {"description": "A gift"})
    failing = till.paid(card="4000000000005126")
    client.v1.refunds.create({"payment_intent": str(failing.payment_intent)})
    for evidence in ("winning_evidence", "losing_evidence"):
        disputed = till.paid(card="4000000000000259")
        dispute = client.v1.disputes.list({"payment_intent": str(disputed.payment_intent)}).data[0]
        client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": evidence}})
    _held(till, client)
    _debits(till)
    for card in ("4000000000005423", "4000000000001976", "4000000000009235"):
        till.paid(card=card)
    warning = client.v1.radar.early_fraud_warnings.list().data[0]
    client.v1.refunds.create({"payment_intent": str(warning.payment_intent)})
    till.press(till.session(), card_number="4100000000000019")
    till.press(till.session(), card_number="4000002500003155")
    till.session()


def _held(till: Till, client: StripeClient) -> None:
    """Three amounts held on a card: taken in part, let go, forgotten for a week."""
    held = [till.paid(payment_intent_data={"capture_method": "manual"}) for _ in range(3)]
    taken, let_go, _forgotten = (str(session.payment_intent) for session in held)
    client.v1.payment_intents.capture(taken, {"amount_to_capture": 3000})
    client.v1.payment_intents.cancel(let_go, {"cancellation_reason": "fraudulent"})


def _debits(till: Till) -> None:
    """From American and European bank accounts: paid, refused, disputed, once the days have passed."""
    for number in ("000123456789", "000222222227", "000555555559"):
        till.paid(card=number, payment_method_types=["us_bank_account"])
    for number in ("DE89370400440532013000", "DE62370400440532013001"):
        price = {"currency": "eur", "unit_amount": 5000, "product_data": {"name": "A gift for Carlos"}}
        lines = [{"price_data": price, "quantity": 1}]
        till.paid(card=number, payment_method_types=["sepa_debit"], line_items=lines)
    for number in ("10880000012345", "10880022222227"):
        price = {"currency": "gbp", "unit_amount": 5000, "product_data": {"name": "A gift for Carlos"}}
        lines = [{"price_data": price, "quantity": 1}]
        till.paid(card=number, payment_method_types=["bacs_debit"], line_items=lines)
    for number in ("000123456789", "000111111113"):
        till.paid(every="month", card=number, payment_method_types=["us_bank_account"])


def _subscriptions(till: Till, client: StripeClient) -> None:
    till.paid(1500, every="month")
    till.paid(every="month", card="4000000000000341")
    asking = till.session(every="month")
    till.pay(asking, "4000002760003184")
    for behaviour in ("void", "mark_uncollectible", "keep_as_draft"):
        paused = till.paid(every="month")
        client.v1.subscriptions.update(
            str(paused.subscription),
            {"pause_collection": {"behavior": behaviour}},  # type: ignore[typeddict-item]
        )
    till.paid(every="month", subscription_data={"trial_period_days": 7})
    ended = till.paid(every="month")
    client.v1.subscriptions.cancel(
        str(ended.subscription), {"cancellation_details": {"feedback": "too_expensive"}}
    )
    client.v1.subscriptions.update(
        str(till.paid(every="month").subscription),
        {"cancel_at_period_end": True, "description": "Until then"},
    )
    client.v1.invoices.update(str(ended.invoice), {"metadata": {"seen": "yes"}})


def _intents(client: StripeClient) -> None:
    customer = client.v1.customers.create({"name": "Eva", "address": {"country": "US", "line1": "1 Main St"}})
    client.v1.customers.update(customer.id, {"email": "eva@example.com", "preferred_locales": ["es"]})
    method = client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    client.v1.payment_methods.attach(method.id, {"customer": customer.id})
    client.v1.payment_methods.detach(method.id)
    intent = client.v1.payment_intents.create({"amount": 500, "currency": "usd", "customer": customer.id})
    client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    client.v1.customers.delete(customer.id)


def _clocks(till: Till, client: StripeClient) -> None:
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000})
    customer = client.v1.customers.create({"name": "Of the clock", "test_clock": clock.id})
    till.paid(every="month", customer=customer.id)
    client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": 1_800_000_000 + 32 * DAY})
    other = client.v1.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000})
    client.v1.test_helpers.test_clocks.delete(other.id)


def _endings(till: Till, client: StripeClient, box: Box) -> None:
    customer = client.v1.customers.create({"email": "dana@example.com"})
    setup = client.v1.checkout.sessions.create(
        {"mode": "setup", "currency": "usd", "customer": customer.id, "success_url": "http://127.0.0.1:1/ok"}
    )
    assert till.pay(setup).status_code == 200
    for kind, currency, number in (
        ("us_bank_account", "usd", "000123456789"),
        ("sepa_debit", "eur", "DE89370400440532013000"),
        ("bacs_debit", "gbp", "10880000012345"),
    ):
        setup = client.v1.checkout.sessions.create(
            {
                "mode": "setup",
                "currency": currency,
                "payment_method_types": [kind],  # type: ignore[list-item]
                "customer": customer.id,
                "success_url": "http://127.0.0.1:1/ok",
            }
        )
        assert till.pay(setup, number).status_code == 200
    pending = till.paid(card="4000000000007726")
    client.v1.refunds.create({"payment_intent": str(pending.payment_intent)})
    called_back = till.paid(card="4000000000007726")
    refund = client.v1.refunds.create({"payment_intent": str(called_back.payment_intent)})
    client.v1.refunds.cancel(refund.id)
    _payouts(till, client, box)
    box.advance(by_days=60)
    failed = next(one for one in client.v1.invoices.list({"status": "open", "limit": 100}).data)
    client.v1.invoices.void_invoice(failed.id)


def _payouts(till: Till, client: StripeClient, box: Box) -> None:
    """By hand, called back and bounced; automatic, and the one that arrives."""
    by_hand = client.v1.payouts.create({"amount": 100, "currency": "usd"})
    client.v1.payouts.update(by_hand.id, {"metadata": {"seen": "yes"}})
    client.v1.payouts.cancel(by_hand.id)
    till.paid()
    box.advance(by_days=5)
    automatic = till.control("payouts", {"currency": "usd"}).json()["payout"]
    box.advance(by_days=5)
    assert till.control(f"payouts/{automatic['id']}/bounce").status_code == 200


def everything(client: StripeClient, till: Till) -> dict[str, list[dict[str, Any]]]:
    """Every object that can be listed, by kind, as it came over the wire."""
    addresses = (
        "accounts",
        "balance_transactions",
        "charges",
        "checkout/sessions",
        "customers",
        "disputes",
        "events",
        "invoice_payments",
        "invoices",
        "payment_intents",
        "payouts",
        "prices",
        "radar/early_fraud_warnings",
        "products",
        "refunds",
        "setup_intents",
        "subscriptions?status=all",
        "test_helpers/test_clocks",
        "webhook_endpoints",
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for address in addresses:
        joint = "&" if "?" in address else "?"
        for row in till.raw("GET", f"/v1/{address}{joint}limit=100").json()["data"]:
            found.setdefault(row["object"], []).append(row)
    found["balance"] = [till.raw("GET", "/v1/balance").json()]
    return found | _parts(client, till, found)


def _parts(
    client: StripeClient, till: Till, found: dict[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """What is listed under something else alone."""
    sessions = [row["id"] for row in found["checkout.session"]]
    lines = [till.raw("GET", f"/v1/checkout/sessions/{one}/line_items").json()["data"] for one in sessions]
    methods: list[stripe.PaymentMethod] = []
    for row in found["customer"]:
        methods += client.v1.customers.payment_methods.list(row["id"]).data
    whole = f"/v1/checkout/sessions/{sessions[-1]}?expand[]=payment_intent.latest_charge.balance_transaction"
    return {
        "item": [line for one in lines for line in one],
        "line_item": [line for row in found["invoice"] for line in row["lines"]["data"]],
        "subscription_item": [item for row in found["subscription"] for item in row["items"]["data"]],
        "payment_method": [method.to_dict() for method in methods],
        "checkout.session": [*found["checkout.session"], till.raw("GET", whole).json()],
    }
