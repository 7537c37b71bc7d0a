"""Durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from legal.hours.durations import parse, spell

pytestmark = pytest.mark.pure


def refused(text):
    with pytest.raises(Invalid) as caught:
        parse(text)
    return caught.value.errors


@pytest.mark.parametrize("text", ["1h 12m", "1:12", "72min", "1.2h", "01:12:00"])
def test_five_spellings_mean_seventy_two_minutes(text):
    assert parse(text) == 72


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1H12M", 72),
        (" 72 MIN ", 72),
        ("1,2h", 72),
        ("1 hour 12 minutes", 72),
        ("2h", 120),
        ("45m", 45),
        ("0.1h", 6),
        ("0:01", 1),
        ("24:00", 1440),
        ("24h", 1440),
        ("0.25h", 15),
    ],
)
def test_near_spellings_are_read_too(text, minutes):
    assert parse(text) == minutes


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "72",
        "1.2",
        "1h12",
        "h",
        "m",
        "1:75",
        "1:2",
        "1.5h 10m",
        "an hour",
        "-1h",
        "+5m",
        "1e2m",
        "١h",
        "1h 12m x",
    ],
)
def test_other_spellings_are_refused_by_name(text):
    assert list(refused(text)) == ["duration"]


@pytest.mark.parametrize("text", ["0m", "0h", "0:00", "00:00:00", "1441min", "24:01", "25h", "9999h"])
def test_nothing_and_more_than_a_day_are_refused(text):
    assert list(refused(text)) == ["duration"]


@pytest.mark.parametrize("text", ["1.33h", "0.01h", "00:12:30"])
def test_what_is_not_a_whole_minute_is_refused_and_never_rounded(text):
    assert list(refused(text)) == ["duration"]


def test_a_refusal_names_the_field_the_caller_calls_it():
    with pytest.raises(Invalid) as caught:
        parse("soon", field="lines.0.duration")
    assert list(caught.value.errors) == ["lines.0.duration"]


@given(st.integers(1, 1440))
def test_every_duration_reads_back_from_every_spelling(minutes):
    hours, rest = divmod(minutes, 60)
    spellings = [
        spell(minutes),
        f"{hours}:{rest:02}",
        f"{hours:02}:{rest:02}:00",
        f"{minutes}min",
        f"{hours}h {rest}m",
    ]
    assert {parse(text) for text in spellings} == {minutes}


@given(st.integers(1, 240))
def test_every_tenth_of_an_hour_reads_as_six_minutes(units):
    assert parse(f"{units // 10}.{units % 10}h") == units * 6


@given(st.text(max_size=30))
def test_any_text_is_either_minutes_of_a_day_or_refused(text):
    try:
        minutes = parse(text)
    except Invalid:
        return
    assert 1 <= minutes <= 1440
