"""Options of select fields, as far as whoever is asking may see them."""

from babel.numbers import get_currency_name
from flask_babel import get_locale
from flask_babel import gettext as _

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.clients.client import Client, Persona
from campaigns.funds.fund import Fund
from core.db import db
from core.money import EXPONENTS
from staff.access import current_actor

MOST = 500


def campaigns() -> list[tuple[str, str]]:
    query = reading.campaigns_of(current_actor()).order_by(Campaign.title).limit(MOST)
    return [(each.id, each.title) for each in db.session.scalars(query)]


def funds() -> list[tuple[str, str]]:
    query = reading.funds_of(current_actor()).order_by(Fund.name).limit(MOST)
    return [(each.id, f"{each.name} ({each.currency})") for each in db.session.scalars(query)]


def clients() -> list[tuple[str, str]]:
    query = reading.clients_of(current_actor()).join(Persona, Persona.client_id == Client.id)
    rows = db.session.execute(
        query.with_only_columns(Client.id, Persona.display_name).order_by(Persona.display_name).limit(MOST)
    )
    return [("", _("Nobody yet")), *((client_id, name) for client_id, name in rows)]


def campaigns_or_any() -> list[tuple[str, str]]:
    return [("", _("Any campaign of ours")), *campaigns()]


def currencies() -> list[tuple[str, str]]:
    locale = get_locale()
    named = [(code, f"{code} · {get_currency_name(code, locale=locale)}") for code in sorted(EXPONENTS)]
    return sorted(named, key=lambda option: option[0] != "USD")


def deductibility() -> list[tuple[str, str]]:
    return [
        ("ask_counsel", _("Not decided yet, ask counsel")),
        ("deductible", _("Gifts are deductible")),
        ("not_deductible", _("Gifts are not deductible")),
    ]


def rhythms() -> list[tuple[str, str]]:
    """What a drive may offer besides giving once."""
    return [
        ("month", _("Monthly")),
        ("month,year", _("Monthly and yearly")),
        ("month,quarter,year", _("Monthly, quarterly and yearly")),
        ("week,month,quarter,year", _("Weekly, monthly, quarterly and yearly")),
        ("once", _("Nothing else")),
    ]
