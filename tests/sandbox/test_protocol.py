"""How requests are read and refused: Stripe's shapes, Stripe's words."""

import pytest
import stripe
from stripe import StripeClient

from sandbox.server import Box
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure

SESSION = (
    "mode=payment&success_url=https://example.com/ok&line_items[0][quantity]=1"
    "&line_items[0][price_data][currency]=usd&line_items[0][price_data][product_data][name]=Gift"
)


def refusal_of(
    till: Till, body: str, path: str = "/v1/checkout/sessions"
) -> tuple[int, str | None, str | None]:
    answer = till.raw("POST", path, body)
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["message"]
    return answer.status_code, error.get("code"), error.get("param")


def test_a_request_without_a_key_is_401(till: Till) -> None:
    answer = till.raw("GET", "/v1/customers", Authorization="")
    assert answer.status_code == 401
    assert answer.json()["error"]["message"].startswith("You did not provide an API key")


def test_a_wrong_key_is_401_and_not_repeated_whole(box: Box) -> None:
    client = StripeClient("sk_test_another_key_1234", base_addresses={"api": box.url}, max_network_retries=0)
    with pytest.raises(stripe.AuthenticationError) as refusal:
        client.v1.customers.list()
    assert "sk_test_another_key" not in str(refusal.value)


def test_basic_authentication_is_understood_as_curl_sends_it(till: Till) -> None:
    assert till.raw("GET", "/v1/customers", Authorization="Basic c2tfdGVzdF9zYW5kYm94Og==").status_code == 200


@pytest.mark.parametrize(
    ("extra", "code", "param"),
    [
        ("&colour=red", "parameter_unknown", "colour"),
        ("&line_items[0][colour]=red", "parameter_unknown", "line_items[0][colour]"),
        ("", "parameter_missing", "line_items[0][price_data][unit_amount]"),
        (
            "&line_items[0][price_data][unit_amount]=ten",
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        (
            "&line_items[0][price_data][unit_amount]=10.5",
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        (
            "&line_items[0][price_data][unit_amount]=-5",
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        ("&line_items[0][price_data][unit_amount]=0", "amount_too_small", "line_items"),
        ("&line_items[0][price_data][unit_amount]=49", "amount_too_small", "line_items"),
        (
            "&line_items[0][price_data][unit_amount]=100000000",
            "amount_too_large",
            "line_items[0][price_data][unit_amount]",
        ),
        (
            "&line_items[0][price_data][unit_amount]=500&customer_email=",
            "parameter_invalid_empty",
            "customer_email",
        ),
        (
            "&line_items[0][price_data][unit_amount]=500&customer_email=dana",
            "email_invalid",
            "customer_email",
        ),
        ("&line_items[0][price_data][unit_amount]=500&submit_type=beg", None, "submit_type"),
        (
            "&line_items[0][price_data][unit_amount]=500&allow_promotion_codes=maybe",
            None,
            "allow_promotion_codes",
        ),
        ("&line_items[0][price_data][unit_amount]=500&customer=cus_nobody", "resource_missing", "customer"),
        ("&line_items[0][price_data][unit_amount]=500&cancel_url=nowhere", "url_invalid", "cancel_url"),
        (
            "&line_items[0][price_data][unit_amount]=500&subscription_data[description]=x",
            None,
            "subscription_data",
        ),
        ("&line_items[0][price_data][unit_amount]=500&expires_at=1", None, "expires_at"),
        (
            "&line_items[0][price_data][unit_amount_decimal]=ten",
            "parameter_invalid_decimal",
            "line_items[0][price_data][unit_amount_decimal]",
        ),
        ("&line_items=5", None, "line_items"),
    ],
)
def test_a_session_that_makes_no_sense_is_refused_by_name(
    till: Till, extra: str, code: str | None, param: str
) -> None:
    status, said, where = refusal_of(till, SESSION + extra)
    assert (said, where) == (code, param)
    assert status == (404 if code == "resource_missing" else 400)


def test_a_missing_parameter_is_named(till: Till) -> None:
    assert refusal_of(till, "mode=payment&success_url=https://example.com") == (
        400,
        "parameter_missing",
        "line_items",
    )
    assert refusal_of(till, "currency=usd", "/v1/payment_intents") == (400, "parameter_missing", "amount")


def test_a_recurring_price_does_not_fit_a_single_payment(till: Till) -> None:
    price = "&line_items[0][price_data][unit_amount]=500&line_items[0][price_data][recurring][interval]=month"
    assert refusal_of(till, SESSION + price)[0] == 400
    single = (
        SESSION.replace("mode=payment", "mode=subscription") + "&line_items[0][price_data][unit_amount]=500"
    )
    assert refusal_of(till, single)[0] == 400


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v1/checkout/sessions/cs_test_x", "No such checkout.session: 'cs_test_x'"),
        ("/v1/payment_intents/pi_x", "No such payment_intent: 'pi_x'"),
        ("/v1/subscriptions/sub_x", "No such subscription: 'sub_x'"),
        ("/v1/invoices/in_x", "No such invoice: 'in_x'"),
        ("/v1/refunds/re_x", "No such refund: 're_x'"),
        ("/v1/events/evt_x", "No such event: 'evt_x'"),
    ],
)
def test_what_does_not_exist_is_404(till: Till, path: str, message: str) -> None:
    answer = till.raw("GET", path)
    assert answer.status_code == 404
    assert (answer.json()["error"]["code"], answer.json()["error"]["message"]) == (
        "resource_missing",
        message,
    )


def test_an_unknown_address_is_404(till: Till) -> None:
    answer = till.raw("GET", "/v1/moon")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith("Unrecognized request URL (GET: /v1/moon)")


def test_another_api_version_is_refused(till: Till) -> None:
    assert till.raw("GET", "/v1/customers", Stripe_Version="2019-01-01").status_code == 400


def test_every_answer_carries_its_request_id(till: Till) -> None:
    first, second = till.raw("GET", "/v1/customers"), till.raw("GET", "/v1/moon")
    assert first.headers["Request-Id"].startswith("req_")
    assert first.headers["Request-Id"] != second.headers["Request-Id"]
    assert first.headers["Stripe-Version"] == "2026-05-27.dahlia"


def test_metadata_is_merged_and_taken_away(client: StripeClient) -> None:
    customer = client.v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    changed = client.v1.customers.update(customer.id, {"metadata": {"b": "", "c": "3"}})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"a": "1", "c": "3"}
    emptied = client.v1.customers.update(customer.id, {"metadata": ""})
    assert emptied.metadata is not None
    assert emptied.metadata.to_dict() == {}


def test_a_broken_body_is_refused_and_not_a_crash(till: Till) -> None:
    for body in ("a[=1", "metadata=5", "metadata[a][b]=1", "a=1&a[b]=2", "%ff%fe=1", "[[[]]]=1"):
        assert till.raw("POST", "/v1/customers", body).status_code == 400


def test_a_session_may_wait_from_half_an_hour_to_a_day(till: Till, box: Box) -> None:
    now = box.world.clock.now()
    assert till.session(expires_at=now + 1860).expires_at == now + 1860
    for moment in (now + 1700, now + 86500):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            till.session(expires_at=moment)
        assert refusal.value.param == "expires_at"


def test_a_client_in_real_time_is_understood_when_the_clock_was_moved(
    till: Till, client: StripeClient, box: Box
) -> None:
    real = box.world.clock.now()
    box.advance(by_days=90)
    session = till.session(expires_at=real + 7200)
    assert (session.status, session.expires_at) == ("open", real + 7200)
    assert till.paid(expires_at=real + 7200).status == "complete"
    box.advance(by_seconds=7300)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_a_session_is_expired_by_the_organisation(till: Till, client: StripeClient) -> None:
    session = till.session()
    expired = client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)
