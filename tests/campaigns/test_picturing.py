"""A campaign's picture: what was sent leaves nothing but what it shows, and it is approved and withdrawn like words."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from campaigns import picturing
from campaigns.campaign import Campaign
from campaigns.picturing import PICTURES
from core import clock, sealed, uploads
from core.errors import Invalid
from staff.member import Member
from tests.campaigns.conftest import SEALED_NAME, Work

SignIn = Callable[[Member], FlaskClient]
ALT = "Two chairs at a table by a window"
PLACE = "29.4241 N, 98.4936 W"


def photo(kind: str = "JPEG", colour: str = "#c27200") -> bytes:
    """A picture whose metadata tells who, where and when."""
    exif = Image.Exif()
    exif[0x010E], exif[0x9003], exif[0x8825] = (
        f"{SEALED_NAME} at {PLACE}",
        "2025:03:01 10:00:00",
        {1: "N", 2: 29.4},
    )
    made = io.BytesIO()
    Image.new("RGB", (1200, 900), colour).save(made, kind, exif=exif, comment=PLACE.encode())
    return made.getvalue()


def send(desk: FlaskClient, work: Work, alt: str = ALT, data: bytes | None = None) -> Any:
    named = f"{SEALED_NAME}.jpg"
    return desk.post(
        f"/staff/campaigns/{work.campaign.id}/picture",
        data={"picture": (io.BytesIO(photo() if data is None else data), named), "picture_alt": alt},
    )


@pytest.fixture(autouse=True)
def cleared(app: Flask) -> Iterator[None]:
    """Files outlive the rows of a test."""
    yield
    for name in PICTURES.names():
        uploads.discard(PICTURES, name)


@pytest.fixture
def shown(work: Work, session: Session, cast: Any, sign_in: SignIn) -> FlaskClient:
    """A public campaign with a picture."""
    sent = send(sign_in(cast.alice), work)
    assert sent.status_code == 303, sent.text
    work.publish()
    session.commit()
    return sign_in(cast.alice)


def address(session: Session, work: Work) -> str:
    session.expire_all()
    return f"/c/{work.campaign.slug}/pictures/{work.campaign.picture_sha256[:16]}.webp"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_of_the_file_is_left_but_what_it_shows(kind: str) -> None:
    sent = photo(kind=kind)
    assert b"98.4936" in sent or kind == "PNG"
    made = picturing.remade(sent)
    opened = Image.open(io.BytesIO(made))
    opened.load()
    assert (opened.format, opened.size) == ("WEBP", (800, 350))
    assert dict(opened.getexif()) == {}
    for telling in (b"EXIF", b"Exif", b"XMP ", b"ICCP", b"98.4936", SEALED_NAME.split()[0].encode()):
        assert telling not in made, telling


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7 %%EOF", b"GIF89a", photo()[:600], b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        picturing.remade(data)
    assert list(refusal.value.errors) == ["picture"]


def test_the_public_sees_it_with_its_words(
    work: Work, shown: FlaskClient, client: FlaskClient, session: Session
) -> None:
    place = address(session, work)
    answer = client.get(place)
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    for page in ("/c/" + work.campaign.slug, "/d/" + work.drive.slug):
        assert f'src="{place}" alt="{ALT}"' in client.get(page).text
    assert client.get(place.replace(".webp", "0.webp")).status_code == 404


def test_the_words_for_it_pass_the_screen(work: Work, cast: Any, sign_in: SignIn, session: Session) -> None:
    before = set(PICTURES.names())
    for words in (SEALED_NAME, SEALED_NAME.upper(), " ".join(reversed(SEALED_NAME.split()))):
        refused = send(sign_in(cast.alice), work, alt=words)
        assert refused.status_code == 422
        assert "must not name" in refused.text
    assert send(sign_in(cast.alice), work, alt="").status_code == 422
    assert send(sign_in(cast.alice), work, data=photo()[:600]).status_code == 422
    session.expire_all()
    assert (work.campaign.picture, set(PICTURES.names())) == ("", before)


def test_another_picture_takes_the_page_down_until_counsel_approves(
    work: Work, shown: FlaskClient, client: FlaskClient, session: Session
) -> None:
    before, files = address(session, work), len(PICTURES.names())
    assert send(shown, work, data=photo(kind="PNG")).status_code == 303
    assert client.get(before).status_code == 410
    assert client.get("/c/" + work.campaign.slug).status_code == 410
    session.expire_all()
    assert work.campaign.withdrawn_at is not None
    assert len(PICTURES.names()) == files, "the former file is gone"


def test_words_that_may_tell_too_much_are_asked_about_once_public(
    work: Work, shown: FlaskClient, client: FlaskClient, session: Session
) -> None:
    telling = "The court of case 25-cv-01234 on March 1, 2025"
    asked = send(shown, work, alt=telling)
    assert asked.status_code == 422
    assert "Look again before this becomes public" in asked.text
    assert client.get(address(session, work)).status_code == 200, "nothing has changed yet"
    data = {"picture": (io.BytesIO(photo()), "a.jpg"), "picture_alt": telling, "looked_at": "true"}
    assert shown.post(f"/staff/campaigns/{work.campaign.id}/picture", data=data).status_code == 303


def test_a_withdrawn_campaign_takes_it_along(
    work: Work, shown: FlaskClient, client: FlaskClient, session: Session
) -> None:
    place = address(session, work)
    session.get_one(Campaign, work.campaign.id).withdrawn_at = clock.now()
    session.commit()
    assert client.get(place).status_code == 410


def test_it_is_taken_away_and_the_band_comes_back(
    work: Work, cast: Any, sign_in: SignIn, session: Session
) -> None:
    desk, before = sign_in(cast.alice), set(PICTURES.names())
    send(desk, work)
    looked = desk.get(f"/staff/campaigns/{work.campaign.id}/picture")
    assert looked.mimetype == "image/webp"
    for _twice in range(2):
        assert desk.post(f"/staff/campaigns/{work.campaign.id}/picture/removals").status_code == 303
    session.expire_all()
    assert (work.campaign.picture, work.campaign.picture_alt, set(PICTURES.names())) == ("", "", before)
    assert desk.get(f"/staff/campaigns/{work.campaign.id}/picture").status_code == 404


def test_a_file_that_was_exchanged_on_the_disk_is_not_shown(
    work: Work, shown: FlaskClient, client: FlaskClient, session: Session
) -> None:
    place = address(session, work)
    path: Path = PICTURES.path(work.campaign.picture)
    path.write_bytes(sealed.seal(picturing.remade(photo(colour="#0c5a61"))))
    assert client.get(place).status_code == 404
