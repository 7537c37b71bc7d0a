"""Refusals shown where they belong: next to a field, as a question, or as two versions side by side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from campaigns.disclosure import LookAgain
from campaigns.editing import EditedMeanwhile
from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import BoundField, Form, Schema


@dataclass(frozen=True)
class Difference:
    """One field that the author and somebody else left with different values, as both would read them."""

    name: str
    label: str
    theirs: str
    yours: str


@dataclass
class Attempt:
    """What became of a submitted form: `done`, or what the page shows instead."""

    done: Any = None
    warnings: dict[str, list[str]] | None = None
    differences: list[Difference] | None = None


def attempt(
    form: Form,
    verb: Callable[[], Any],
    *,
    present: Callable[[], Mapping[str, Any]] | None = None,
    named: Mapping[str, str] | None = None,
) -> Attempt:
    """Do `verb` in a transaction, or say in `form` why not.

    `present` gives the form's values as they stand, for the page that shows both versions; `named` maps
    fields of the use case to those of the form.
    """
    if not form.is_valid:
        return Attempt()
    try:
        with transaction():
            return Attempt(done=verb())
    except Invalid as refusal:
        names = named or {}
        form.refuse(Invalid({names.get(field, field): texts for field, texts in refusal.errors.items()}))
        return Attempt()
    except LookAgain as question:
        return Attempt(warnings=labelled(form, question.warnings))
    except EditedMeanwhile as conflict:
        if present is None:
            raise
        theirs = present()
        # Sent again, the form is the author's answer to what it now shows.
        again = MultiDict(form.typed or {})
        again["version"] = str(conflict.version)
        form.typed = again
        return Attempt(differences=_differences(form, theirs))
    except Conflict as refusal:
        form.errors["_"] = [refusal.message]
        return Attempt()


def answered(schema: Schema, present: Callable[[], Mapping[str, Any]]) -> MultiDict[str, str]:
    """What was typed, with the other's value in each field where the author answered both versions by taking theirs."""
    typed = request.form.copy()
    taken = [name for name in schema.fields if typed.pop(f"take-{name}", "") == "theirs"]
    shown = Form(schema, initial=present()) if taken else None
    for name in taken:
        value = shown[name].value if shown else None
        values = value if isinstance(value, list | tuple) else [value]
        typed.setlist(name, [_sent(each) for each in values])
    return typed


def _sent(value: Any) -> str:
    """A field's value as a browser sends it."""
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None else str(value)


def labelled(form: Form, warnings: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Warnings by the label of their field."""
    known = form.schema.fields
    return {(form[name].label if name in known else name): texts for name, texts in warnings.items()}


def _differences(form: Form, theirs: Mapping[str, Any]) -> list[Difference]:
    shown = Form(form.schema, initial=theirs)
    both = [(form[name], shown[name]) for name in form.schema.fields if name in theirs]
    return [
        Difference(yours.name, yours.label, _spoken(stands), _spoken(yours))
        for yours, stands in both
        if yours.kind != "hidden" and _spoken(stands) != _spoken(yours)
    ]


def _spoken(bound: BoundField) -> str:
    """A field's value as a person reads it."""
    if bound.kind == "checkbox":
        return _("yes") if bound.value not in {None, False, "", "false"} else _("no")
    if bound.kind == "select":
        return dict(bound.options).get(str(bound.value), "")
    if bound.kind == "checkboxes":
        chosen = {str(each) for each in bound.value or ()}
        return ", ".join(text for key, text in bound.options if key in chosen) or _("nothing")
    value = "" if bound.value is None else str(bound.value)
    return value.replace("\r\n", "\n").strip() or _("nothing")
