"""A decoded form, held against the schema of its request: coerced, or refused in Stripe's words."""

import re
from typing import Any

from sandbox.protocol.document import Schema, resolved
from sandbox.protocol.error import StripeError, empty_parameter, missing_parameter, unknown_parameter

_INTEGER = re.compile(r"[+-]?\d{1,18}\Z")
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,12})?\Z")


def coerce(schema: Schema, value: Any, path: str = "") -> Any:
    """The value as the schema's type. Raises StripeError 400 that names the parameter, with brackets."""
    schema = resolved(schema)
    if "anyOf" in schema:
        return _any_of(schema["anyOf"], value, path)
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, value, path)
    if kind == "array":
        return _array(schema, value, path)
    if not isinstance(value, str):
        raise StripeError(f"Invalid string: {path} must be a single value.", param=path)
    return _scalar(schema, value, path)


def _any_of(options: list[Schema], value: Any, path: str) -> Any:
    refusals: list[StripeError] = []
    for option in sorted(options, key=_breadth):
        try:
            return coerce(option, value, path)
        except StripeError as refusal:
            refusals.append(refusal)
    raise max(refusals, key=lambda refusal: (len(refusal.param or ""), refusal.code is not None))


def _breadth(schema: Schema) -> int:
    """Narrow schemas are tried first, a free string last."""
    kind = resolved(schema).get("type")
    return (
        0 if schema.get("enum") else {"integer": 1, "number": 1, "boolean": 1, "string": 3}.get(str(kind), 2)
    )


def _object(schema: Schema, value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise StripeError("Invalid object", param=path)
    properties: dict[str, Schema] = schema.get("properties", {})
    extra = schema.get("additionalProperties")
    result: dict[str, Any] = {}
    for name, member in value.items():
        where = f"{path}[{name}]" if path else name
        if name in properties:
            result[name] = coerce(properties[name], member, where)
        elif isinstance(extra, dict):
            result[name] = member if member == "" else coerce(extra, member, where)
        else:
            raise unknown_parameter(where)
    for name in schema.get("required", ()):
        if name not in result:
            raise missing_parameter(f"{path}[{name}]" if path else name)
    return result


def _array(schema: Schema, value: Any, path: str) -> list[Any]:
    if value == "":
        return []
    if not isinstance(value, dict) or not all(key.isdigit() for key in value):
        raise StripeError("Invalid array", param=path)
    ordered = [value[key] for key in sorted(value, key=int)]
    return [coerce(schema["items"], item, f"{path}[{index}]") for index, item in enumerate(ordered)]


def _scalar(schema: Schema, value: str, path: str) -> Any:
    kind, choices = schema.get("type"), schema.get("enum")
    if choices is not None and not schema.get("x-stripeBypassValidation"):
        return _choice(choices, value, path)
    if kind == "integer":
        if not _INTEGER.match(value):
            raise StripeError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=path)
        return int(value)
    if kind == "number":
        if not _NUMBER.match(value):
            raise StripeError(f"Invalid decimal: {value}", code="parameter_invalid_decimal", param=path)
        return float(value)
    if kind == "boolean":
        if value not in ("true", "false"):
            raise StripeError(f"Invalid boolean: {value}", param=path)
        return value == "true"
    return _string(schema, value, path)


def _choice(choices: list[str], value: str, path: str) -> str:
    if value in choices:
        return value
    if value == "":
        raise empty_parameter(path)
    names = [choice for choice in choices if choice] or ["an empty string"]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, or {names[-1]}"
    raise StripeError(f"Invalid {path}: must be one of {listed}", param=path)


def _string(schema: Schema, value: str, path: str) -> str:
    if value == "":
        raise empty_parameter(path)
    if schema.get("format") == "decimal" and not _NUMBER.match(value):
        raise StripeError(f"Invalid decimal: {value}", code="parameter_invalid_decimal", param=path)
    longest = schema.get("maxLength", 5000)
    if len(value) > longest:
        raise StripeError(
            f"Invalid string: {value[:20]}...; must be at most {longest} characters",
            param=path,
        )
    return value
