"""Production refuses to start on what is missing or weak, and says which setting and why."""

import pytest
from cryptography.fernet import Fernet

from core.settings import BadSettings, Settings, check, from_environment

pytestmark = pytest.mark.pure

GOOD = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql+psycopg://amparo@db/amparo",
    "BASE_URL": "https://give.example.org",
    "SECRET_KEY": "s" * 40,
    "PASSWORD_SALT": "p" * 20,
    "SEALING_KEYS": Fernet.generate_key().decode(),
    "TOTP_KEY": Fernet.generate_key().decode(),
    "MAIL_URL": "smtps://user:secret@mail.example.org",
    "MAIL_FROM": "Amparo <give@example.org>",
    "LIMITS_URL": "redis://limits",
    "STRIPE_SECRET_KEY": "sk_live_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
    "STRIPE_API_BASE": "",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(f"AMPARO_{name}", value)
    return monkeypatch


def test_good_settings_start_in_production(environment: pytest.MonkeyPatch) -> None:
    settings = from_environment()
    assert settings.is_production
    assert settings.livemode


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"ENVIRONMENT"}))
def test_production_refuses_what_is_missing_by_name(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(f"AMPARO_{name}")
    with pytest.raises(BadSettings, match=f"AMPARO_{name} must be set"):
        from_environment()


@pytest.mark.parametrize(
    ("name", "weak"),
    [
        ("SECRET_KEY", "short"),
        ("PASSWORD_SALT", "short"),
        ("BASE_URL", "http://give.example.org"),
        ("SEALING_KEYS", "not-a-key"),
        ("QUEUE_URL", "memory:"),
        ("PAGE_CACHE_SECONDS", "60"),
        ("PAGE_CACHE_SECONDS", "soon"),
        ("ENVIRONMENT", "staging"),
    ],
)
def test_what_is_weak_or_wrong_is_refused_by_name(
    environment: pytest.MonkeyPatch, name: str, weak: str
) -> None:
    environment.setenv(f"AMPARO_{name}", weak)
    with pytest.raises(BadSettings, match=f"AMPARO_{name}|PAGE_CACHE_SECONDS"):
        from_environment()


def test_a_refusal_never_shows_a_secret(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AMPARO_SEALING_KEYS", "a-secret-that-is-no-key")
    with pytest.raises(BadSettings) as refusal:
        from_environment()
    assert "a-secret-that-is-no-key" not in str(refusal.value)


def test_development_needs_nothing() -> None:
    assert check(Settings()) == []


def test_settings_do_not_print_themselves() -> None:
    assert Settings().secret_key not in repr(Settings())
