"""Typed settings, read once from `AMPARO_…` variables, refused at start with a sentence.

Development has a working default for everything, so that the demo needs no account and no key. Production
has none for what must be secret or true, and says which one is missing or weak.
"""

import base64
import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from environs import Env, EnvError

DEVELOPMENT_SECRET = "development-only-secret-that-production-refuses"


class BadSettings(Exception):
    """The settings cannot be used; the message names each variable and its rule."""


def _development_key(purpose: str) -> str:
    digest = hashlib.sha256(f"{DEVELOPMENT_SECRET}:{purpose}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()


@dataclass(frozen=True, repr=False)
class Settings:
    """One field for each variable `AMPARO_<NAME>`; `repr` never shows a value."""

    environment: str = "development"
    data_dir: Path = Path("data")
    database_url: str = ""
    base_url: str = "http://127.0.0.1:5000"
    secret_key: str = DEVELOPMENT_SECRET
    password_salt: str = "development-only-salt"
    #: Fernet keys, newest first; the first seals, all open.
    sealing_keys: tuple[str, ...] = (_development_key("sealing"),)
    #: Key under which the seeds of one-time codes are kept (Flask-Security's TOTP).
    totp_key: str = _development_key("totp")
    #: Owners, finance and legal need a second step to sign in. Always so in production.
    require_second_step: bool = False
    #: Fernet key under which backups are written and read; without it there are none.
    backup_key: str = ""
    mail_url: str = "smtp://127.0.0.1:1025"
    mail_from: str = "Amparo <amparo@localhost.test>"
    #: Who is told when scheduled work stops or figures do not add up; nobody here means every owner.
    operators: tuple[str, ...] = ()
    #: `sqlite:///path`, `postgresql://…` or `redis://…`; `memory:` runs a job at once, for tests.
    queue_url: str = ""
    #: Where request limits are counted: `memory://`, `redis://…`.
    limits_url: str = "memory://"
    stripe_secret_key: str = "sk_test_sandbox"
    stripe_webhook_secret: str = "whsec_sandbox"
    #: Of the endpoint for connected accounts; empty where no organisation has an account of its own.
    stripe_connect_webhook_secret: str = ""
    #: Empty means Stripe itself.
    stripe_api_base: str = "http://127.0.0.1:12111"
    #: Outgoing webhooks may go to this machine and over http; for development alone.
    webhooks_at_home: bool = False
    #: A public page may be served from memory for this long; 0 builds each anew. 5 is the most.
    page_cache_seconds: float = 2.0
    #: How many proxies stand before us and tell the visitor's address; 0 believes nobody.
    proxies: int = 0
    log_level: str = "INFO"
    #: One process per file in this folder, where several web processes share `/metrics`.
    metrics_dir: str = ""

    def __repr__(self) -> str:
        return f"<Settings {self.environment}>"

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def second_step_required(self) -> bool:
        return self.is_production or self.require_second_step

    @property
    def livemode(self) -> bool:
        """Whether the Stripe key moves real money; events of the other mode are refused."""
        return "_live_" in self.stripe_secret_key

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'amparo.sqlite').absolute()}"

    @property
    def effective_queue_url(self) -> str:
        return self.queue_url or f"sqlite:///{(self.data_dir / 'queue.sqlite').absolute()}"


def from_environment() -> Settings:
    """Read `AMPARO_…`. Raises `BadSettings` with one line for each variable that is wrong."""
    env = Env()
    given: dict[str, object] = {}
    try:
        with env.prefixed("AMPARO_"):
            for each in fields(Settings):
                name = each.name.upper()
                if env.str(name, None) is None:
                    continue
                given[each.name] = _read(env, each.name, name)
    except EnvError as refusal:
        raise BadSettings(str(refusal)) from refusal
    settings = Settings(**given)  # pyright: ignore[reportArgumentType]
    wrong = check(settings)
    if wrong:
        raise BadSettings("\n".join(wrong))
    return settings


def _read(env: Env, field_name: str, name: str) -> object:
    match field_name:
        case "sealing_keys" | "operators":
            return tuple(env.list(name))
        case "data_dir":
            return env.path(name)
        case "page_cache_seconds":
            return env.float(name)
        case "proxies":
            return env.int(name)
        case "require_second_step" | "webhooks_at_home":
            return env.bool(name)
        case _:
            return env.str(name)


def check(settings: Settings) -> list[str]:
    """Sentences on what is wrong, empty when all is well."""
    wrong: list[str] = []
    if settings.environment not in {"development", "testing", "production"}:
        wrong.append("AMPARO_ENVIRONMENT must be development, testing or production.")
    if not 0 <= settings.page_cache_seconds <= 5:
        wrong.append(
            "AMPARO_PAGE_CACHE_SECONDS must be from 0 to 5: public figures are never older than that."
        )
    if settings.proxies < 0:
        wrong.append("AMPARO_PROXIES must be 0 or the number of proxies before the web processes.")
    for key in settings.sealing_keys:
        if not _is_fernet_key(key):
            wrong.append(
                "AMPARO_SEALING_KEYS must be Fernet keys, 32 url-safe base64 bytes each, comma-separated."
            )
            break
    if not settings.sealing_keys:
        wrong.append("AMPARO_SEALING_KEYS must hold at least one key.")
    if not all("@" in each for each in settings.operators):
        wrong.append("AMPARO_OPERATORS must be mail addresses, comma-separated.")
    if settings.backup_key and not _is_fernet_key(settings.backup_key):
        wrong.append("AMPARO_BACKUP_KEY must be a Fernet key, 32 url-safe base64 bytes.")
    if settings.is_production:
        wrong += _check_production(settings)
    return wrong


def _check_production(settings: Settings) -> list[str]:
    defaults = Settings()
    wrong = [
        f"AMPARO_{name.upper()} must be set in production: it has no safe default."
        for name in (
            *("database_url", "base_url", "secret_key", "password_salt", "sealing_keys", "totp_key"),
            *("mail_url", "mail_from", "limits_url", "stripe_secret_key", "stripe_webhook_secret"),
            *("stripe_api_base",),
        )
        if getattr(settings, name) == getattr(defaults, name)
    ]
    if len(settings.secret_key) < 32:
        wrong.append("AMPARO_SECRET_KEY must have at least 32 characters.")
    if len(settings.password_salt) < 16:
        wrong.append("AMPARO_PASSWORD_SALT must have at least 16 characters.")
    if urlsplit(settings.base_url).scheme != "https":
        wrong.append("AMPARO_BASE_URL must start with https:// in production.")
    if settings.webhooks_at_home:
        wrong.append("AMPARO_WEBHOOKS_AT_HOME must not be set in production.")
    if settings.queue_url == "memory:":
        wrong.append("AMPARO_QUEUE_URL must name a queue that outlives a process in production.")
    return wrong


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
