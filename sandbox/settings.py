"""What may be chosen when the sandbox starts."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

PLATFORM = "acct_sandboxplatform"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Amounts are in minor units, durations in the unit their name ends in.

    `public_url` is where browsers reach the hosted page, when that is not where it listens. `webhooks` are
    (url, secret) pairs registered at start; they hear of connected accounts too.
    """

    key: str = "sk_test_sandbox"
    host: str = "127.0.0.1"
    port: int = 0
    public_url: str = ""
    state: Path | None = None
    webhooks: tuple[tuple[str, str], ...] = ()
    fee_percent: Decimal = Decimal("2.9")
    fee_fixed: int = 30
    dispute_fee: int = 1500
    finalize_after_seconds: int = 3600
    retry_after_days: tuple[int, ...] = (1, 2, 4, 6)
    backoff_seconds: tuple[float, ...] = (0.2, 1, 5, 25, 60, 300, 900, 3600, 7200, 14400)
    patience_seconds: float = 10
