"""Language, and how money, numbers, days and instants read in it.

The language of a request is `?lang=`, else the cookie that the switch leaves, else the browser's wish.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from flask import Flask, Response, current_app, has_request_context, request
from flask_babel import Babel, get_locale

from core.money import Money

LANGUAGES = {"en": "English", "es": "Español"}
#: Whose habits numbers and days follow. Readers of Spanish here live in the Americas: $63,480, not 63.480 US$.
_HABITS = {"en": Locale("en", "US"), "es": Locale("es", "US")}
_WHOLE = _HABITS["en"].currency_formats["standard"].pattern.replace(".00", "")
babel = Babel()


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", f"{app.root_path}/translations")
    babel.init_app(app, locale_selector=chosen_language)
    app.after_request(_remember_choice)
    app.jinja_env.filters.update(
        money=money, number=number, date=day, datetime=instant, month=month, hours=hours
    )
    app.jinja_env.globals.update(LANGUAGES=LANGUAGES, language=language, page_address=page_address)


def chosen_language() -> str:
    """The language of the request at hand; English outside one (mails force their own)."""
    if not has_request_context():
        return "en"
    for wish in (request.args.get("lang"), request.cookies.get("lang")):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(list(LANGUAGES), "en")


def _remember_choice(response: Response) -> Response:
    """Who chose a language by the switch keeps it on the pages that follow."""
    wish = request.args.get("lang")
    if wish in LANGUAGES:
        response.set_cookie("lang", wish, max_age=365 * 24 * 3600, samesite="Lax")
    return response


def page_address() -> str:
    """Where the page at hand is found again: its own address, or the nearest above it that can be looked at,
    when the page answers a form that was sent."""
    path = request.path
    adapter = current_app.create_url_adapter(request)
    while request.method == "POST" and adapter and path != "/" and "GET" not in adapter.allowed_methods(path):
        path = path.rpartition("/")[0] or "/"
    return path


def language() -> str:
    return str(get_locale() or "en")


def _habits() -> Locale:
    return _HABITS.get(language(), _HABITS["en"])


def money(value: Money | int, currency: str = "USD") -> str:
    """`$1,250` for whole amounts, `$12.50` otherwise; an int is minor units of `currency`.

    The same in both languages: what Spanish in the United States lacks are signs, such as € and ¥.
    """
    amount = value if isinstance(value, Money) else Money(value, currency)
    major = amount.major
    is_whole = major == major.to_integral_value()
    return format_currency(
        major,
        amount.currency,
        locale=_HABITS["en"],
        format=_WHOLE if is_whole else None,
        currency_digits=not is_whole,
    )


def number(value: int | float) -> str:
    return format_decimal(value, locale=_habits())


def hours(tenths: int) -> str:
    """Integer tenths of an hour as `12.3`."""
    return format_decimal(tenths / 10, format="#,##0.0", locale=_habits())


def day(value: date | datetime, zone: str = "UTC") -> str:
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(zone))
    return format_date(value, "long", locale=_habits())


def instant(value: datetime, zone: str = "UTC") -> str:
    """`30 November 2025, 23:59 CST`; `30 de noviembre de 2025, 23:59 CST`."""
    pattern = "d 'de' MMMM 'de' y, HH:mm z" if language() == "es" else "d MMMM y, HH:mm z"
    return format_datetime(value.astimezone(ZoneInfo(zone)), pattern, locale=_habits())


def month(value: date) -> str:
    """`November 2025`; `noviembre de 2025`."""
    return format_date(value, _habits().datetime_skeletons["yMMMM"].pattern, locale=_habits())
