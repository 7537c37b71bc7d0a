"""The API's description is valid, and says of every address how software proves itself."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from staff.access import ALL_PERMISSIONS


@pytest.fixture
def description(client: FlaskClient) -> dict[str, Any]:
    return client.get("/openapi.json").get_json()


def operations(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{verb} {path}": operation
        for path, item in description["paths"].items()
        for verb, operation in item.items()
        if verb != "parameters"
    }


def test_the_description_is_valid_openapi(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    validate(description)


def test_every_operation_asks_for_a_bearer_token(description: dict[str, Any]) -> None:
    scheme = description["components"]["securitySchemes"]["bearerAuth"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    without = [
        name for name, each in operations(description).items() if each.get("security") != [{"bearerAuth": []}]
    ]
    assert without == []


def test_every_scope_named_is_a_permission(description: dict[str, Any]) -> None:
    named = {each["x-scope"] for each in operations(description).values() if "x-scope" in each}
    assert named <= ALL_PERMISSIONS


def test_every_operation_has_a_sentence_and_the_refusals(description: dict[str, Any]) -> None:
    for name, each in operations(description).items():
        assert each.get("summary"), name
        assert {"401", "403"} <= set(each["responses"]), name


def test_a_refusal_is_described_as_it_is_sent(description: dict[str, Any]) -> None:
    content = description["components"]["responses"]["DEFAULT_ERROR"]["content"]
    schema = description["components"]["schemas"]["Problem"]
    assert list(content) == ["application/problem+json"]
    assert {"title", "status", "code", "detail"} <= set(schema["properties"])


def test_every_address_of_the_api_is_described(app: Flask, description: dict[str, Any]) -> None:
    addresses = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")}
    assert len(addresses) == len(description["paths"])
