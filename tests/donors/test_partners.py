"""Partners: links that bring gifts, what is counted for them, and exactly the donors that mode and consent allow."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.drives.goal import SIGNATURES, Goal
from campaigns.funds.ledger import NO_DRIVE, RAISED, LedgerTotal
from campaigns.partner import Partner
from campaigns.petitions.signature import Signature
from core import clock
from core.db import db, transaction
from core.money import Money
from donors.gifts import form_token
from donors.gifts.gift import Gift
from donors.partners.partner_figures import figures_of
from donors.partners.referral import Referral
from donors.people import consent
from donors.people.donor import Donor
from staff.audit.event import AuditEvent
from staff.issuing import SCOPES, issue
from staff.member import Member
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.donors.leading import lead

SignIn = Callable[[Member], FlaskClient]
Give = Callable[..., Gift]


@pytest.fixture
def llano(session: Session, cast: Cast, drive: Drive) -> Partner:
    """Refugio leads; Llano takes part."""
    lead(session, drive)
    joined = Partner(
        campaign_id=drive.campaign_id, organisation_id=cast.llano.id, part="partner", accepted_at=clock.now()
    )
    session.add(joined)
    session.commit()
    return joined


@pytest.fixture
def paid(session: Session, stripe: Stripe, give: Give) -> Give:
    """A gift that the donor sent by the form and paid."""

    def send(email: str, amount: str = "50", **more: Any) -> Gift:
        gift = give(amount, email=email, **more)
        stripe.pay(gift)
        stripe.deliver_all()
        session.expire_all()
        assert gift.state == "settled"
        session.commit()
        return gift

    return send


@contextmanager
def change() -> Iterator[None]:
    """Write as another process would; what the test only read before is let go first."""
    db.session.commit()
    with transaction():
        yield


def api_of(client: FlaskClient, member: Any, scopes: set[str] | None = None) -> Callable[..., Any]:
    with change():
        secret = issue(member, name="Software", scopes=sorted(scopes or SCOPES))[1]
    headers = {"Authorization": f"Bearer {secret}"}

    def ask(method: str, path: str, expect: int = 200, **body: Any) -> Any:
        answer = client.open(f"/api/v1{path}", method=method, headers=headers, **body)
        assert answer.status_code == expect, answer.text
        return answer.json

    return ask


def share(browser: FlaskClient, partner: Partner, mode: str) -> None:
    place = f"/staff/campaigns/{partner.campaign_id}/partners/{partner.id}/sharing"
    assert browser.post(place, data={"mode": mode}).status_code == 302


def seen(browser: FlaskClient, partner: Partner) -> set[str]:
    """The addresses in the file that the partner downloads."""
    answer = browser.get(f"/staff/campaigns/{partner.campaign_id}/shared-donors.csv")
    assert answer.status_code == 200
    return {line.split(",")[0] for line in answer.text.splitlines()[1:]}


AGREES = {"consent_1": "true"}  # the box of the partner stands after that of the drive's organisation


def test_a_partner_sees_what_mode_and_consent_both_allow(
    cast: Cast, sign_in: SignIn, llano: Partner, paid: Give
) -> None:
    paid("by-link@example.org", via=llano.code, **AGREES)
    paid("by-link-silent@example.org", via=llano.code)
    paid("other@example.org", **AGREES)
    paid("silent@example.org", consent_0="true")
    alice, charlie = sign_in(cast.alice), sign_in(cast.charlie)
    assert seen(charlie, llano) == set()
    share(alice, llano, "referrals")
    assert seen(charlie, llano) == {"by-link@example.org"}
    share(alice, llano, "all")
    assert seen(charlie, llano) == {"by-link@example.org", "other@example.org"}
    page = charlie.get(f"/staff/campaigns/{llano.campaign_id}/shared-donors").text
    assert "other@example.org" in page
    assert "silent@" not in page
    share(alice, llano, "none")
    assert seen(charlie, llano) == set()


def test_who_takes_the_consent_back_is_gone_at_once(
    session: Session, cast: Cast, sign_in: SignIn, llano: Partner, paid: Give
) -> None:
    gift = paid("ana@example.org", **AGREES)
    share(sign_in(cast.alice), llano, "all")
    charlie = sign_in(cast.charlie)
    assert seen(charlie, llano) == {"ana@example.org"}
    with change():
        assert consent.take_back(gift.donor_id, cast.llano.id, source="my gifts")
    assert seen(charlie, llano) == set()
    with change():
        giver = session.get_one(Donor, gift.donor_id)
        consent.give(giver, organisation_id=cast.llano.id, wording="News", source="form")
    assert seen(charlie, llano) == {"ana@example.org"}
    with change():
        session.get_one(Donor, gift.donor_id).erased_at = clock.now()
    assert seen(charlie, llano) == set()


def test_unpaid_and_returned_gifts_share_nobody(
    session: Session, cast: Cast, sign_in: SignIn, llano: Partner, give: Give, paid: Give
) -> None:
    give("50", email="unpaid@example.org", **AGREES)
    gift = paid("returned@example.org", **AGREES)
    share(sign_in(cast.alice), llano, "all")
    charlie = sign_in(cast.charlie)
    assert seen(charlie, llano) == {"returned@example.org"}
    with change():
        session.get_one(Gift, gift.id).state = "refunded"
    assert seen(charlie, llano) == set()


def test_who_gave_anonymously_is_an_address_without_a_name(
    client: FlaskClient, cast: Cast, sign_in: SignIn, llano: Partner, paid: Give
) -> None:
    paid("ana@example.org", name="Ana Lopez", **AGREES)
    paid("bea@example.org", name="Bea Nameless", name_display="anonymous", **AGREES)
    share(sign_in(cast.alice), llano, "all")
    page = sign_in(cast.charlie).get(f"/staff/campaigns/{llano.campaign_id}/shared-donors").text
    assert "Ana Lopez" in page
    assert "bea@example.org" in page
    assert "Nameless" not in page
    piece = api_of(client, cast.actor("charlie"))("GET", f"/campaigns/{llano.campaign_id}/shared-donors")
    assert {each["email"]: each["name"] for each in piece["items"]} == {
        "ana@example.org": "Ana Lopez",
        "bea@example.org": "",
    }
    assert set(piece["items"][0]) == {"id", "email", "name", "language", "agreed_at", "wording"}
    assert "may have my name and address" in piece["items"][0]["wording"]


def test_the_mode_is_the_givers_to_choose_and_is_audited(
    session: Session, client: FlaskClient, cast: Cast, sign_in: SignIn, llano: Partner, paid: Give
) -> None:
    paid("ana@example.org", **AGREES)
    refugio, theirs = api_of(client, cast.actor("alice")), api_of(client, cast.actor("charlie"))
    place = f"/campaigns/{llano.campaign_id}/partners/{llano.id}/sharing"
    assert refugio("PUT", place, json={"mode": "all"})["mode"] == "all"
    refugio("PUT", place, json={"mode": "everything"}, expect=422)
    theirs("PUT", place, json={"mode": "all"}, expect=404)  # its own row: nobody shares with themselves
    half = api_of(client, cast.actor("alice"), {"campaigns.edit", "campaigns.view"})
    half("PUT", place, json={"mode": "none"}, expect=404)
    events = session.scalars(select(AuditEvent).where(AuditEvent.verb == "donors.sharing_changed")).all()
    assert [(each.before, each.after) for each in events] == [
        (
            {"organisation": cast.llano.id, "mode": "none"},
            {"organisation": cast.llano.id, "mode": "all"},
        )
    ]
    for who, expected in (("carla", 302), ("bob", 403), ("vera", 403), ("frida", 403)):
        answer = sign_in(getattr(cast, who)).post(f"/staff{place}", data={"mode": "referrals"})
        assert answer.status_code == expected, who


def test_strangers_and_who_has_left_find_nothing(
    session: Session, client: FlaskClient, cast: Cast, sign_in: SignIn, llano: Partner, paid: Give
) -> None:
    paid("ana@example.org", **AGREES)
    alice, charlie = sign_in(cast.alice), sign_in(cast.charlie)
    share(alice, llano, "all")
    base = f"/staff/campaigns/{llano.campaign_id}"
    assert alice.post(f"{base}/partners/{llano.id}/end").status_code == 302
    theirs = api_of(client, cast.actor("charlie"))
    for path in ("/partners", "/shared-donors", "/shared-donors.csv"):
        assert charlie.get(f"{base}{path}").status_code == 404
    for path in ("/partner-figures", "/shared-donors", "/partners"):
        theirs("GET", f"/campaigns/{llano.campaign_id}{path}", expect=404)
    for path, data in (("sharing", {"mode": "all"}), ("telling", {"is_told": "true"})):
        assert charlie.post(f"{base}/partners/{llano.id}/{path}", data=data).status_code == 404
    # Invited anew, it sees what the new invitation says, and not what held before.
    assert alice.post(f"{base}/partners", data={"organisation_slug": "llano"}).status_code == 302
    assert charlie.post(f"/staff/invitations/{llano.id}/accept").status_code == 302
    assert seen(charlie, llano) == set()


def test_legal_and_viewers_of_the_partner_see_no_donor(
    session: Session, cast: Cast, sign_in: SignIn, llano: Partner, paid: Give
) -> None:
    paid("ana@example.org", **AGREES)
    share(sign_in(cast.alice), llano, "all")
    cast.charlie.role = "legal"
    session.commit()
    charlie = sign_in(cast.charlie)
    assert charlie.get(f"/staff/campaigns/{llano.campaign_id}/shared-donors.csv").status_code == 404
    page = charlie.get(f"/staff/campaigns/{llano.campaign_id}/partners")
    assert page.status_code == 200
    assert "shared-donors" not in page.text


def test_an_invitation_says_what_will_be_seen(
    session: Session, client: FlaskClient, cast: Cast, sign_in: SignIn, drive: Drive, paid: Give
) -> None:
    lead(session, drive)
    refugio = api_of(client, cast.actor("alice"))
    body = {"organisation_slug": "llano", "mode": "all"}
    invited = refugio("POST", f"/campaigns/{drive.campaign_id}/partners", 201, json=body)
    charlie = sign_in(cast.charlie)
    assert charlie.get(f"/staff/campaigns/{drive.campaign_id}/shared-donors").status_code == 404
    charlie.post(f"/staff/invitations/{invited['id']}/accept")
    paid("ana@example.org", **AGREES)
    assert seen(charlie, session.get_one(Partner, invited["id"])) == {"ana@example.org"}


def test_a_link_brings_a_gift_through_page_form_and_embed(
    session: Session, client: FlaskClient, llano: Partner, drive: Drive, paid: Give
) -> None:
    short = client.get(f"/v/{llano.code}")
    place = f"/d/{drive.slug}/via/{llano.code}"
    assert (short.status_code, short.headers["Location"]) == (302, place)
    assert client.get(f"/d/{drive.slug}?via={llano.code}").headers["Location"] == place
    assert client.get(f"/c/carlos?via={llano.code}").headers["Location"] == f"/c/carlos/via/{llano.code}"
    page = client.get(place)
    assert f'name="via" value="{llano.code}"' in page.text
    assert "Set-Cookie" not in page.headers
    assert f"{place}#give" in client.get(f"{place}/embed").text
    assert f'href="{place}"' in client.get(f"/c/carlos/via/{llano.code}").text
    assert client.get(f"/v/{llano.code}/qr.svg").mimetype == "image/svg+xml"
    # What was wrong with the form does not lose the link.
    again = client.post(f"/d/{drive.slug}/gifts", data={"via": llano.code, "email": "no"})
    assert again.status_code == 422
    assert f'name="via" value="{llano.code}"' in again.text
    gift = paid("ana@example.org", via=llano.code)
    assert session.get_one(Referral, gift.id).partner_id == llano.id


@pytest.mark.parametrize("code", ["", "0000000000", "x" * 5000, "../../etc", "%00", "0000000000' OR 1=1"])
def test_a_code_of_nobody_never_stops_a_gift(
    session: Session, client: FlaskClient, llano: Partner, drive: Drive, give: Give, code: str
) -> None:
    gift = give("50", via=code)
    assert session.get(Referral, gift.id) is None
    assert client.get("/v/0000000000").status_code == 404
    assert client.get(f"/d/{drive.slug}/via/0000000000").headers["Location"] == f"/d/{drive.slug}"
    assert client.get(f"/d/{drive.slug}", query_string={"via": code}).headers["Location"].startswith("/d/")


def test_a_link_counts_for_nobody_once_the_partner_has_left(
    session: Session, client: FlaskClient, llano: Partner, drive: Drive, give: Give
) -> None:
    with change():
        session.get_one(Partner, llano.id).ended_at = clock.now()
    assert client.get(f"/v/{llano.code}").headers["Location"] == f"/d/{drive.slug}"
    assert session.get(Referral, give("50", via=llano.code).id) is None


def test_the_figures_are_a_part_of_what_was_raised(
    session: Session, client: FlaskClient, cast: Cast, llano: Partner, stripe: Stripe, paid: Give
) -> None:
    first = paid("ana@example.org", "50", via=llano.code, cover_fee="true")
    paid("ben@example.org", "20", rhythm="month", via=llano.code)
    paid("cleo@example.org", "100")
    figures = figures_of([llano])[llano.id]
    assert (figures.raised, figures.gifts, figures.new_monthly_donors) == ([Money(7000, "USD")], 2, 1)
    refugio = api_of(client, cast.actor("alice"))
    refund = {"amount": {"minor": 2000, "currency": "USD"}, "reason": "asked for it"}
    refugio("POST", f"/gifts/{first.id}/refunds", 201, json=refund)
    stripe.deliver_all()
    (said,) = api_of(client, cast.actor("charlie"))("GET", f"/campaigns/{llano.campaign_id}/partner-figures")
    assert said["raised_by_referral"] == [{"minor": 5000, "currency": "USD"}]
    assert (said["gifts"], said["new_monthly_donors"], said["hours"]) == (2, 1, 0.0)
    both = refugio("GET", f"/campaigns/{llano.campaign_id}/partner-figures")
    assert [len(each["raised_by_referral"]) for each in both] == [0, 1]
    posted = select(LedgerTotal).where(LedgerTotal.account.in_(RAISED), LedgerTotal.drive_id != NO_DRIVE)
    raised = -sum(each.balance_minor for each in session.scalars(posted))
    assert raised == 5000 + 10000


def test_later_instalments_came_by_the_link_too_and_count_once(
    session: Session, llano: Partner, stripe: Stripe, paid: Give
) -> None:
    gift = paid("ben@example.org", "20", rhythm="month", via=llano.code)
    with change():
        later = Gift(
            id="gift_later",
            organisation_id=gift.organisation_id,
            drive_id=gift.drive_id,
            fund_id=gift.fund_id,
            donor_id=gift.donor_id,
            recurring_gift_id=gift.recurring_gift_id,
            state="settled",
            counts=True,
            paid_at=clock.now(),
        )
        later.amount = Money(2000, "USD")
        session.add(later)
    assert figures_of([llano])[llano.id].gifts == 2


def test_the_public_page_tells_it_while_both_agree(
    client: FlaskClient, cast: Cast, sign_in: SignIn, llano: Partner, paid: Give
) -> None:
    paid("ana@example.org", "50", via=llano.code)
    alice, charlie = sign_in(cast.alice), sign_in(cast.charlie)
    place = f"/staff/campaigns/{llano.campaign_id}/partners/{llano.id}/telling"
    told = "Of what was raised, through Llano Defenders"

    def is_told() -> bool:
        return told in client.get("/c/carlos").text

    assert not is_told()
    alice.post(place, data={"is_told": "true"})
    assert not is_told()
    charlie.post(place, data={"is_told": "true"})
    assert is_told()
    assert "$50" in client.get("/c/carlos").text.partition(told)[2][:60]
    charlie.post(place)
    assert not is_told()


def test_staff_pages_show_each_its_part(cast: Cast, sign_in: SignIn, llano: Partner, paid: Give) -> None:
    paid("ana@example.org", "50", via=llano.code)
    place = f"/staff/campaigns/{llano.campaign_id}/partners"
    ours, theirs = sign_in(cast.alice).get(place).text, sign_in(cast.charlie).get(place).text
    for page in (ours, theirs):
        assert f"/v/{llano.code}" in page
        assert "$50" in page
    assert ours.count("/qr.svg") == 2
    assert theirs.count("/qr.svg") == 1  # the lead's link is the lead's
    assert sign_in(cast.vera).get(place).status_code == 200


def test_a_signature_by_the_link_counts_once_it_is_confirmed(
    session: Session, client: FlaskClient, drive: Drive, llano: Partner
) -> None:
    with change():
        session.get_one(Drive, drive.id).petition = "Let him wait at home."
        session.add(Goal(drive_id=drive.id, metric=SIGNATURES, target=100, position=2))
    page = client.get(f"/d/{drive.slug}/via/{llano.code}").text
    place = f"/d/{drive.slug}/sign?via={llano.code}"
    assert place in page
    form = client.get(place).text
    assert f'name="via" value="{llano.code}"' in form
    for number, code in enumerate((llano.code, llano.code, "0000000000")):
        typed = {"name": "Lena", "email": f"lena{number}@example.org", "via": code}
        sent = client.post(f"/d/{drive.slug}/sign", data=typed | {"form_token": form_token.new_token()})
        assert sent.status_code == 200
    signatures = session.scalars(select(Signature).order_by(Signature.email)).all()
    assert figures_of([llano])[llano.id].signatures == 0
    for each in signatures[1:]:
        each.move_to("confirmed")
    session.flush()
    assert figures_of([llano])[llano.id].signatures == 1
