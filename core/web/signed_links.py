"""What stands in the links of mails: an id with our signature, good for one purpose."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer


def sign(thing_id: str, purpose: str) -> str:
    """The last part of an address that only we can make."""
    dumped = _serializer(purpose).dumps(thing_id)
    return dumped if isinstance(dumped, str) else dumped.decode()


def read(token: str, purpose: str) -> str | None:
    """The id that a link of this purpose names, or None for one that we did not sign."""
    try:
        return str(_serializer(purpose).loads(token))
    except BadSignature:
        return None


def _serializer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=purpose)
