"""Two donors become one: their addresses, consents, receipts, privacy, and what undoing gives back."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core.db import db, transaction
from core.errors import Conflict, Invalid, NotFound
from core.mail import OutgoingMail
from donors.gifts import giving
from donors.gifts.gift import Gift
from donors.merging import merging, undoing
from donors.merging.merge import DonorMerge
from donors.people import consent, own_data
from donors.people.donor import Donor, persons_at
from donors.people.given_as import GivenAs
from donors.people.sameness import address_key, are_alike, name_key
from donors.people.sign_in_link import SignInLink
from donors.privacy import erasing, exporting
from donors.receipts import links
from donors.receipts.receipt import Receipt
from donors.recurring.recurring_gift import RecurringGift
from staff.access import Actor, actor_for
from staff.audit import AuditEvent
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.donors.test_my_gifts import sign_in

Give = Callable[..., Gift]
NEWS, OLD = "ana.lopez@example.org", "analopez@example.org"


@pytest.fixture
def finance(cast: Cast) -> Actor:
    return actor_for(cast.frida)


@pytest.fixture
def pay(session: Session, give: Give, stripe: Stripe) -> Give:
    """A gift that went all the way."""

    def paid(amount: str = "50", **more: str) -> Gift:
        gift = give(amount, **more)
        stripe.pay(gift)
        stripe.deliver_all()
        session.commit()  # what the test has read so far must not be rolled back with it
        session.expire_all()
        return gift

    return paid


@pytest.fixture
def pair(session: Session, pay: Give) -> tuple[Donor, Donor]:
    """The same Ana at two addresses, each with a gift."""
    gifts = [pay("50", email=NEWS), pay("20", email=OLD, rhythm="month")]
    kept, absorbed = (session.get_one(Donor, each.donor_id) for each in gifts)
    session.commit()
    return kept, absorbed


def join(actor: Actor, kept: Donor, absorbed: Donor) -> str:
    db.session.commit()
    with transaction():
        return merging.merge(actor, kept.id, absorbed_id=absorbed.id, reason="She wrote to us.").id


def part(actor: Actor, merge_id: str) -> None:
    db.session.commit()
    with transaction():
        undoing.undo(actor, merge_id, reason="They are sisters.")


@pytest.mark.pure
@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("Ana.Lopez+news@example.org", "analopez@example.org"),
        ("analopez@googlemail.com", "analopez@gmail.com"),
        ("...@example.org", "...@example.org"),
        ("+@example.org", "+@example.org"),
        ("nobody", "nobody"),
    ],
)
def test_dots_tags_and_houses_are_left_out_of_an_address(email: str, key: str) -> None:
    assert address_key(email) == key


@pytest.mark.pure
def test_names_are_alike_whatever_accents_capitals_and_order() -> None:
    assert name_key("López, ANA ") == name_key("Ana Lopez") == "ana lopez"
    assert are_alike("analopez@a.org", "analopez@b.org")
    assert are_alike("analopez@a.org", "ana_lopez@b.org")
    assert not are_alike("analopez@a.org", "treasurer@b.org")


def test_gifts_move_and_receipts_stay_as_they_were(
    session: Session, finance: Actor, pair: tuple[Donor, Donor]
) -> None:
    kept, absorbed = pair
    before = {each.id: (each.number, each.donor_name, each.gift_id) for each in session.query(Receipt)}
    merge_id = join(finance, kept, absorbed)
    session.expire_all()
    assert {each.donor_id for each in session.query(Gift)} == {kept.id}
    assert {
        each.id: (each.number, each.donor_name, each.gift_id) for each in session.query(Receipt)
    } == before
    verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.subject == kept.id))
    assert "donor.merged" in list(verbs)
    part(finance, merge_id)
    session.expire_all()
    assert {each.donor_id for each in session.query(Gift)} == {kept.id, absorbed.id}


def test_who_signs_in_or_gives_from_either_address_is_the_kept_donor(
    session: Session, client: FlaskClient, finance: Actor, pair: tuple[Donor, Donor], give: Give
) -> None:
    kept, absorbed = pair
    join(finance, kept, absorbed)
    for email in (NEWS, OLD):
        sign_in(client, session, email)
        page = client.get("/my/").text
        assert "$50" in page
        assert "$20" in page
        people = client.get("/my/data.json").get_json()["people"]
        assert {each["email"] for each in people} == {NEWS, OLD}
        client.post("/my/out")
    gift = give("30", email=OLD)
    assert gift.donor_id == kept.id
    assert session.get_one(GivenAs, gift.id).donor_id == absorbed.id


def test_the_payment_page_shows_the_address_that_was_typed_and_no_other(
    app: Flask, session: Session, finance: Actor, pair: tuple[Donor, Donor], give: Give
) -> None:
    """Anybody may type an address: nobody learns another one by it."""
    kept, absorbed = pair
    join(finance, kept, absorbed)
    gift = give("30", email=OLD)
    assert giving.checkout_request(gift, base_url="http://localhost", is_held=False).email == OLD


def test_undone_a_gift_given_since_from_the_old_address_goes_back(
    session: Session, finance: Actor, pair: tuple[Donor, Donor], pay: Give
) -> None:
    kept, absorbed = pair
    merge_id = join(finance, kept, absorbed)
    old, new = pay("30", email=OLD), pay("40", email=NEWS)
    plan = undoing.foresee(session.get_one(DonorMerge, merge_id))
    assert (len(plan.gifts), plan.gifts_since, len(plan.promises)) == (2, 1, 1)
    part(finance, merge_id)
    session.expire_all()
    assert (old.donor_id, new.donor_id) == (absorbed.id, kept.id)
    assert session.query(GivenAs).count() == 0
    assert persons_at(OLD) == [absorbed]


@pytest.mark.parametrize("said_no", ["kept", "absorbed"])
def test_a_no_under_either_address_wins_and_undoing_restores_each_word(
    session: Session, finance: Actor, pair: tuple[Donor, Donor], said_no: str
) -> None:
    kept, absorbed = pair
    house = kept.organisation_id
    with transaction():
        for each in pair:
            consent.give(each, organisation_id=house, wording="News?", source="gift")
    with transaction():
        consent.take_back((kept if said_no == "kept" else absorbed).id, house, source="unsubscribe")
    words = [consent.holds(each.id, house) for each in pair]
    merge_id = join(finance, kept, absorbed)
    assert not consent.holds(kept.id, house)
    part(finance, merge_id)
    assert [consent.holds(each.id, house) for each in pair] == words


def test_a_yes_moves_where_nobody_said_no(
    session: Session, finance: Actor, pair: tuple[Donor, Donor]
) -> None:
    kept, absorbed = pair
    with transaction():
        consent.give(absorbed, organisation_id=kept.organisation_id, wording="News?", source="gift")
    merge_id = join(finance, kept, absorbed)
    assert consent.holds(kept.id, kept.organisation_id)
    assert own_data.standing_consents([kept.id])
    part(finance, merge_id)
    assert not consent.holds(kept.id, kept.organisation_id)
    assert consent.holds(absorbed.id, kept.organisation_id)


def test_one_click_from_an_old_mail_ends_news_for_good(
    session: Session, client: FlaskClient, finance: Actor, pair: tuple[Donor, Donor]
) -> None:
    """The link names the absorbed donor; after the merge it ends the kept one's news, and undoing keeps it ended."""
    kept, absorbed = pair
    with transaction():
        for each in pair:
            consent.give(each, organisation_id=kept.organisation_id, wording="News?", source="gift")
    merge_id = join(finance, kept, absorbed)
    address = links.unsubscribe_url(absorbed.id, kept.organisation_id)
    assert client.post(address.removeprefix("http://localhost")).status_code == 200
    session.expire_all()
    assert not consent.holds(kept.id, kept.organisation_id)
    part(finance, merge_id)
    assert not any(consent.holds(each.id, kept.organisation_id) for each in pair)


def test_erasing_the_person_erases_every_address(
    session: Session, finance: Actor, pair: tuple[Donor, Donor], stripe: Stripe
) -> None:
    kept, absorbed = pair
    merge_id = join(finance, kept, absorbed)
    with transaction():
        session.query(RecurringGift).update({"state": "cancelled"})
        session.add(OutgoingMail(key="x", to=OLD, subject="Ana", text="Dear Ana"))
        session.add(SignInLink(email=OLD, language="en", asked_by="donor"))
    with transaction(), pytest.raises(Invalid):
        erasing.erase_donor(finance, kept.id, reason=f"asked by {OLD}")
    with transaction():
        erasing.erase_donor(finance, kept.id, reason="Asked for by phone")
    session.expire_all()
    assert session.query(OutgoingMail).filter(OutgoingMail.to.in_([OLD, NEWS])).count() == 0
    assert session.query(SignInLink).count() == 0
    for each in pair:
        assert (each.email, each.name) == (f"{each.id}@erased.invalid", "")
        assert "ana" not in (each.address_key + each.name_key)
    assert session.get_one(DonorMerge, merge_id).reason == ""
    with pytest.raises(Conflict), transaction():
        undoing.undo(finance, merge_id, reason="They are sisters.")


def test_the_export_tells_of_all_addresses(finance: Actor, pair: tuple[Donor, Donor]) -> None:
    kept, absorbed = pair
    join(finance, kept, absorbed)
    with transaction():
        told = exporting.export_donor(finance, absorbed.id)
    assert told["donor"]["id"] == kept.id
    assert [each["email"] for each in told["other_addresses"]] == [OLD]
    assert told["supporter_pages"] == []
    assert len(told["gifts"]) == 2


def test_a_chain_of_merges_is_undone_from_its_end(
    session: Session, finance: Actor, pair: tuple[Donor, Donor], pay: Give
) -> None:
    kept, absorbed = pair
    third = session.get_one(Donor, pay("10", email="ana@example.net").donor_id)
    first = join(finance, kept, absorbed)
    second = join(finance, third, kept)
    assert [each.id for each in persons_at(OLD)] == [third.id]
    with pytest.raises(Conflict) as refused:
        part(finance, first)
    assert refused.value.code == "merged_on"
    part(finance, second)
    assert [each.id for each in persons_at(OLD)] == [kept.id]
    part(finance, first)
    assert [each.id for each in persons_at(OLD)] == [absorbed.id]


def test_what_cannot_be_merged_is_refused(
    session: Session, finance: Actor, cast: Cast, drive: Drive, pair: tuple[Donor, Donor]
) -> None:
    kept, absorbed = pair
    stranger = Donor(organisation_id=cast.llano.id, email="ana@example.org")
    session.add(stranger)
    session.commit()
    for other in (stranger.id, kept.id, "donor_nobody"):
        with pytest.raises(Invalid), transaction():
            merging.merge(finance, kept.id, absorbed_id=other, reason="She wrote to us.")
    with pytest.raises(NotFound), transaction():
        merging.merge(actor_for(cast.charlie), kept.id, absorbed_id=absorbed.id, reason="She wrote to us.")
    with pytest.raises(Invalid), transaction():
        merging.merge(finance, kept.id, absorbed_id=absorbed.id, reason=" ")
    merge_id = join(finance, kept, absorbed)
    with pytest.raises(Invalid), transaction():
        merging.merge(finance, kept.id, absorbed_id=absorbed.id, reason="She wrote to us.")
    part(finance, merge_id)
    with pytest.raises(Conflict), transaction():
        undoing.undo(finance, merge_id, reason="They are sisters.")
