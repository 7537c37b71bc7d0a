"""Sign-in by Flask-Security: password, recovery by mail, one-time codes, recovery codes, passkeys.

Its views write through our `transaction()`, its mails are our rows, its words follow our language, and it
answers the same whether or not an address is known.
"""

import base64
from collections.abc import Callable
from datetime import timedelta
from email.utils import parseaddr
from functools import wraps
from typing import Any

import qrcode
from babel.support import NullTranslations, Translations
from flask import Flask, Response, make_response, redirect, request, url_for
from flask_security import MailUtil, Security
from flask_security.babel import FsDomain
from flask_security.totp import Totp
from flask_security.webauthn_util import WebauthnUtil
from passlib.totp import TotpMatch
from qrcode.image.svg import SvgPathFillImage
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core import ids
from core.db import transaction
from core.i18n import language
from core.mail import queue_mail
from core.settings import Settings
from staff import assurance
from staff.account import User, accounts
from staff.sessions import sign_in_words, throttle, watching
from staff.sessions.signed_in import LASTS_LONG

#: Where each of its pages lies. Nothing here registers people: they come by invitation.
ADDRESSES = {
    "LOGIN_URL": "/login",
    "LOGOUT_URL": "/logout",
    "RESET_URL": "/reset",
    "CHANGE_URL": "/change-password",
    "VERIFY_URL": "/verify",
    "POST_LOGIN_VIEW": "/staff/",
    "POST_LOGOUT_VIEW": "/login",
    "POST_CHANGE_VIEW": "/staff/account",
    "POST_VERIFY_VIEW": "/staff/account",
    "TWO_FACTOR_POST_SETUP_VIEW": "/staff/account",
    "WAN_POST_REGISTER_VIEW": "/staff/account",
}
#: These write nothing; holding SQLite's one write lock while a password is hashed would stop gifts.
_WRITES_NOTHING = {"login", "verify", "static"}
#: Where second steps are changed. Whoever came in without the one that is there may not.
_SECOND_STEPS = {
    *("two_factor_setup", "two_factor_setup_validate", "mf_recovery_codes"),
    *("wan_register", "wan_register_response", "wan_delete"),
}


def init_app(app: Flask, settings: Settings) -> Security:
    """Wire the sign-in pages. CSRF protection must be there before."""
    _configure(app, settings)
    security = Security(
        app,
        accounts,
        mail_util_cls=RowMail,
        totp_cls=OnceOnlyCodes,
        webauthn_util_cls=AnyPasskey,
    )
    security.i18n_domain = Words(app)
    app.jinja_env.globals["_fsdomain"] = security.i18n_domain.gettext
    security.want_json(lambda _request: False)  # software has /api/v1 and tokens of its own
    for endpoint, view in app.view_functions.items():
        blueprint, _dot, name = endpoint.partition(".")
        if blueprint == "security":
            app.view_functions[endpoint] = _guarded(name, view)
    watching.init_app(app)
    return security


def _configure(app: Flask, settings: Settings) -> None:
    is_testing = settings.environment == "testing"
    switches = {
        **dict.fromkeys(("RECOVERABLE", "CHANGEABLE", "TWO_FACTOR", "WEBAUTHN"), True),
        **dict.fromkeys(("MULTI_FACTOR_RECOVERY_CODES", "RETURN_GENERIC_RESPONSES"), True),
        # No addresses are kept (staff/sessions/ keeps what is), and nothing tells which accounts have passkeys.
        **dict.fromkeys(("TRACKABLE", "WAN_ALLOW_USER_HINTS", "TWO_FACTOR_RESCUE_EMAIL"), False),
        **dict.fromkeys(("EMAIL_HTML", "CLI_USERS_NAME", "CLI_ROLES_NAME"), False),
        "STATIC_FOLDER": None,
        "API_ENABLED_METHODS": ["session"],
    }
    secrets = {
        "PASSWORD_SALT": settings.password_salt,
        "PASSWORD_LENGTH_MIN": 12,
        # A real hash costs a tenth of a second, which a test suite pays hundreds of times.
        "PASSWORD_HASH": "pbkdf2_sha256" if is_testing else "argon2",
        "PASSWORD_SCHEMES": ["pbkdf2_sha256"] if is_testing else ["argon2"],
        "PASSWORD_HASH_PASSLIB_OPTIONS": {"pbkdf2_sha256__rounds": 1} if is_testing else {},
        **({"HASHING_SCHEMES": ["hex_md5"]} if is_testing else {}),
        "TOTP_SECRETS": {"1": settings.totp_key},
        "TOTP_ISSUER": "Amparo",
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [key.encode() for key in settings.sealing_keys],
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_MAIL": parseaddr(settings.mail_from)[1],
        "WAN_RP_NAME": "Amparo",
        "RESET_PASSWORD_WITHIN": timedelta(hours=2),
        "FRESHNESS": assurance.FRESH_FOR,
        "FRESHNESS_GRACE_PERIOD": timedelta(minutes=15),
        "EMAIL_VALIDATOR_ARGS": {
            "check_deliverability": False,
            "test_environment": not settings.is_production,
        },
    }
    for name, value in {**ADDRESSES, **switches, **secrets, **sign_in_words.settings()}.items():
        app.config[f"SECURITY_{name}"] = value
    app.config["SECOND_STEP_REQUIRED"] = settings.second_step_required
    # How long a session lasts is said by its row.
    app.config["PERMANENT_SESSION_LIFETIME"] = LASTS_LONG


def _guarded(name: str, view: Callable[..., Any]) -> Callable[..., Any]:
    """A view of Flask-Security with our limits, inside our transaction."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if name in _SECOND_STEPS and assurance.lacks_own_second_step():
            return redirect(url_for("staff.second_step"), 303)
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return view(*args, **kwargs)
        throttle.spend_try(name)
        if name in _WRITES_NOTHING:
            answer = view(*args, **kwargs)
            watching.open_noted_alone()
            return answer
        with transaction():
            answer = view(*args, **kwargs)
            watching.open_noted()
        return _forget_here(answer) if name == "logout" else answer

    guarded.guard = "security"  # pyright: ignore[reportAttributeAccessIssue]
    return guarded


def _forget_here(answer: Any) -> Response:
    """Let the browser drop kept pages, and drafts of hours, with the session."""
    response = make_response(answer)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


class RowMail(MailUtil):
    """Its mails as rows of ours: sent after the commit, retried, in the transaction of what they tell."""

    def send_mail(  # noqa: PLR0913 - the signature is Flask-Security's
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        to = recipient if isinstance(recipient, str) else recipient[1]
        queue_mail(key=f"{template}:{ids.new_id('mail')}", to=to, subject=str(subject), text=body or "")


class OnceOnlyCodes(Totp):
    """One-time codes that are taken once: the last time step is kept with the account."""

    def get_last_counter(self, user: User) -> int | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return user.totp_last_counter

    def set_last_counter(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, user: User, tmatch: TotpMatch
    ) -> None:
        user.totp_last_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> str:
        """As a data address; on white, since no camera reads black on a dark page."""
        picture = qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgPathFillImage)
        return f"data:image/svg+xml;base64,{base64.b64encode(picture.to_string()).decode()}"


class AnyPasskey(WebauthnUtil):
    """Passkeys of the device itself as well as of a separate key; the first factor proves the person too."""

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:
        alone = usage == "first"
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED if alone else ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED
            if alone
            else UserVerificationRequirement.PREFERRED,
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:
        alone = usage == ["first"]
        return UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED


class Words(FsDomain):
    """Its catalogues by our languages: its Spanish stands under es_ES. Texts of ours pass unchanged."""

    def get_translations(self) -> NullTranslations:
        name = {"es": "es_ES"}.get(language(), language())
        if name not in self.cache:
            self.cache[name] = Translations.load(self.translation_directories[0], [name], self.domain[0])
        return self.cache[name]

    def gettext(self, string: Any, **variables: Any) -> str:
        return super().gettext(str(string), **variables)
