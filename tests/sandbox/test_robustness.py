"""Whatever is sent, the answer is an answer: never a crash, never a half-done thing."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stripe import StripeClient

from sandbox.protocol.document import Schema, request_schema, resolved
from sandbox.protocol.routes import Route, all_routes
from sandbox.server import Box, start
from tests.sandbox.conftest import stripe_client
from tests.sandbox.history import live_through
from tests.sandbox.till import Till

pytestmark = pytest.mark.pure

WORDS = (
    "",
    "0",
    "1",
    "-1",
    "500",
    "99999999",
    "1800000000",
    "true",
    "false",
    "now",
    "usd",
    "Carlos",
    "ñ'\"<&>",
    "9" * 30,
)


@pytest.fixture(scope="module")
def lived() -> Any:
    """A sandbox with a past, its identifiers at hand."""
    with start() as box, stripe_client(box) as client:
        live_through(box, client)
        yield box, client


def identifiers(box: Box) -> list[str]:
    rows = [
        row
        for kind in (
            "customer",
            "price",
            "product",
            "payment_method",
            "charge",
            "payment_intent",
            "invoice",
            "subscription",
            "subscription_item",
            "checkout.session",
            "refund",
            "dispute",
            "test_helpers.test_clock",
        )
        for row in box.world.platform.all(kind)[:3]
    ]
    return [row["id"] for row in rows]


def pairs(
    schema: Schema, name: str, words: st.SearchStrategy[str], depth: int = 0
) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Form fields for a parameter of this schema, mostly of the right shape."""
    schema = resolved(schema)
    if "anyOf" in schema:
        return st.one_of([pairs(one, name, words, depth) for one in schema["anyOf"]])
    if schema.get("enum"):
        return st.sampled_from(schema["enum"]).map(lambda word: [(name, str(word))])
    if schema.get("type") == "array" and depth < 3:
        return pairs(schema["items"], f"{name}[0]", words, depth + 1)
    if schema.get("type") == "object" and schema.get("properties") and depth < 3:
        inner = [pairs(one, f"{name}[{key}]", words, depth + 1) for key, one in schema["properties"].items()]
        return st.lists(st.sampled_from(inner), min_size=1, max_size=4).flatmap(join)
    return words.map(lambda word: [(name, word)])


def join(parts: list[st.SearchStrategy[list[tuple[str, str]]]]) -> st.SearchStrategy[list[tuple[str, str]]]:
    return st.tuples(*parts).map(lambda lists: [pair for one in lists for pair in one])


def forms(route: Route, words: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """The required parameters and a few of the others."""
    schema = request_schema(route.method, route.template)
    names = schema["properties"]
    if not names:
        return st.just([])
    needed = [pairs(names[name], name, words) for name in schema["required"]]
    more = st.lists(st.sampled_from([pairs(one, name, words) for name, one in names.items()]), max_size=4)
    return more.flatmap(lambda chosen: join([*needed, *chosen]))


def fitting(part: str, known: list[str], otherwise: str) -> str:
    """An identifier for a place in an address, of the right kind where its name says which."""
    if not part.startswith("{"):
        return part
    beginnings = {
        "{customer}": "cus_",
        "{charge}": "ch_",
        "{intent}": "pi_",
        "{session}": "cs_",
        "{invoice}": "in_",
        "{subscription_exposed_id}": "sub_",
        "{item}": "si_",
        "{refund}": "re_",
        "{dispute}": "du_",
        "{payment_method}": "pm_",
        "{test_clock}": "clock_",
        "{price}": "price_",
    }
    fits = [one for one in known if one.startswith(beginnings.get(part, "prod_"))]
    return fits[len(otherwise) % len(fits)] if fits else otherwise


@pytest.mark.parametrize("route", all_routes(), ids=lambda one: f"{one.method} {one.template}")
def test_no_request_makes_the_sandbox_fail(lived: tuple[Box, StripeClient], route: Route) -> None:
    box, client = lived
    till = Till(box, client)
    known = identifiers(box)
    words = st.sampled_from([*WORDS, *known])

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(form=forms(route, words), place=st.sampled_from(known))
    def ask(form: list[tuple[str, str]], place: str) -> None:
        path = "/".join(fitting(part, known, place) for part in route.template.split("/"))
        text = urlencode(form)
        target, body = (path, text) if route.method == "POST" else (f"{path}?{text}", "")
        answer = till.raw(route.method, target, body)
        assert answer.status_code < 500, (answer.text, path, text)
        assert answer.headers["Request-Id"]

    ask()
