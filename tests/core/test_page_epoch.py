"""What was taken out of sight is forgotten by every process before whoever did it is answered."""

import multiprocessing
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from core.db import transaction
from core.web import page_epoch
from core.web.page_cache import MARK, PageCache
from core.web.page_epoch import Epoch

pytestmark = pytest.mark.pure


class Page:
    """A page that says what stands in the database; `meanwhile` happens while it is built."""

    def __init__(self) -> None:
        self.words, self.built = "Carlos waits", 0
        self.meanwhile: list[Any] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        read, self.built = self.words, self.built + 1
        for happening in self.meanwhile:
            happening()
        start_response("200 OK" if read else "410 Gone", [("Content-Type", "text/html"), (MARK, "1")])
        return [read.encode()]

    def withdraw(self) -> None:
        self.words = ""


def reader(page: Page, epoch: Epoch) -> Client:
    return Client(
        PageCache(
            page,
            seconds=5,
            prefixes=("/d/",),
            languages=("en", "es"),
            placeholder=b"[token]",
            new_token=lambda: "t",
            epoch=epoch.read,
        )
    )


def test_a_kept_page_is_forgotten_in_every_language(tmp_path: Path) -> None:
    epoch, page = Epoch(tmp_path / "epoch"), Page()
    browser = reader(page, epoch)
    for address in ("/d/x", "/d/x?lang=es"):
        assert browser.get(address).text == "Carlos waits"
    page.withdraw()
    assert browser.get("/d/x").text == "Carlos waits"  # kept, as it should be
    epoch.advance()
    for address in ("/d/x", "/d/x?lang=es"):
        answer = browser.get(address)
        assert (answer.status_code, answer.text) == (410, "")


def test_a_page_that_was_being_built_meanwhile_is_built_again(tmp_path: Path) -> None:
    epoch, page = Epoch(tmp_path / "epoch"), Page()

    def withdrawn() -> None:
        page.meanwhile.clear()
        page.withdraw()
        epoch.advance()

    page.meanwhile.append(withdrawn)
    answer = reader(page, epoch).get("/d/x")
    assert (answer.status_code, page.built) == (410, 2)


def test_every_process_of_a_node_reads_the_same_number(tmp_path: Path) -> None:
    here = Epoch(tmp_path / "epoch")
    before = here.read()
    other = multiprocessing.get_context("spawn").Process(target=_advance, args=(tmp_path / "epoch",))
    other.start()
    other.join(60)
    assert (other.exitcode, here.read()) == (0, before + 3)


def _advance(path: Path) -> None:
    epoch = Epoch(path)
    for _each in range(3):
        epoch.advance()


def test_other_nodes_are_waited_for_as_long_as_they_may_keep_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(page_epoch.time, "sleep", waited.append)
    Epoch(tmp_path / "one").advance()
    assert waited == []
    Epoch(tmp_path / "one", wait_seconds=2).advance()
    assert waited[0] > 2


def test_it_advances_once_and_only_with_the_commit(app: Flask) -> None:
    epoch: Epoch = app.extensions["page_epoch"]
    before = epoch.read()
    with pytest.raises(ZeroDivisionError), transaction():
        page_epoch.advance()
        raise ZeroDivisionError
    assert epoch.read() == before
    with transaction():
        page_epoch.advance()
        page_epoch.advance()
        assert epoch.read() == before
    assert epoch.read() == before + 1
