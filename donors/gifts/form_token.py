"""Proof of form: each view of a giving form carries its own signed token.

The gift's id is derived from the token and what was typed, so a double click, a reload or two tabs of one
form make one gift, while a changed amount makes another. The public page is shared bytes in a cache; the
token alone is put in for each reader.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

from core import clock, ids

#: Stands in cached pages where each reader's own token goes.
PLACEHOLDER = "form-token-of-this-reader"
#: A page left open overnight still gives; an older one is shown again with a fresh token.
VALID_SECONDS = 24 * 3600
_SALT = "giving-form"


def _signer(secret: str) -> TimestampSigner:
    return TimestampSigner(secret, salt=_SALT)


def maker(secret: str) -> Callable[[], str]:
    """What makes a new token outside a request, for pages answered from memory."""
    # The key is derived once, not for every reader.
    signer = TimestampSigner(_signer(secret).derive_key(), salt=_SALT, key_derivation="none")
    return lambda: signer.sign(secrets.token_urlsafe(12)).decode()


def new_token() -> str:
    return maker(current_app.config["SECRET_KEY"])()


def is_valid(token: str) -> bool:
    try:
        _signer(current_app.config["SECRET_KEY"]).unsign(token, max_age=VALID_SECONDS)
    except (BadSignature, SignatureExpired):
        return False
    return True


def age_seconds(token: str) -> float:
    """How long ago a valid token was made; whole seconds."""
    _value, made_at = _signer(current_app.config["SECRET_KEY"]).unsign(token, return_timestamp=True)
    return (clock.now() - made_at).total_seconds()


def gift_id(token: str, content: dict[str, Any]) -> str:
    """The id of the gift that this form with this content makes."""
    message = token + json.dumps(content, sort_keys=True, default=str)
    digest = hmac.digest(current_app.config["SECRET_KEY"].encode(), message.encode(), hashlib.sha256)
    return f"gift_{ids.encode(digest)}"
