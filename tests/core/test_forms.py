"""One schema for a form and a JSON body: what is read, what is refused, and in which words."""

import pytest
from flask import Flask
from flask_babel import force_locale
from marshmallow import ValidationError, fields, validate

from core.errors import Invalid
from core.forms import Form, MoneyField, Schema
from core.money import Money


class Claim(Schema):
    title = fields.Str(required=True, validate=validate.Length(max=10), metadata={"label": "Title"})
    amount = MoneyField(required=True, currency="USD")
    is_urgent = fields.Bool(load_default=False)
    kind = fields.Str(
        load_default="a", metadata={"kind": "select", "options": lambda: [("a", "A"), ("b", "B")]}
    )


@pytest.fixture(autouse=True)
def _in_a_request(app: Flask):  # noqa: ANN202
    with app.test_request_context():
        yield


def test_a_form_reads_what_was_typed() -> None:
    form = Form(Claim(), {"title": " Fee ", "amount": "$1,234.50", "is_urgent": "true", "csrf_token": "x"})
    assert form.is_valid
    assert form.data == {"title": "Fee", "amount": Money(123450, "USD"), "is_urgent": True, "kind": "a"}


def test_json_sends_the_same_thing_in_minor_units() -> None:
    loaded = Claim().load({"title": "Fee", "amount": {"minor": 500, "currency": "USD"}})
    assert isinstance(loaded, dict)
    assert loaded["amount"] == Money(500, "USD")


@pytest.mark.parametrize(
    "amount", ["-1", "0", "1.0001", "abc", "", "1e9", None, 5, 5.0, True, {"minor": 5.0, "currency": "USD"}]
)
def test_what_is_no_amount_is_refused_at_its_field(amount: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        Claim().load({"title": "Fee", "amount": amount})
    assert list(refusal.value.normalized_messages()) == ["amount"]


def test_unknown_names_are_refused_in_json() -> None:
    with pytest.raises(ValidationError, match="Unknown field"):
        Claim().load({"title": "Fee", "amount": "5", "titel": "typo"})


def test_a_wrong_form_keeps_what_was_typed_and_says_what_is_wrong() -> None:
    form = Form(Claim(), {"title": "far too long a title", "amount": "5"})
    assert not form.is_valid
    assert form["title"].value == "far too long a title"
    assert form["title"].errors == ["At most 10 characters."]
    assert not form["amount"].is_wrong


def test_a_blank_required_field_is_said_plainly() -> None:
    form = Form(Claim(), {"title": "", "amount": "5"})
    assert form["title"].errors == ["This is needed."]


def test_a_use_cases_refusal_stands_next_to_the_field_it_names() -> None:
    form = Form(Claim(), {"title": "Fee", "amount": "5"})
    form.refuse(Invalid({"amount": ["Too much."], "fund": ["Closed."]}))
    assert form["amount"].errors == ["Too much."]
    assert form.other_errors == ["Closed."]


def test_a_blank_form_shows_initial_values() -> None:
    form = Form(Claim(), initial={"amount": Money(1250, "USD")})
    assert form["amount"].value == "12.50"
    assert form["kind"].options == [("a", "A"), ("b", "B")]
    assert not form.is_valid


def test_money_reads_alike_in_both_languages(app: Flask) -> None:
    show = app.jinja_env.filters["money"]
    with force_locale("en"):
        assert (show(Money(6_348_000, "USD")), show(Money(1250, "USD"))) == ("$63,480", "$12.50")
        assert show(Money(1250, "JPY")) == "¥1,250"
    with force_locale("es"):
        assert (show(Money(6_348_000, "USD")), show(Money(6_348_050, "EUR"))) == ("$63,480", "€63,480.50")
