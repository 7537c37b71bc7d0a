"""Every kind of object and every type of event against Stripe's own document."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.account import PREFIXES
from sandbox.events.types import EVENT_TYPES
from sandbox.protocol.document import document, schemas
from sandbox.protocol.routes import all_routes
from sandbox.server import start
from tests.sandbox.conftest import stripe_client
from tests.sandbox.history import everything, live_through
from tests.sandbox.stripe_schemas import complaints
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure

Rows = dict[str, list[dict[str, Any]]]
KINDS = sorted(set(PREFIXES) | {"balance"})


@pytest.fixture(scope="module")
def history() -> Iterator[tuple[Rows, Rows]]:
    """Objects by kind and events by type, after a history in which everything happens."""
    with start() as box, stripe_client(box) as client:
        live_through(box, client)
        till = Till(box, client)
        events: Rows = {}
        for event in till.control("events", method="GET").json()["data"]:
            event.pop("deliveries")
            events.setdefault(event["type"], []).append(event)
        yield everything(client, till), events


@pytest.mark.parametrize("kind", KINDS)
def test_every_object_is_as_stripe_documents_it(history: tuple[Rows, Rows], kind: str) -> None:
    rows = history[0][kind]
    assert rows
    assert [(row.get("id"), found) for row in rows if (found := complaints(row))] == []


def test_every_event_and_its_object_are_as_stripe_documents_them(
    history: tuple[Rows, Rows], subtests: pytest.Subtests
) -> None:
    for kind in sorted(EVENT_TYPES):
        with subtests.test(kind=kind):
            events = history[1][kind]
            assert events
            assert [(event["id"], found) for event in events if (found := complaints(event))] == []
            about = [event["data"]["object"] for event in events]
            assert [(row["id"], found) for row in about if (found := complaints(row))] == []


def test_every_type_of_event_is_one_of_stripes() -> None:
    body = document()["paths"]["/v1/webhook_endpoints"]["post"]["requestBody"]["content"]
    schema = body["application/x-www-form-urlencoded"]["schema"]
    known = set(schema["properties"]["enabled_events"]["items"]["enum"])
    assert known >= EVENT_TYPES


def test_every_route_stands_in_stripes_document() -> None:
    paths = document()["paths"]
    assert [one for one in all_routes() if one.method.lower() not in paths.get(one.template, {})] == []


def test_every_kind_of_object_has_a_schema() -> None:
    assert set(PREFIXES) - set(schemas()) == set()


def test_the_comparison_bites(history: tuple[Rows, Rows]) -> None:
    invoice = dict(history[0]["invoice"][0])
    assert complaints(invoice | {"payment_intent": "pi_1"})
    assert complaints(invoice | {"total": "ten"})
    assert complaints({name: value for name, value in invoice.items() if name != "lines"})
