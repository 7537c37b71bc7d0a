"""One marshmallow schema serves an HTML form, a JSON body and a CSV row.

`Schema` is what all input schemas stand on; `Form` binds one to what a person typed, and is what the
template macros draw. Texts for people are in each field's `metadata`: label, hint, kind, options,
autocomplete and further attributes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

import marshmallow as ma
from flask_babel import gettext as _
from marshmallow import fields

from core.errors import Invalid, flatten
from core.money import EXPONENTS, Money, NotMoney
from core.web.plain_words import plain


class Schema(ma.Schema):
    """Base of all input schemas: unknown names are refused in JSON, left aside in forms (which carry
    tokens of their own)."""

    class Meta:
        unknown = ma.RAISE

    @ma.pre_load
    def blank_is_absent(self, data: Mapping[str, Any], **kwargs: Any) -> dict[str, Any]:
        """A form sends an empty text where JSON sends nothing; strings are trimmed at both ends."""
        if not isinstance(data, Mapping):
            return data  # no object at all: marshmallow says so
        trimmed: dict[str, Any] = {}
        for name, value in data.items():
            value = value.strip() if isinstance(value, str) else value
            if isinstance(value, str) and "\x00" in value:  # PostgreSQL keeps no such text
                raise ma.ValidationError(_("There is a character in it that cannot be kept."), name)
            if value != "" or self._keeps_blank(name):
                trimmed[name] = value
        return trimmed

    def _keeps_blank(self, name: str) -> bool:
        declared = self.fields.get(name)
        return declared is not None and bool(declared.metadata.get("keeps_blank"))


class MoneyField(fields.Field[Money]):
    """An amount as a person types it (`12.50`) or as software sends it
    (`{"minor": 1250, "currency": "USD"}`).

    The currency of a typed amount is the schema's `context_currency` attribute or the one given here.
    Refuses zero and less unless `allow_zero`, and whatever `Money.parse` refuses.
    """

    def __init__(self, *, currency: str = "USD", allow_zero: bool = False, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "metadata": {"kind": "money", **kwargs.get("metadata", {})}})
        self._currency = currency
        self._allow_zero = allow_zero

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Money:
        money = self._read(value)
        if money.minor < 0 or (money.minor == 0 and not self._allow_zero):
            raise ma.ValidationError(_("The amount must be more than zero."))
        return money

    def _read(self, value: Any) -> Money:
        currency = getattr(self.parent, "context_currency", None) or self._currency
        try:
            if isinstance(value, Mapping):
                return _from_json(value)
            if isinstance(value, str):
                return Money.parse(value, currency)
        except NotMoney:
            pass
        decimals = EXPONENTS[currency]
        raise ma.ValidationError(
            _("Write the amount in digits, with %(decimals)s decimals at most.", decimals=decimals)
        )

    def _serialize(self, value: Money | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else {"minor": value.minor, "currency": value.currency}


def _from_json(value: Mapping[str, Any]) -> Money:
    minor, currency = value.get("minor"), value.get("currency")
    if type(minor) is not int or abs(minor) > 10**15 or not isinstance(currency, str):
        raise NotMoney("minor must be a whole number and currency an ISO code")
    return Money(minor, currency)


@dataclass
class BoundField:
    """One field as a template draws it."""

    name: str
    label: str
    hint: str
    kind: str
    value: Any
    required: bool
    options: list[tuple[str, str]]
    attributes: dict[str, Any]
    errors: list[str] = field(default_factory=list)

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors)


class Form:
    """A schema bound to what was typed. `data` is what it loads to; `errors` what is wrong with it.

    `typed` is None for a blank form (`initial` then fills it), else the request's form.
    """

    def __init__(
        self,
        schema: Schema,
        typed: Mapping[str, Any] | None = None,
        *,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.schema = schema
        self.typed = typed
        self.initial = initial or {}
        self.data: dict[str, Any] = {}
        self.errors: dict[str, list[str]] = {}
        if typed is not None:
            self._load(typed)

    def _load(self, typed: Mapping[str, Any]) -> None:
        known = {name: _read(typed, name, each) for name, each in self.schema.fields.items()}
        present = {name: value for name, value in known.items() if value is not None}
        try:
            self.data = cast(dict[str, Any], self.schema.load(present))
        except ma.ValidationError as refusal:
            self.errors = {
                name: [plain(text) for text in texts] for name, texts in flatten(refusal.messages).items()
            }

    @property
    def is_valid(self) -> bool:
        return self.typed is not None and not self.errors

    def refuse(self, refusal: Invalid) -> None:
        """Show what a use case refused, next to the fields it names."""
        for name, texts in refusal.errors.items():
            self.errors.setdefault(name, []).extend(texts)

    def __iter__(self) -> Iterator[BoundField]:
        return (self[name] for name in self.schema.fields)

    def __getitem__(self, name: str) -> BoundField:
        declared = self.schema.fields[name]
        about = declared.metadata
        options: Any = about.get("options", ())
        return BoundField(
            name=name,
            label=str(about.get("label", name.replace("_", " ").capitalize())),
            hint=str(about.get("hint", "")),
            kind=about.get("kind", _kind(declared)),
            value=self._shown(name, declared),
            required=declared.required,
            options=[(str(key), str(text)) for key, text in _made(options)],
            attributes={key: about[key] for key in _ATTRIBUTES if key in about},
            errors=self.errors.get(name, []),
        )

    @property
    def other_errors(self) -> list[str]:
        """Errors that belong to no drawn field."""
        return [
            text for name, texts in self.errors.items() if name not in self.schema.fields for text in texts
        ]

    def _shown(self, name: str, declared: fields.Field[Any]) -> Any:
        if self.typed is not None:
            return _read(self.typed, name, declared)
        default: Any = _made(declared.load_default)
        value = self.initial.get(name, None if default is ma.missing else default)
        if isinstance(value, Money):
            return str(value.major)
        return value.isoformat() if isinstance(value, date | datetime) else value


def _made(options: Any) -> Any:
    return options() if callable(options) else options


_ATTRIBUTES = (
    *("autocomplete", "inputmode", "maxlength", "placeholder"),
    *("min", "max", "step", "rows", "list", "accept"),
)


def _read(typed: Mapping[str, Any], name: str, declared: fields.Field[Any]) -> Any:
    if isinstance(declared, fields.Boolean):
        return typed.get(name, False)  # an unticked box sends nothing
    if isinstance(declared, fields.List) and hasattr(typed, "getlist"):
        return typed.getlist(name)  # pyright: ignore[reportAttributeAccessIssue]
    return typed.get(name)


def _kind(declared: fields.Field[Any]) -> str:
    kinds = (
        (fields.Boolean, "checkbox"),
        (fields.Email, "email"),
        (fields.Integer, "number"),
        (fields.DateTime, "datetime"),
        (fields.Date, "date"),
    )
    return next((kind for cls, kind in kinds if isinstance(declared, cls)), "text")
