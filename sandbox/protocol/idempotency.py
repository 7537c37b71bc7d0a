"""Idempotency keys, as Stripe keeps them: for a day, with the parameters of the first request."""

import hashlib
import json
from typing import Any

from sandbox.account import Account
from sandbox.protocol.error import StripeError

_KIND = "_answer"
_KEPT_SECONDS = 24 * 3600


def fingerprint(method: str, path: str, params: dict[str, Any]) -> str:
    text = json.dumps([method, path, params], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def earlier_answer(account: Account, key: str, print_of_call: str) -> tuple[int, dict[str, Any]] | None:
    """Status and body of the first answer under this key.

    Raises StripeError `idempotency_error` when the parameters are others than the first time.
    """
    row = account.find(_KIND, key)
    if row is None or row["created"] <= account.now - _KEPT_SECONDS:
        return None
    if row["fingerprint"] != print_of_call:
        raise StripeError(
            "Keys for idempotent requests can only be used with the same parameters they were first used "
            f"with. Try using a key other than '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    return row["status"], row["body"]


def keep_answer(account: Account, key: str, print_of_call: str, *, status: int, body: dict[str, Any]) -> None:
    """Only answers of requests that began to be executed are kept, refusals of form are not."""
    row = {"id": key, "created": account.now, "fingerprint": print_of_call, "status": status, "body": body}
    account.world.store.put(account.id, _KIND, row)
