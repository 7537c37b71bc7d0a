"""Webhooks: signed, in order, again until they are heard."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from stripe import StripeClient

from sandbox.server import Box, start
from tests.sandbox.inbox import SECRET, Inbox
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure


def deliveries(till: Till) -> list[dict[str, object]]:
    events = till.control("events", method="GET").json()["data"]
    return [delivery for event in events for delivery in event["deliveries"]]


def test_an_endpoint_that_refuses_hears_it_again(
    till: Till, box: Box, inbox: Inbox, client: StripeClient
) -> None:
    inbox.refusals = 2
    client.v1.customers.create({"name": "A"})
    box.wait_until_idle()
    assert inbox.types == ["customer.created"]
    attempts = deliveries(till)[0]["attempts"]
    assert isinstance(attempts, list)
    assert [attempt["status"] for attempt in attempts] == [500, 500, 200]


def test_after_the_last_attempt_it_is_given_up_and_can_be_sent_again(
    till: Till, box: Box, inbox: Inbox, client: StripeClient
) -> None:
    inbox.refusals = 4
    client.v1.customers.create({"name": "A"})
    box.wait_until_idle()
    assert inbox.events == []
    assert [one["status"] for one in deliveries(till)] == ["failed"]
    event = client.v1.events.list().data[0]
    assert event.pending_webhooks == 1
    assert till.control(f"events/{event.id}/redeliver").status_code == 200
    box.wait_until_idle()
    assert [one.id for one in inbox.events] == [event.id]
    assert client.v1.events.retrieve(event.id).pending_webhooks == 0


def test_a_down_endpoint_is_reached_when_it_is_up_again(box: Box, client: StripeClient, till: Till) -> None:
    late = Inbox()
    late.server_close()
    client.v1.webhook_endpoints.create({"url": late.url, "enabled_events": ["customer.created"]})
    client.v1.customers.create({"name": "A"})
    box.wait_until_idle()
    attempts = [one["attempts"] for one in deliveries(till) if one["url"] == late.url]
    assert [[try_["status"] for try_ in tries] for tries in attempts] == [[None] * 4]  # type: ignore[union-attr]


def test_an_endpoint_hears_what_it_asked_for(client: StripeClient, box: Box, inbox: Inbox) -> None:
    endpoint = client.v1.webhook_endpoints.create(
        {"url": inbox.url + "/second", "enabled_events": ["product.created"]}
    )
    assert endpoint.secret is not None
    assert endpoint.secret.startswith("whsec_")
    client.v1.customers.create({"name": "A"})
    client.v1.products.create({"name": "B"})
    box.wait_until_idle()
    assert inbox.types == ["customer.created", "product.created"]
    assert inbox.forged == 4
    assert client.v1.webhook_endpoints.retrieve(endpoint.id).to_dict().get("secret") is None


def test_a_disabled_endpoint_hears_nothing(client: StripeClient, box: Box, inbox: Inbox) -> None:
    endpoint = client.v1.webhook_endpoints.list().data[0]
    client.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    client.v1.customers.create({"name": "A"})
    client.v1.webhook_endpoints.delete(endpoint.id)
    box.wait_until_idle()
    assert inbox.events == []


def test_events_of_many_gifts_at_once_come_in_order_of_creation(till: Till, box: Box, inbox: Inbox) -> None:
    sessions = [till.session() for _ in range(10)]
    with ThreadPoolExecutor(5) as pool:
        assert {one.status_code for one in pool.map(till.pay, sessions)} == {200}
    box.wait_until_idle()
    created = [event["id"] for event in till.control("events", method="GET").json()["data"]]
    assert [event.id for event in inbox.events] == created
    assert len(created) == 40


def test_an_event_names_the_request_that_caused_it(client: StripeClient) -> None:
    client.v1.customers.create({"name": "A"}, {"idempotency_key": "key_1"})
    request = client.v1.events.list().data[0]["request"]
    assert request is not None
    assert request.idempotency_key == "key_1"
    assert request.id is not None
    assert request.id.startswith("req_")


def test_the_idle_control_counts_what_is_on_its_way(till: Till, box: Box, inbox: Inbox) -> None:
    with start(webhooks=[("http://127.0.0.1:9/nobody", SECRET)], backoff_seconds=(60,)) as other:
        told = Till(other, till.client)
        assert told.control("idle", method="GET").json() == {"idle": True, "pending": 0}
        told.raw("POST", "/v1/customers", "name=A")
        assert told.control("idle", method="GET").json() == {"idle": False, "pending": 1}


def test_the_button_of_the_index_page_sends_again_and_returns(
    till: Till, box: Box, inbox: Inbox, client: StripeClient
) -> None:
    client.v1.customers.create({"name": "A"})
    event = client.v1.events.list().data[0]
    address = f"{box.url}/_sandbox/events/{event.id}/redeliver"
    answer = requests.post(address, data={"again": "yes"}, allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    box.wait_until_idle()
    assert [one.id for one in inbox.events] == [event.id] * 2


def test_what_no_control_answers_is_404(till: Till) -> None:
    assert till.control("moon").status_code == 404
    assert till.control("events/evt_nothing/redeliver").status_code == 404
    assert till.control("pay/cs_test_nothing").status_code == 404
