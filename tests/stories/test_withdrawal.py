"""A client takes a consent back while a hundred readers a second fetch the page from two web processes."""

import io
import os
import re
import threading
import time
from dataclasses import dataclass, field

import pytest
import requests
from flask.sessions import SecureCookieSessionInterface
from PIL import Image
from sqlalchemy import select

from campaigns import picturing
from campaigns.campaign import Campaign
from campaigns.clearance import clearing
from campaigns.clearance.steps import find_clearance_id
from campaigns.clients.disclosure_consent import DisclosureConsent
from campaigns.drives.drive import Drive
from campaigns.partner import Partner
from campaigns.picturing import PICTURES
from core import clock, uploads
from core.db import db, transaction
from donors.public.showing import PICTURE_DIGITS
from staff.access import Actor, actor_for
from staff.account import User
from staff.member import Member
from tests.clearing import clear
from tests.conftest import open_session
from tests.stories.arranging import Opened, open_drive
from tests.stories.house import House

pytestmark = [] if os.environ.get("AMPARO_TORTURE") else [pytest.mark.once]

READERS = 10
#: Together a hundred a second.
PAUSE_SECONDS = READERS / 100
BEFORE_SECONDS = 20 if os.environ.get("AMPARO_TORTURE") else 1.5
AFTER_SECONDS = 40 if os.environ.get("AMPARO_TORTURE") else 1.5
WORDS = (b"Carlos", b"Two monthly donors", b"come home")
#: Page, frame, preview, code, feed, figures and the campaign's picture.
SURFACES = (
    *(
        "/d/{0}?",
        "/c/{0}?",
        "/d/{0}/progress.json?",
        "/d/{0}/snapshots.jsonl?",
        "/d/{0}/embed?",
        "/d/{0}/preview.png?",
        "/d/{0}/qr.svg?",
    ),
    *("/c/{0}/updates.atom?", "/oembed?url={1}/d/{0}&", "/c/{0}/pictures/{2}.webp?"),
)


@dataclass
class Readers:
    """Fetch every address in turn, each reader over a connection of its own, and note what they got."""

    addresses: list[str]
    #: (when it was asked for, address, status, whether any of the words came).
    got: list[tuple[float, str, int, bool]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def read(self, number: int) -> None:
        session, turn = requests.Session(), number
        while not self.stop.wait(PAUSE_SECONDS):
            address = self.addresses[turn % len(self.addresses)]
            asked, turn = time.monotonic(), turn + 1
            try:
                answer = session.get(address, timeout=30)
            except requests.RequestException as failure:
                self.failed.append(str(failure))
                continue
            told = any(word in answer.content for word in WORDS)
            self.got.append((asked, address, answer.status_code, told))

    def start(self) -> list[threading.Thread]:
        threads = [threading.Thread(target=self.read, args=(number,)) for number in range(READERS)]
        for thread in threads:
            thread.start()
        return threads


@pytest.fixture
def opened(house: House) -> Opened:
    """A public drive and campaign that stand on a consent."""
    opened = open_drive(house, {"olga": "owner"})
    house.look(lambda: _stand_on_a_consent(opened))
    return opened


def _stand_on_a_consent(opened: Opened) -> None:
    with transaction():
        drive = db.session.get_one(Drive, opened.drive_id)
        owner = _actor(opened.organisation.people["olga"])
        lead = Partner(
            campaign_id=drive.campaign_id,
            organisation_id=drive.organisation_id,
            part="lead",
            accepted_at=clock.now(),
        )
        db.session.add(lead)
        db.session.flush()
        made = io.BytesIO()
        Image.new("RGB", (900, 400), "#0c5a61").save(made, "PNG")
        with uploads.keeping(PICTURES, [picturing.remade(made.getvalue())]) as kept:
            picturing.set_picture(owner, drive.campaign_id, kept[0], alt="A table")
        for subject in (db.session.get_one(Campaign, drive.campaign_id), drive):
            clear(owner, subject)
            clearing.publish(owner, subject)


def _picture_of(opened: Opened) -> str:
    drive = db.session.get_one(Drive, opened.drive_id)
    return db.session.get_one(Campaign, drive.campaign_id).picture_sha256[:PICTURE_DIGITS]


def _actor(email: str) -> Actor:
    query = db.session.query(Member).join(User, User.id == Member.account_id)
    return actor_for(query.filter(User.email == email).one())


def signed_in(house: House, email: str) -> requests.Session:
    def cookie() -> str:
        account = db.session.query(User).filter_by(email=email).one()
        signer = SecureCookieSessionInterface().get_signing_serializer(house.app)
        assert signer is not None
        sid = open_session(account.id)
        value = signer.dumps(
            {"_user_id": account.fs_uniquifier, "_fresh": True, "fs_paa": time.time(), "sid": sid}
        )
        return value if isinstance(value, str) else value.decode()

    browser = requests.Session()
    browser.cookies.set(str(house.app.config["SESSION_COOKIE_NAME"]), house.look(cookie), domain="127.0.0.1")
    return browser


def test_no_byte_is_served_once_the_revoking_request_has_returned(house: House, opened: Opened) -> None:
    counsel = signed_in(house, "counsel@example.org")
    page = counsel.get(f"{house.url}/staff/texts/{house.look(lambda: find_clearance_id(opened.drive_id))}")
    assert page.status_code == 200, page.text
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', page.text))
    newest = select(DisclosureConsent.id).order_by(DisclosureConsent.recorded_at.desc()).limit(1)
    consent_id = house.look(lambda: db.session.scalars(newest).one())
    digest = house.look(lambda: _picture_of(opened))
    readers = Readers(
        [
            f"{house.url}{path.format(opened.slug, house.url, digest)}{query}"
            for path in SURFACES
            for query in ("", "lang=es")
        ]
    )
    for address in readers.addresses:
        assert requests.get(address, timeout=30).status_code == 200, address
    threads = readers.start()
    time.sleep(BEFORE_SECONDS)
    done = counsel.post(
        f"{house.url}/staff/consents/{consent_id}/revocations",
        data={"csrf_token": token, "reason": "The client asked"},
        allow_redirects=False,
        timeout=60,
    )
    revoked = time.monotonic()
    time.sleep(AFTER_SECONDS)
    readers.stop.set()
    for thread in threads:
        thread.join(60)
    assert done.status_code == 302, done.text
    before = [each for each in readers.got if each[0] < revoked]
    after = [each for each in readers.got if each[0] >= revoked]
    assert any(told for *_rest, told in before), "nobody read the page while it was public"
    assert len(after) >= READERS
    assert [each for each in after if each[2] != 410 or each[3]] == []
    assert readers.failed == []
