"""The client's real name appears in no page, JSON, mail, log, header, URL or column outside the vault.

A name that occurs nowhere else is sealed in a populated installation; then every address is asked for by
everybody who can ask, and all that came out is searched, in any case, accent or encoding of it.
"""

import html
import io
import logging
import os
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from itertools import product
from urllib.parse import unquote_plus

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from campaigns.clients.client import Client
from campaigns.partner import Partner
from core.db import db
from donors.receipts import links
from donors.receipts.receipt import Receipt
from donors.recurring.recurring_gift import RecurringGift
from tests.safety.conftest import Town, dump, look

pytestmark = pytest.mark.once

FULL_NAME = "Zebulón Quetzalitzin Ñandúbal"
NEVER_PUBLISH = "Xochimulco Viejo\nTía Perpetuína"
TELLING = ("zebulon", "quetzalitzin", "nandubal", "xochimulco", "perpetuina")
#: In the everyday suite; `make torture` asks as everybody.
FEW = ("nobody", "elena", "ana", "ben", "stranger")
EVERYBODY = (*FEW, "carla", "frida", "vera", "dana")
ROLES = EVERYBODY if os.environ.get("AMPARO_WALLS") else FEW
ACCENTS = re.compile("[\u0300-\u036f]")


def folded(words: str) -> str:
    """Without case, accents and the encodings of pages and addresses."""
    plain = unicodedata.normalize("NFKD", unquote_plus(html.unescape(words)))
    return ACCENTS.sub("", plain).casefold()


def names_in(words: str) -> list[str]:
    return [name for name in TELLING if name in folded(words)]


class Listener(logging.Handler):
    """Hears every log line as it is written out, with its fields and its trace."""

    keep = True

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.msg!r} {record.args!r} {self.format(record)}")


@pytest.fixture
def log() -> Iterator[Listener]:
    root, listener = logging.getLogger(), Listener()
    before = root.level
    root.addHandler(listener)
    root.setLevel(logging.INFO)
    yield listener
    root.removeHandler(listener)
    root.setLevel(before)


@pytest.fixture
def sealed(town: Town, log: Listener) -> str:
    """The id of the client whose name was sealed, and opened once by somebody with a reason."""
    (client_id,) = look(select(Client.id))
    elena, page = town.browser_of("elena"), f"/staff/clients/{client_id}"
    sent = elena.post(f"{page}/identity", data={"full_name": FULL_NAME, "never_publish": NEVER_PUBLISH})
    assert sent.status_code in {302, 303}, sent.text
    opened = elena.post(f"{page}/identity/openings", data={"reason": "Filing the bond motion"})
    assert names_in(opened.text), "the one door does not open"
    return client_id


def addresses(town: Town, prefixes: tuple[str, ...]) -> Iterator[str]:
    """Every GET address of the URL map, with the ids and tokens that there are."""
    for rule in town.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or not rule.rule.startswith(prefixes):
            continue
        choices = [values_for(town, rule.rule, argument) for argument in sorted(rule.arguments)]
        for chosen in product(*choices):
            built = rule.build(dict(zip(sorted(rule.arguments), chosen, strict=True)))
            assert built is not None
            yield built[1]


def values_for(town: Town, rule: str, argument: str) -> list[str]:
    if argument == "slug":
        return ["carlos"] if rule.startswith("/c/") else ["legal-fund", "130-before-midnight"]
    known = {"filename": ["amparo.css"], "digest": ["0" * 16], "organisation_slug": ["refugio"]}
    if argument in known:
        return known[argument]
    if argument == "code":
        return look(select(Partner.code).order_by(Partner.id))
    if listed := re.search(rf"<any\(([^)]*)\):{argument}>", rule):
        return listed[1].split(",")
    if argument == "token":
        urls = [
            links.receipt_url(look(select(Receipt.id))[0]),
            links.manage_url(look(select(RecurringGift.id))[0]),
        ]
        return [url.rsplit("/", 1)[1].removesuffix(".pdf") for url in urls]
    return town.ids_of(argument)


def said(answer: TestResponse) -> str:
    """All that an answer says: its headers, and its body as a reader gets it."""
    body = answer.data
    if answer.mimetype == "application/pdf":
        words = pdf_words(body)
    elif answer.mimetype == "application/zip":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            inside = {name: packed.read(name) for name in packed.namelist()}
        words = "\n".join(
            f"{name}\n{pdf_words(each) if name.endswith('.pdf') else each.decode('utf-8', 'replace')}"
            for name, each in inside.items()
        )
    else:
        words = body.decode("utf-8", "replace")
    return f"{answer.headers}\n{words}"


def pdf_words(body: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def crawl(browser: FlaskClient, paths: list[str], **how: object) -> dict[str, list[str]]:
    """Ask for each; returns what named somebody. Nothing may fail, and something must be found."""
    naming: dict[str, list[str]] = {}
    found = 0
    for path in paths:
        answer = browser.get(path, **how)
        assert answer.status_code < 500, path
        found += answer.status_code == 200
        if named := names_in(said(answer)):
            naming[path] = named
    assert found > 5
    return naming


def test_no_page_names_the_client_to_anybody(town: Town, sealed: str, log: Listener) -> None:
    paths = [path for path in addresses(town, ("/",)) if not path.startswith(("/api/", "/static/"))]
    assert len(paths) > 60
    for role in ROLES:
        assert crawl(town.browser_of(role), paths) == {}, role
    _nothing_is_left_lying(log)


def test_no_json_names_the_client_to_any_token(town: Town, sealed: str, log: Listener) -> None:
    paths = [*addresses(town, ("/api/", "/openapi.json", "/d/"))]
    assert len(paths) > 30
    for role in ("elena", "ana", "dana"):
        assert crawl(town.browser_of("nobody"), paths, headers=town.bearer_of(role)) == {}, role
    _nothing_is_left_lying(log)


def test_who_writes_the_name_somewhere_is_refused_and_nothing_keeps_it(
    town: Town, sealed: str, log: Listener
) -> None:
    """In public texts, a donor's message, a search, an address: refused or ignored, and not remembered."""
    public = town.browser_of("nobody")
    page = public.get("/d/legal-fund").text
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    typed = {"form_token": token, "amount_choice": "2500", "rhythm": "once", "email": "x@example.org"}
    for field, words in (
        ("message", f"For {FULL_NAME}"),
        ("name", FULL_NAME.upper()),
        ("alias", "Zebulon Nandubal"),
    ):
        refused = public.post(
            "/d/legal-fund/gifts", data={**typed, "name_display": "alias", "alias": "A", field: words}
        )
        assert refused.status_code == 422, field
    for path in ("/d/quetzalitzin", "/c/quetzalitzin", "/my/recurring/quetzalitzin", "/?q=quetzalitzin"):
        public.get(path)
    carla = town.browser_of("carla")
    for path in ("/staff/gifts", "/staff/campaigns", "/staff/donors"):
        assert carla.get(path, query_string={"q": FULL_NAME}).status_code == 200
    campaign_id = town.ids_of("campaign_id")[0]
    refused = carla.post(
        "/staff/updates/new", data={"campaign_id": campaign_id, "title": "News", "body": FULL_NAME}
    )
    assert refused.status_code == 422
    bearer = {"headers": town.bearer_of("carla")}
    refused = public.post(
        f"/api/v1/campaigns/{campaign_id}/updates", json={"title": "N", "body": FULL_NAME}, **bearer
    )
    assert refused.status_code == 422
    assert names_in(said(refused)) == []
    _nothing_is_left_lying(log)


def _nothing_is_left_lying(log: Listener) -> None:
    """Log lines and every column of every table, the vault's own bytes too."""
    assert log.lines
    assert [line for line in log.lines if names_in(line)] == []
    assert {table: rows for table, rows in dump().items() if names_in("\n".join(rows))} == {}
    (vault,) = db.session.execute(text("SELECT full_name, never_publish FROM client_identity")).all()
    assert names_in("".join(bytes(column).decode("latin-1") for column in vault)) == []
