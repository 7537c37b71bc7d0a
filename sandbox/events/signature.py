"""Stripe's signature scheme v1: HMAC-SHA256 over "timestamp.body"."""

import hashlib
import hmac


def header(body: bytes, secret: str, timestamp: int) -> str:
    """The value of `Stripe-Signature`; the timestamp is the real time, whatever the sandbox's clock says."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={mac.hexdigest()}"
