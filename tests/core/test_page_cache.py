"""Public pages from memory: shared bytes, a token for each reader, never older than the setting says."""

import time
from collections.abc import Iterable
from typing import Any

import pytest
from werkzeug.test import Client

from core.web.page_cache import MARK, PageCache

pytestmark = pytest.mark.pure


class Counting:
    """A page that counts how often it was built."""

    def __init__(self, *, shared: bool = True) -> None:
        self.built = 0
        self.shared = shared

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.built += 1
        marks = [(MARK, "1")] if self.shared else []
        start_response("200 OK", [("Content-Type", "text/html"), *marks])
        return [f"built {self.built} [token]".encode()]


def cached(app: Counting, seconds: float = 2) -> Client:
    numbers = iter(range(1000))
    return Client(
        PageCache(
            app,
            seconds=seconds,
            prefixes=("/d/",),
            languages=("en", "es"),
            placeholder=b"[token]",
            new_token=lambda: f"t{next(numbers)}",
        )
    )


def test_a_page_is_built_once_and_each_reader_gets_a_token() -> None:
    app = Counting()
    reader = cached(app)
    texts = [reader.get("/d/x").text for _each in range(3)]
    assert texts == ["built 1 t0", "built 1 t1", "built 1 t2"]


def test_an_old_page_is_built_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    app = Counting()
    reader = cached(app)
    reader.get("/d/x")
    now[0] += 1.9
    assert reader.get("/d/x").text.startswith("built 1")
    now[0] += 0.2
    assert reader.get("/d/x").text.startswith("built 2")


def test_zero_seconds_keep_nothing_and_still_fill_in_the_token() -> None:
    app = Counting()
    reader = cached(app, seconds=0)
    assert [reader.get("/d/x").text for _each in range(2)] == ["built 1 t0", "built 2 t1"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"path": "/d/x"}, {"path": "/d/y"}),
        ({"path": "/d/x"}, {"path": "/d/x", "query_string": "lang=es"}),
        ({"path": "/d/x"}, {"path": "/d/x", "headers": {"Accept-Language": "es-MX,es;q=0.9"}}),
    ],
)
def test_addresses_and_languages_are_kept_apart(first: dict[str, Any], second: dict[str, Any]) -> None:
    app = Counting()
    reader = cached(app)
    reader.get(**first)
    reader.get(**second)
    assert app.built == 2


def test_the_language_of_the_switch_is_kept_apart_too() -> None:
    app = Counting()
    reader = cached(app)
    reader.get("/d/x")
    reader.set_cookie("lang", "es")
    reader.get("/d/x")
    assert app.built == 2


def test_what_is_not_marked_and_what_is_not_read_passes_through() -> None:
    private = Counting(shared=False)
    reader = cached(private)
    assert reader.get("/d/x").text == "built 1 [token]"
    assert reader.post("/d/x").text == "built 2 [token]"


def test_any_other_query_is_answered_and_not_kept() -> None:
    app = Counting()
    reader = cached(app)
    for _each in range(2):
        reader.get("/d/x?utm=1")
    assert app.built == 2


def test_the_mark_is_not_shown_and_the_length_is_right() -> None:
    answer = cached(Counting()).get("/d/x")
    assert MARK not in answer.headers
    assert answer.content_length == len(answer.data)
