"""Stripe's errors, in Stripe's shape."""

from typing import Any


class StripeError(Exception):
    """An answer of the form {"error": {type, code, message, param, ...}} with an HTTP status."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.more = more

    def body(self) -> dict[str, Any]:
        """The JSON body; members without a value are left out, as Stripe does."""
        members = {"code": self.code, "param": self.param} | self.more
        error = {"message": self.message, "type": self.kind}
        return {"error": error | {name: value for name, value in members.items() if value is not None}}


def unknown_parameter(param: str) -> StripeError:
    return StripeError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def missing_parameter(param: str) -> StripeError:
    return StripeError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def empty_parameter(param: str) -> StripeError:
    return StripeError(
        f"You passed an empty string for '{param}'. We assume empty values are an attempt to unset a "
        f"parameter; however '{param}' cannot be unset. You should remove '{param}' from your request or "
        "supply a non-empty value.",
        code="parameter_invalid_empty",
        param=param,
    )


def missing_resource(noun: str, identifier: str, param: str = "id") -> StripeError:
    return StripeError(f"No such {noun}: '{identifier}'", status=404, code="resource_missing", param=param)


def bad_key(key: str | None) -> StripeError:
    if not key:
        message = (
            "You did not provide an API key. You need to provide your API key in the Authorization header, "
            "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
        return StripeError(message, status=401)
    shown = key[:8] + "*" * max(0, len(key) - 12) + key[-4:]
    return StripeError(f"Invalid API Key provided: {shown}", status=401)


def unrecognised_address(method: str, path: str) -> StripeError:
    return StripeError(f"Unrecognized request URL ({method}: {path}).", status=404)
