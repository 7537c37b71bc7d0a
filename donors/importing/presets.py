"""Which columns mean what in the export files of systems that many organisations leave (donors/data/)."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext


@dataclass(frozen=True)
class Preset:
    """One kind of export file. `columns` has, for each field, the names that its column may have."""

    key: str
    #: What imports of this kind are recorded under; two files of one system share it, and so each gift once.
    source: str
    columns: Mapping[str, Sequence[str]]
    known_by: Sequence[str] = ()
    #: Words of the `kind` column that are gifts, and those that take one back; without any, every row is a gift.
    gifts: Sequence[str] = ()
    refunds: Sequence[str] = ()
    zone: str = ""
    currency: str = ""
    decimal: str = "either"
    order: str = ""

    @property
    def name(self) -> str:
        return str(NAMES[self.key])


NAMES: dict[str, Any] = {
    "stripe": lazy_gettext("Stripe: payments"),
    "stripe_balance": lazy_gettext("Stripe: balance report"),
    "paypal": lazy_gettext("PayPal: activity"),
    "actblue": lazy_gettext("ActBlue: contributions"),
    "givewp": lazy_gettext("GiveWP: donations"),
    "donorbox": lazy_gettext("Donorbox: donations"),
}


@cache
def presets() -> dict[str, Preset]:
    """By their key, in the order of the file."""
    text = (Path(__file__).parents[1] / "data" / "import_presets.toml").read_text()
    return {key: Preset(key=key, **row) for key, row in tomllib.loads(text).items()}


def normal(name: str) -> str:
    """A column's name as names are compared: letters and digits, lower case."""
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def recognise(header: Sequence[str]) -> Preset | None:
    """The preset whose marks the header has."""
    there = {normal(each) for each in header}
    for preset in presets().values():
        if there >= {normal(each) for each in preset.known_by}:
            return preset
    return None


#: Names of columns that files of no system in particular have, best first.
_USUAL: dict[str, tuple[str, ...]] = {
    "external_id": (
        *("transaction id", "donation id", "payment id", "gift id", "receipt id", "reference", "id"),
        *("receipt number", "referencia", "id de transacción"),
    ),
    "paid_on": (
        *("date", "paid at", "paid on", "payment date", "donation date", "gift date", "date received"),
        *("created", "created at", "received on", "fecha", "fecha de pago"),
    ),
    "paid_time": ("time", "payment time", "donation time", "hora"),
    "zone": ("timezone", "time zone", "zona horaria"),
    "amount": ("amount", "gift amount", "donation amount", "gross", "total", "monto", "importe", "cantidad"),
    "currency": ("currency", "currency code", "moneda", "divisa"),
    "fee": ("fee", "fees", "processing fee", "total fee", "comisión"),
    "refunded": ("amount refunded", "refunded amount", "refunded", "reembolsado"),
    "status": ("status", "payment status", "donation status", "state", "estado"),
    "email": ("email", "e mail", "email address", "donor email", "correo", "correo electrónico"),
    "name": ("name", "full name", "donor name", "donor", "nombre completo", "donante"),
    "first_name": ("first name", "given name", "nombre"),
    "last_name": ("last name", "surname", "family name", "apellido", "apellidos"),
    "company": ("company", "organization", "organisation", "company name", "empresa"),
    "anonymous": ("anonymous", "anónimo"),
    "employer": ("employer", "empleador"),
    "recurring": ("recurring", "frequency", "is recurring", "recurrente", "frecuencia"),
}


def guess(header: Sequence[str], preset: Preset | None) -> dict[str, str]:
    """Field to column of this header: what the preset says, or for files of no known system what is usual."""
    names = {normal(each): each for each in reversed(header)}
    wanted: Mapping[str, Sequence[str]] = preset.columns if preset else _USUAL
    found: dict[str, str] = {}
    for target, candidates in wanted.items():
        column = next((names[normal(each)] for each in candidates if normal(each) in names), None)
        if column is not None and (preset is not None or column not in found.values()):
            found[target] = column
    return found
