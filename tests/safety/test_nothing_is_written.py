"""Bad input is refused by name, and leaves every table as it was; a stranger's request finds nothing at all."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from campaigns.drives.drive import Drive
from core.ids import new_id
from core.settings import Settings
from donors.gifts import form_token
from tests.donors.conftest import sign
from tests.safety.conftest import Town, dump, look
from tests.statements import statements

pytestmark = pytest.mark.once

AMOUNTS = (
    "-5",
    "0",
    "0.00",
    "99999999999999999999",
    "1000000000",
    "0.001",
    "12.345",
    "abc",
    "1e3",
    "NaN",
    "５０",
)


def test_an_impossible_amount_is_refused_by_form_and_api_alike(town: Town) -> None:
    """At its field, in the same words, with nothing written."""
    (drive_id,) = look(select(Drive.id).where(Drive.slug == "legal-fund"))
    bearer, public = town.bearer_of("carla"), town.browser_of("nobody")
    public.get("/api/v1/organisation", headers=bearer)  # notes once a day that the token was used
    before = dump()
    for amount in AMOUNTS:
        typed = {
            "form_token": form_token.new_token(),
            "amount_choice": "other",
            "amount_other": amount,
            "rhythm": "once",
            "email": "ana@example.org",
        }
        page = public.post("/d/legal-fund/gifts", data=typed)
        assert (page.status_code, 'id="f-amount_other-error"' in page.text) == (422, True), amount
    for minor in (-5, 0, 10**20, 1.5, "50", True, None, float("1e18")):
        body = {
            "amount": {"amount_minor": minor, "currency": "USD"},
            "email": "ana@example.org",
            "rhythm": "once",
        }
        answer = public.post(
            f"/api/v1/drives/{drive_id}/gifts",
            json=body,
            headers={**bearer, "Idempotency-Key": new_id("gift")},
        )
        assert answer.status_code == 422, minor
        assert answer.mimetype == "application/problem+json"
        assert any(name.startswith("amount") for name in answer.get_json()["errors"]), answer.get_json()
    assert dump() == before


def _event(**changes: Any) -> bytes:
    event = {
        "id": "evt_1",
        "type": "payment_intent.succeeded",
        "livemode": False,
        "created": 1_700_000_000,
        "data": {"object": {"id": "pi_1"}},
    }
    return json.dumps(event | changes).encode()


@pytest.mark.parametrize(
    ("body", "secret", "at", "code"),
    [
        (_event(), "whsec_forged", None, "bad_signature"),
        (_event(), None, 1_600_000_000, "bad_signature"),
        (_event(livemode=True), None, None, "wrong_livemode"),
        (_event(data={}), None, None, "bad_event"),
        (b"{", None, None, "bad_event"),
        (b"[1, 2]", None, None, "bad_event"),
        (b"", None, None, "bad_event"),
        (b"\xff\xfe", None, None, "bad_signature"),
    ],
)
def test_what_is_no_event_of_ours_is_refused_by_name(
    client: FlaskClient, settings: Settings, body: bytes, secret: str | None, at: int | None, code: str
) -> None:
    before = dump()
    signature = sign(body, secret or settings.stripe_webhook_secret, at)
    answer = client.post("/stripe/events", data=body, headers={"Stripe-Signature": signature})
    assert (answer.status_code, answer.get_json()["code"]) == (400, code)
    assert dump() == before


def _routes_with_ids(app: Flask, prefix: str) -> Iterator[tuple[str, Rule]]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(prefix) and any(name.endswith("_id") for name in rule.arguments):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule


def _address(rule: Rule, ids: dict[str, str]) -> str:
    built = rule.build({name: ids[name] for name in rule.arguments})
    assert built is not None
    return built[1]


def _asked_as(town: Town, prefix: str) -> Callable[[str, str], TestResponse]:
    """The stranger, with a browser or with a token, as the address wants it."""
    how: dict[str, Any]
    if prefix == "/staff/":
        browser, how = town.browser_of("stranger"), {"data": {}}
        browser.get("/staff/")
    else:
        browser, how = town.browser_of("nobody"), {"json": {}, "headers": town.bearer_of("stranger")}
        browser.get("/api/v1/organisation", headers=how["headers"])
    return lambda method, path: browser.open(path, method=method, **how)


@pytest.mark.parametrize("prefix", ["/api/v1/", "/staff/"])
def test_anothers_thing_is_answered_like_one_that_does_not_exist(town: Town, prefix: str) -> None:
    """By every method of every address, with the same status and the same work; and nothing changes."""
    ask = _asked_as(town, prefix)
    before, asked, telling = dump(), 0, []
    for method, rule in _routes_with_ids(town.app, prefix):
        ours = {name: ids[0] for name in rule.arguments if (ids := town.ids_of(name))}
        if len(ours) < len(rule.arguments):
            continue  # there is none of this kind to find
        nobodys = {name: new_id("nothing") if name.endswith("_id") else ours[name] for name in ours}
        did: list[list[str]] = []
        for chosen in (ours, nobodys):
            with statements() as asked_of_it:
                answer = ask(method, _address(rule, chosen))
            assert answer.status_code != 200, (method, rule.rule)
            did.append([str(answer.status_code), *asked_of_it])
        if did[0] != did[1]:
            telling.append((method, rule.rule, did[0][0], did[1][0], len(did[0]), len(did[1])))
        asked += 1
    assert asked > 20
    assert telling == []
    assert dump() == before
