"""A drive elsewhere: frame, oEmbed, picture, code and feed say what the page says, and are gone when it is."""

import io
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from campaigns.updates.update import Update
from core import clock
from donors.gifts.gift import Gift
from donors.public import face, preview
from tests.donors.conftest import Stripe

pytestmark = pytest.mark.once
ATOM = "{http://www.w3.org/2005/Atom}"
SURFACES = ("/d/monthly/embed", "/d/monthly/preview.png", "/d/monthly/qr.svg", "/c/carlos/updates.atom")
OEMBED = "/oembed?url=http://localhost/d/monthly"


@pytest.fixture
def told(session: Session, drive: Drive, give: Callable[..., Gift], stripe: Stripe) -> Drive:
    session.add(
        Update(
            campaign_id=drive.campaign_id,
            title="Filed & heard",
            body="It *went* well.",
            published_at=clock.now(),
        )
    )
    session.commit()
    stripe.pay(give("50"))
    stripe.deliver_all()
    return drive


def test_the_frame_may_stand_anywhere_and_sets_no_cookie(client: FlaskClient, told: Drive) -> None:
    answer = client.get("/d/monthly/embed")
    assert "$50" in answer.text
    assert 'target="_top"' in answer.text
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    page = client.get("/d/monthly")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"


def test_oembed_gives_the_frame_for_an_address_of_ours(client: FlaskClient, told: Drive) -> None:
    said: dict[str, Any] = client.get(f"{OEMBED}&maxwidth=300").get_json()
    assert (said["type"], said["version"], said["width"]) == ("rich", "1.0", 300)
    assert 'src="http://localhost/d/monthly/embed"' in said["html"]
    head = client.get("/d/monthly").text
    assert "/oembed?url=http%3A//localhost/d/monthly" in head
    assert 'property="og:image" content="http://localhost/d/monthly/preview.png"' in head


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("url=https://other.example/d/monthly", 422),
        ("url=http://localhost/c/carlos", 422),
        ("url=http://localhost/d/none", 404),
        ("url=http://localhost/d/monthly&format=xml", 501),
    ],
)
def test_oembed_says_what_it_does_not_know(client: FlaskClient, told: Drive, query: str, status: int) -> None:
    assert client.get(f"/oembed?{query}").status_code == status


def test_the_picture_has_the_figures_of_now_and_no_metadata(client: FlaskClient, told: Drive) -> None:
    answer = client.get("/d/monthly/preview.png")
    picture = Image.open(io.BytesIO(answer.data))
    assert (picture.size, picture.format, picture.info) == ((1200, 630), "PNG", {})
    drawn = preview.svg(face.require("monthly"))
    words = " ".join(" ".join(ElementTree.fromstring(drawn).itertext()).split())
    for word in ("130 new monthly donors", "$50", "of $100,000", "of 130", "Refugio", "As of"):
        assert word in words, words


def test_the_code_is_the_address(client: FlaskClient, told: Drive) -> None:
    answer = client.get("/d/monthly/qr.svg")
    assert answer.mimetype == "image/svg+xml"
    assert ElementTree.fromstring(answer.data).tag.endswith("svg")


def test_the_feed_is_atom_with_the_updates(client: FlaskClient, told: Drive) -> None:
    answer = client.get("/c/carlos/updates.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.data)
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Filed & heard"
    assert "<em>went</em>" in (entry.findtext(f"{ATOM}content") or "")
    for wanted in ("id", "title", "updated", "author"):
        assert feed.find(f"{ATOM}{wanted}") is not None


@pytest.mark.parametrize("language", ["en", "es"])
def test_all_of_it_is_gone_with_the_campaign(
    session: Session, client: FlaskClient, told: Drive, language: str
) -> None:
    for path in SURFACES:
        assert client.get(f"{path}?lang={language}").status_code == 200
    session.get_one(Campaign, told.campaign_id).withdrawn_at = clock.now()
    session.commit()
    for path in (*SURFACES, OEMBED):
        answer = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer.status_code == 410
        assert "130 new" not in answer.text
    assert client.get("/d/none/embed").status_code == client.get("/c/none/updates.atom").status_code == 404
