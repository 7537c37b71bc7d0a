"""A drive is closed out: the rest goes where donors were told, to the cent, and everybody learns of it once."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import funding, ledger, surplus
from campaigns.funds.fund import Fund
from campaigns.funds.fund_transfer import FundTransfer
from core import clock
from core.db import transaction
from core.mail import OutgoingMail
from core.money import Money
from donors.close_outs import confirming, giving_back, working
from donors.close_outs.close_out import DONE, DRAFT, UNDONE, WORKING, CloseOut, CloseOutNotice, CloseOutShare
from donors.close_outs.plan import plan_of
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.jobs import sweep_close_outs, work_close_out
from donors.payments import at_stripe
from donors.people.donor import Donor
from tests.conftest import Cast
from tests.donors.close_outs.conftest import Desk, Paid
from tests.donors.conftest import Stripe

#: It takes a refund at first, and gives it back after a while.
REFUND_FAILS = "4000000000005126"


def spend(fund_id: str, minor: int) -> None:
    amount = Money(minor, "USD")
    lines = [ledger.Line(ledger.LEGAL_COSTS, amount), ledger.Line(ledger.BANK, -amount)]
    ledger.post(kind="test_spent", source="exp_1", fund_id=fund_id, lines=lines, occurred_at=clock.now())


def clause_of(gift: Gift) -> str:
    assert gift.surplus_clause_id is not None
    return gift.surplus_clause_id


def cash_of(fund_id: str) -> int:
    return ledger.balance(fund_id, ledger.CASH, "USD").minor


def mails(session: Session, prefix: str) -> list[OutgoingMail]:
    query = select(OutgoingMail).where(OutgoingMail.key.startswith(prefix)).order_by(OutgoingMail.to)
    return list(session.scalars(query))


def prepared(desk: Desk, gift: Gift, **wanted: Any) -> tuple[CloseOut, str]:
    """Closed, begun, chosen for the one version, and asked for."""
    desk.close()
    found = desk.begin()
    desk.choose(found, clause_of(gift), **wanted)
    return found, desk.ask(found)


def test_the_rest_goes_back_pro_rata_and_everybody_is_told_once(
    paid: Paid, desk: Desk, drive: Drive, session: Session, client: FlaskClient
) -> None:
    gifts = [paid("50"), paid("25", email="bea@example.org")]
    fees = sum(gift.processing_fee_minor or 0 for gift in gifts)
    spend(drive.fund_id, 3000)
    session.commit()
    found, proposal_id = prepared(desk, gifts[0], way="refund")
    left = 7500 - 3000 - fees
    assert plan_of(found).reckoning.left == Money(left, "USD")
    assert session.scalar(select(func.count()).select_from(CloseOutShare)) == 0
    desk.confirm(proposal_id)
    shares = {share.gift_id: share for share in session.scalars(select(CloseOutShare))}
    assert sum(share.amount_minor for share in shares.values()) == left
    assert abs(shares[gifts[0].id].amount_minor - 2 * shares[gifts[1].id].amount_minor) <= 2
    for gift in gifts:
        session.refresh(gift)
        assert gift.refunded_minor == shares[gift.id].amount_minor
    assert cash_of(drive.fund_id) == 0
    assert session.get_one(CloseOut, found.id).state == DONE
    assert len(mails(session, "refund:")) == 2
    told = mails(session, "close-out:")
    assert [mail.to for mail in told] == ["ana@example.org", "bea@example.org"]
    assert all("Goes to the next case." in mail.text for mail in told)
    assert list(ledger.verify()) == []
    page = client.get(f"/d/{drive.slug}").text
    assert "What was done with the surplus" in page
    assert "to 2 donors" in page


def test_each_version_goes_where_it_says(
    paid: Paid, desk: Desk, drive: Drive, session: Session, cast: Cast, other_fund: Fund, client: FlaskClient
) -> None:
    first = paid("40")
    alice = cast.actor("alice")
    changes = {"surplus_clause": "It goes back to you.", "surplus_ways": ["refund"]}
    session.commit()
    with transaction():
        funding.edit_fund(alice, drive.fund_id, changes)
    second = paid("60", email="bea@example.org")
    assert clause_of(first) != clause_of(second)
    desk.close()
    found = desk.begin()
    refused = desk.choose(found, clause_of(second), expect=422, way="move", to_fund_id=other_fund.id)
    assert "does not allow this" in refused
    desk.choose(found, clause_of(second), way="refund", why="")
    desk.choose(found, clause_of(first), expect=422, way="move", to_fund_id=other_fund.id, why="")
    desk.choose(found, clause_of(first), way="move", to_fund_id=other_fund.id)
    parts = plan_of(session.get_one(CloseOut, found.id)).parts
    assert [part.clause.number for part in parts] == [1, 2]
    desk.confirm(desk.ask(found))
    moved = session.scalars(select(FundTransfer)).one()
    assert (moved.to_fund_id, moved.amount, moved.drive_id) == (other_fund.id, parts[0].amount, drive.id)
    session.refresh(second)
    assert second.refunded == parts[1].amount
    session.refresh(first)
    assert first.refunded_minor == 0
    assert cash_of(other_fund.id) == parts[0].amount.minor
    assert cash_of(drive.fund_id) == 0
    page = client.get(f"/d/{drive.slug}").text
    assert "Moved to “Next cases”" in page
    (to_ana, to_bea) = mails(session, "close-out:")
    assert "moved to the fund “Next cases”" in to_ana.text
    assert "It goes back to you." in to_bea.text


def test_the_general_fund_has_to_be_named_first(
    paid: Paid, desk: Desk, session: Session, other_fund: Fund
) -> None:
    gift = paid("50")
    desk.close()
    found = desk.begin()
    assert "No fund is marked" in desk.choose(found, clause_of(gift), expect=422, way="general")
    session.get_one(Fund, other_fund.id).is_general = True
    session.commit()
    desk.choose(found, clause_of(gift), way="general")
    desk.confirm(desk.ask(found))
    assert cash_of(other_fund.id) == 5000 - (gift.processing_fee_minor or 0)


def test_a_gift_that_was_not_paid_at_stripe_takes_the_other_way(
    paid: Paid, desk: Desk, session: Session, other_fund: Fund
) -> None:
    by_card, by_check = paid("50"), paid("50", email="bea@example.org")
    by_check.payment_intent_id = None
    session.commit()
    _found, proposal_id = prepared(desk, by_card, way="refund", to_fund_id=other_fund.id)
    desk.confirm(proposal_id)
    share = session.get_one(CloseOutShare, by_check.id)
    assert (share.outcome, share.because, share.to_fund_id) == ("moved", "not_at_stripe", other_fund.id)
    assert cash_of(other_fund.id) == share.amount_minor
    session.refresh(by_card)
    assert by_card.refunded_minor == session.get_one(CloseOutShare, by_card.id).amount_minor


def test_a_share_below_the_least_that_cards_take_stays(
    paid: Paid, desk: Desk, drive: Drive, session: Session
) -> None:
    large, small = paid("200"), paid("1", email="bea@example.org")
    spend(drive.fund_id, 15000)
    session.commit()
    _found, proposal_id = prepared(desk, large, way="refund")
    desk.confirm(proposal_id)
    share = session.get_one(CloseOutShare, small.id)
    assert (share.outcome, share.because) == ("stays", "too_small")
    assert cash_of(drive.fund_id) == share.amount_minor


def test_while_stripe_is_down_nobody_is_written_to(
    paid: Paid, desk: Desk, stripe: Stripe, session: Session
) -> None:
    found, proposal_id = prepared(desk, paid("50"), way="refund")
    stripe.order_fault("error", path="/v1/refunds", times=10)
    desk.confirm(proposal_id)
    assert session.get_one(CloseOut, found.id).state == WORKING
    assert mails(session, "close-out:") == []
    stripe.forget_faults()
    session.commit()
    sweep_close_outs.run()
    session.expire_all()
    assert session.get_one(CloseOut, found.id).state == DONE
    assert len(mails(session, "close-out:")) == 1


def test_a_refund_that_comes_back_later_stays_and_the_page_says_so(
    paid: Paid, desk: Desk, stripe: Stripe, session: Session, drive: Drive, client: FlaskClient
) -> None:
    gift = paid("50", card=REFUND_FAILS)
    found, proposal_id = prepared(desk, gift, way="refund")
    desk.confirm(proposal_id)
    left = session.get_one(CloseOut, found.id).returned_minor
    assert left > 0
    session.commit()
    stripe.box.advance(by_days=10)
    stripe.deliver_all()
    session.commit()
    sweep_close_outs.run()
    session.expire_all()
    share, row = session.get_one(CloseOutShare, gift.id), session.get_one(CloseOut, found.id)
    assert (share.outcome, share.because) == ("stays", "came_back")
    assert (row.returned_minor, row.stayed_minor) == (0, left)
    assert cash_of(drive.fund_id) == left
    assert "Stays for its purpose" in client.get(f"/d/{drive.slug}").text


def test_figures_that_moved_are_asked_for_anew(
    paid: Paid, desk: Desk, drive: Drive, session: Session
) -> None:
    gift = paid("50")
    found, proposal_id = prepared(desk, gift, way="refund")
    spend(drive.fund_id, 100)
    session.commit()
    desk.confirm(proposal_id, expect=409)
    assert session.get_one(CloseOut, found.id).state == DRAFT
    desk.confirm(desk.ask(found))
    assert session.get_one(CloseOut, found.id).state == DONE


def test_it_is_undone_before_anybody_confirmed_and_never_after(
    paid: Paid, desk: Desk, session: Session
) -> None:
    gift = paid("50")
    found, proposal_id = prepared(desk, gift, way="refund")
    assert desk.frida.post(f"/staff/close-outs/{found.id}/undoing").status_code == 303
    session.expire_all()
    assert session.get_one(CloseOut, found.id).state == UNDONE
    desk.confirm(proposal_id, expect=409)
    again = desk.begin()
    assert again.id != found.id
    desk.choose(again, clause_of(gift), way="refund")
    desk.confirm(desk.ask(again))
    desk.frida.post(f"/staff/close-outs/{again.id}/undoing")
    session.expire_all()
    assert session.get_one(CloseOut, again.id).state == DONE


def test_an_open_drive_and_the_grace_wait(paid: Paid, desk: Desk, session: Session, drive: Drive) -> None:
    gift = paid("50")
    desk.frida.post(f"/staff/drives/{drive.id}/close-outs")
    assert session.scalar(select(func.count()).select_from(CloseOut)) == 0
    desk.close(grace_minutes=30)
    found = desk.begin()
    desk.choose(found, clause_of(gift), way="refund")
    answer = desk.frida.post(f"/staff/close-outs/{found.id}/approval-requests", follow_redirects=True)
    assert "may still arrive" in answer.text


def test_what_goes_back_changes_no_frozen_figure(
    paid: Paid, desk: Desk, drive: Drive, client: FlaskClient
) -> None:
    _found, proposal_id = prepared(desk, paid("50"), way="refund")
    desk.confirm(proposal_id)
    figures = client.get(f"/d/{drive.slug}/progress.json").json
    assert figures is not None
    (goal,) = [each for each in figures["goals"] if each["metric"] == "amount"]
    assert goal["frozen"] == 5000
    assert figures["raised_minor"] < 5000
    assert "with $50 from one donor" in client.get(f"/d/{drive.slug}").text


def test_other_drives_of_the_fund_keep_their_part(
    paid: Paid, desk: Desk, session: Session, drive: Drive
) -> None:
    gift, other = paid("50"), paid("25", email="bea@example.org")
    second = Drive(
        **{
            name: getattr(drive, name)
            for name in ("campaign_id", "organisation_id", "fund_id", "currency", "zone")
        },
        slug="second",
        title="Second",
        opens_at=drive.opens_at,
        published_at=drive.published_at,
    )
    session.add(second)
    session.flush()
    other.drive_id = second.id
    session.commit()
    free = cash_of(drive.fund_id)
    _found, proposal_id = prepared(desk, gift, way="refund")
    desk.confirm(proposal_id)
    session.refresh(gift)
    assert gift.refunded_minor == free * 50 // 75
    assert cash_of(drive.fund_id) == free - gift.refunded_minor


@pytest.mark.parametrize("cut", range(7))
def test_a_worker_that_dies_between_two_steps_doubles_nothing(
    paid: Paid, desk: Desk, session: Session, cut: int, cast: Cast, drive: Drive
) -> None:
    """The steps before the cut are done, the process is gone, and the sweep begins from the rows, twice."""
    gifts = [paid("50"), paid("25", email="bea@example.org"), paid("10", email="ana@example.org")]
    desk.close()
    found = desk.begin()
    desk.choose(found, clause_of(gifts[0]), way="refund")
    digest = plan_of(session.get_one(CloseOut, found.id)).digest
    session.commit()
    with transaction():  # confirmed, and the worker is not nudged
        confirming.perform(cast.actor("frida"), {"close_out_id": found.id, "digest": digest})

    def within(step: Callable[[str], object]) -> Callable[[], object]:
        def run() -> object:
            session.commit()
            with transaction():
                return step(found.id)

        return run

    def decide(close_out_id: str) -> None:
        giving_back.decide_refunds(close_out_id, giving_back.list_undecided(close_out_id))

    def send_one() -> None:
        session.commit()
        at_stripe.send_refund(giving_back.list_to_send(found.id)[0])

    def send_all() -> None:
        at_stripe.each_of(at_stripe.send_refund, giving_back.list_to_send(found.id))

    steps = [
        *(within(decide), send_one, send_all, within(giving_back.take_in_refusals)),
        *(within(working.write_to_donors), within(working.finish)),
    ]
    for step in steps[:cut]:
        step()
    for _time in range(2):
        work_close_out.run(found.id)
    session.expire_all()
    assert session.get_one(CloseOut, found.id).state == DONE
    assert session.scalar(select(func.count()).select_from(Refund)) == 3
    assert session.scalar(select(func.count()).select_from(CloseOutNotice)) == 2
    assert len(mails(session, "close-out:")) == 2
    assert cash_of(drive.fund_id) == 0
    assert list(ledger.verify()) == []


def test_the_letter_and_the_page_speak_spanish(
    paid: Paid, desk: Desk, session: Session, drive: Drive, client: FlaskClient
) -> None:
    gift = paid("50")
    session.get_one(Donor, gift.donor_id).language = "es"
    _found, proposal_id = prepared(desk, gift, way="refund")
    desk.confirm(proposal_id)
    (letter,) = mails(session, "close-out:")
    assert "sobró dinero" in letter.subject
    assert "vuelven a su tarjeta" in letter.text
    assert "Qué se hizo con el excedente" in client.get(f"/d/{drive.slug}?lang=es").text


def test_every_share_is_in_the_export(paid: Paid, desk: Desk) -> None:
    gifts = [paid("50"), paid("25", email="bea@example.org")]
    desk.close()
    found = desk.begin()
    desk.choose(found, clause_of(gifts[0]), way="refund")
    header, *rows = desk.frida.get(f"/staff/close-outs/{found.id}/shares.csv").text.strip().splitlines()
    assert header.lstrip("\ufeff").startswith("gift,donor,email")
    assert {row.split(",")[0] for row in rows} == {gift.id for gift in gifts}
    assert all(",back," in row for row in rows)


def test_strangers_find_nothing_and_campaigners_decide_nothing(
    paid: Paid, desk: Desk, sign_in: Any, cast: Cast, drive: Drive
) -> None:
    gift = paid("50")
    desk.close()
    found = desk.begin()
    charlie, carla = sign_in(cast.charlie), sign_in(cast.carla)
    assert charlie.get(f"/staff/close-outs/{found.id}").status_code == 404
    assert charlie.post(f"/staff/drives/{drive.id}/close-outs").status_code == 404
    assert carla.get(f"/staff/close-outs/{found.id}").status_code == 200
    place = f"/staff/close-outs/{found.id}/choices/{clause_of(gift)}"
    assert carla.post(place, data={"way": "refund"}).status_code == 403
    assert surplus.versions_of(drive.fund_id)[0].number == 1
