"""The same key twice is one effect."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe
from stripe import StripeClient

from sandbox.server import Box
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure


def test_the_same_key_and_parameters_get_the_same_answer(client: StripeClient) -> None:
    first = client.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "one"})
    again = client.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "one"})
    assert first.id == again.id
    assert len(client.v1.customers.list().data) == 1
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_other_parameters_is_an_error(client: StripeClient) -> None:
    client.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "one"})
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({"email": "b@example.com"}, {"idempotency_key": "one"})


def test_fifty_at_once_make_one(till: Till) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(
                lambda _: till.raw(
                    "POST", "/v1/customers", "email=a@example.com", Idempotency_Key="one"
                ).json()["id"],
                range(50),
            )
        )
    assert len(set(answers)) == 1


def test_a_refusal_of_form_keeps_the_key_free(till: Till) -> None:
    assert till.raw("POST", "/v1/customers", "colour=red", Idempotency_Key="one").status_code == 400
    assert till.raw("POST", "/v1/customers", "name=Red", Idempotency_Key="one").status_code == 200


def test_a_refusal_in_execution_is_kept(till: Till) -> None:
    body = "payment_intent=pi_nobody"
    answers = [till.raw("POST", "/v1/refunds", body, Idempotency_Key="one") for _ in range(2)]
    assert [one.status_code for one in answers] == [404, 404]
    assert "Idempotent-Replayed" in answers[1].headers


def test_a_key_is_forgotten_after_a_day(till: Till, box: Box) -> None:
    first = till.raw("POST", "/v1/customers", "name=A", Idempotency_Key="one").json()["id"]
    box.advance(by_days=1)
    assert till.raw("POST", "/v1/customers", "name=A", Idempotency_Key="one").json()["id"] != first
