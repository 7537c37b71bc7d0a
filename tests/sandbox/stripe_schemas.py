"""Stripe's component schemas as JSON Schema, stricter than published: a member they do not name is an error."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from sandbox.protocol.document import schemas

_KEPT = (
    "type",
    "properties",
    "required",
    "items",
    "anyOf",
    "enum",
    "additionalProperties",
    "maxLength",
    "minimum",
    "maximum",
    "pattern",
    "oneOf",
    "allOf",
)


def complaints(row: dict[str, Any]) -> list[str]:
    """What the schema of the object's kind says against it."""
    validator = _validator(row["object"] if not row.get("deleted") else f"deleted_{row['object']}")
    return [f"{error.json_path}: {_short(error)}" for error in validator.iter_errors(row)]


def _short(error: Any) -> str:
    """For one of several alternatives, what the best fitting of them misses."""
    while error.context:
        error = max(error.context, key=lambda one: (len(one.absolute_path), one.validator != "type"))
    return f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"urn:stripe#/{kind.replace('~', '~0')}"}, registry=_registry())


@cache
def _registry() -> Registry[Any]:
    contents = {name: _translated(schema) for name, schema in schemas().items()}
    resource = Resource(contents=contents, specification=DRAFT202012)
    return Registry().with_resource("urn:stripe", resource)


def _translated(schema: Any) -> Any:
    """OpenAPI 3.0 into JSON Schema: `nullable` becomes an alternative, references move."""
    if "$ref" in schema:
        return {"$ref": "urn:stripe#/" + schema["$ref"].rsplit("/", 1)[-1]}
    result = {name: schema[name] for name in _KEPT if name in schema}
    if schema.get("x-stripeBypassValidation"):
        result.pop("enum", None)
    if "properties" in result:
        result["properties"] = {name: _translated(one) for name, one in result["properties"].items()}
        result.setdefault("additionalProperties", not result["properties"])
    if isinstance(result.get("additionalProperties"), dict):
        result["additionalProperties"] = _translated(result["additionalProperties"])
    if "items" in result:
        result["items"] = _translated(result["items"])
    for name in ("anyOf", "oneOf", "allOf"):
        if name in result:
            result[name] = [_translated(one) for one in result[name]]
    return {"anyOf": [result, {"type": "null"}]} if schema.get("nullable") else result
