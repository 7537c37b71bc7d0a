"""What Flask-Security says most often, in our voice; the rest comes from its own catalogues."""

from collections.abc import Mapping

from flask_babel import lazy_gettext

_NO_SUCH_PASSKEY = lazy_gettext("This passkey opens no account here, or not in this way.")

#: By the names of its messages, without their prefix.
WRONG = {
    "GENERIC_AUTHN_FAILED": lazy_gettext("This e-mail address and password do not belong together."),
    "UNAUTHENTICATED": lazy_gettext("Sign in to see this page."),
    "REAUTHENTICATION_REQUIRED": lazy_gettext("Confirm that it is you, then go on."),
    "INVALID_RESET_PASSWORD_TOKEN": lazy_gettext("This link does not work any more. Ask for a new one."),
    "TWO_FACTOR_INVALID_TOKEN": lazy_gettext("This code is not right. Wait for the next one."),
    "INVALID_RECOVERY_CODE": lazy_gettext("This recovery code is not right, or it was used."),
    # Which of these it was helps nobody who owns the passkey, and tells others what exists.
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": _NO_SUCH_PASSKEY,
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": _NO_SUCH_PASSKEY,
    "WEBAUTHN_NO_VERIFY": _NO_SUCH_PASSKEY,
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": _NO_SUCH_PASSKEY,
    "WEBAUTHN_MISMATCH_USER_HANDLE": _NO_SUCH_PASSKEY,
}
WELL = {
    "LOGIN": lazy_gettext("Sign in to see this page."),
    "PASSWORD_RESET_REQUEST": lazy_gettext(
        "If this address has an account, a mail with a link is on its way."
    ),
    "REAUTHENTICATION_SUCCESSFUL": lazy_gettext("Thank you. You can go on."),
    "PASSWORD_CHANGE": lazy_gettext("Your password is changed. Other devices are signed out."),
    "PASSWORD_RESET_NO_LOGIN": lazy_gettext("Your password is changed. Sign in with the new one."),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": lazy_gettext("Codes are on. Signing in asks for one."),
    "TWO_FACTOR_DISABLED": lazy_gettext("Codes are off."),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": lazy_gettext("You are signed in."),
    "WEBAUTHN_REGISTER_SUCCESSFUL": lazy_gettext("The passkey “%(name)s” is ready."),
    "WEBAUTHN_CREDENTIAL_DELETED": lazy_gettext("The passkey “%(name)s” is removed."),
}
SUBJECTS = {
    "EMAIL_SUBJECT_PASSWORD_RESET": lazy_gettext("Set a new password"),
    "EMAIL_SUBJECT_PASSWORD_NOTICE": lazy_gettext("Your password was changed"),
    "EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": lazy_gettext("Your password was changed"),
    "EMAIL_SUBJECT_TWO_FACTOR_RESCUE": lazy_gettext("Someone cannot get past their one-time code"),
}


def settings() -> Mapping[str, object]:
    """The settings that hold these words, without their prefix."""
    messages = [(WRONG, "error"), (WELL, "good")]
    return SUBJECTS | {
        f"MSG_{name}": (text, category) for words, category in messages for name, text in words.items()
    }
