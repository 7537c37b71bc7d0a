"""Names of sponsors and stages: public once counsel and client agreed to exactly these words, and no longer."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.clearance import clearing, withdrawing
from campaigns.clearance.clearance import DRAFT, Clearance
from campaigns.clearance.steps import clearance_of
from campaigns.clients import consenting
from campaigns.clients.disclosure_consent import in_force
from campaigns.matching import sponsoring
from campaigns.matching.match_fund import MatchFund
from campaigns.matching.match_terms import MatchTerms
from campaigns.names import naming
from campaigns.names.drive_names import DriveNames
from core.db import db, transaction
from core.errors import Conflict, Forbidden, Invalid
from core.money import Money
from legal.budget.stage import BudgetStage
from legal.budget.stage_terms import StageTerms
from legal.budget.staging import add_stage, drop_stage, edit_stage
from tests.campaigns.conftest import SEALED_NAME, Work, work
from tests.clearing import clear, counsel_of
from tests.conftest import Cast

__all__ = ["work"]


@pytest.fixture
def public(session: Session, work: Work) -> Work:
    work.publish()
    session.commit()
    return work


def sponsor(work: Work, name: str = "The Harbor Foundation") -> MatchFund:
    with transaction():
        terms = MatchTerms(sponsor=name, cap=Money(10_000, "USD"))
        return sponsoring.open_match_fund(work.alice, work.drive.id, terms)


def stage(work: Work, name: str = "Filing", **more: Any) -> BudgetStage:
    with transaction():
        terms = StageTerms(name=name, estimate=Money(40_500, "USD"), **more)
        return add_stage(work.alice, work.drive.id, terms)


def waiting(work: Work) -> DriveNames:
    """The list that is not public."""
    lists = db.session.scalars(select(DriveNames).where(DriveNames.drive_id == work.drive.id))
    (only,) = [each for each in lists if not each.is_public]
    return only


def publish(work: Work) -> DriveNames:
    names = waiting(work)
    with transaction():
        clear(work.alice, names)
        return naming.publish_names(work.alice, names.id)


def page(client: FlaskClient, work: Work) -> str:
    answer = client.get(f"/d/{work.drive.slug}?lang=en")
    assert answer.status_code == 200
    return answer.text


def told(client: FlaskClient, work: Work) -> tuple[list[str], list[str]]:
    """Sponsors and stages as the public data name them."""
    figures = client.get(f"/d/{work.drive.slug}/progress.json").get_json()
    stages = figures["budget"]["stages"] if figures["budget"] else []
    return [each["sponsor"] for each in figures["match_funds"]], [each["name"] for each in stages]


def test_a_name_is_shown_once_it_is_cleared_and_the_page_stays_up_meanwhile(
    client: FlaskClient, public: Work
) -> None:
    sponsor(public)
    stage(public)
    stage(public, "The bond", is_bond=True)
    shown = page(client, public)
    assert "Harbor" not in shown
    assert "Filing" not in shown
    assert "Matched 1:1 by A sponsor" in shown
    assert "Matched 1:1 by A sponsor" in client.get(f"/d/{public.drive.slug}/embed?lang=en").text
    assert told(client, public) == ([""], ["Stage 1", "Bond"])
    publish(public)
    assert "Matched 1:1 by The Harbor Foundation" in page(client, public)
    assert told(client, public) == (["The Harbor Foundation"], ["Filing", "The bond"])


def test_one_list_gathers_what_waits_and_a_change_of_it_voids_what_counsel_read(public: Work) -> None:
    sponsor(public)
    names = waiting(public)
    with transaction():
        sha256 = clearing.submit(public.alice, "names", names.id).text_hash
    stage(public)
    assert waiting(public).id == names.id
    assert clearance_of(names).state == DRAFT
    lawyer = counsel_of(public.campaign)
    with transaction():
        clearing.submit(public.alice, "names", names.id)
    with pytest.raises(Conflict) as refused, transaction():
        clearing.approve(lawyer, "names", names.id, sha256=sha256)
    assert refused.value.code == "edited_meanwhile"
    with pytest.raises(Forbidden), transaction():  # whoever wrote the names does not approve them
        clearing.approve(public.alice, "names", names.id, sha256=clearance_of(names).text_hash)


def test_a_changed_name_waits_again_and_the_others_stay(client: FlaskClient, public: Work) -> None:
    fund = sponsor(public)
    filing = stage(public)
    publish(public)
    with transaction():
        sponsoring.edit_match_fund(public.alice, fund.id, {"sponsor": "Bluestem Credit Union"})
    assert told(client, public) == ([""], ["Filing"])
    with transaction():  # back to the words that were approved
        sponsoring.edit_match_fund(public.alice, fund.id, {"sponsor": "The Harbor Foundation"})
        edit_stage(public.alice, filing.id, {"name": "Petition"})
    assert told(client, public) == (["The Harbor Foundation"], ["Stage 1"])
    assert naming.waiting_names(public.drive.id).names == ["Petition"]
    publish(public)
    assert told(client, public) == (["The Harbor Foundation"], ["Petition"])


def test_names_go_with_the_consent_and_with_their_withdrawal(client: FlaskClient, public: Work) -> None:
    sponsor(public)
    names = publish(public)
    with transaction():
        withdrawing.withdraw(public.alice, "names", names.id, reason="The sponsor asked")
    assert told(client, public)[0] == [""]
    publish(public)  # the same list, submitted anew
    assert told(client, public)[0] == ["The Harbor Foundation"]
    (consent,) = db.session.scalars(in_force(public.client.id))
    with transaction():
        consenting.revoke_consent(counsel_of(public.campaign), consent.id)
    assert client.get(f"/d/{public.drive.slug}").status_code == 410
    assert not db.session.get_one(DriveNames, names.id).is_public


def test_a_list_that_was_withdrawn_is_taken_up_by_the_next_name(client: FlaskClient, public: Work) -> None:
    sponsor(public)
    names = publish(public)
    with transaction():
        withdrawing.withdraw(public.alice, "names", names.id)
    stage(public)
    assert waiting(public).id == names.id
    publish(public)
    assert told(client, public) == (["The Harbor Foundation"], ["Filing"])


def test_a_name_that_is_used_no_more_leaves_the_list_and_an_empty_one_is_not_submitted(public: Work) -> None:
    public.drive.published_at = None
    db.session.commit()
    filing = stage(public)
    names = waiting(public)
    with transaction():
        drop_stage(public.alice, filing.id)
    assert naming.waiting_names(public.drive.id).names == []
    with pytest.raises(Invalid) as refused, transaction():
        clearing.submit(public.alice, "names", names.id)
    assert list(refused.value.errors) == ["names"]


def test_a_sealed_name_enters_no_list(public: Work) -> None:
    with pytest.raises(Invalid):
        sponsor(public, SEALED_NAME)
    with pytest.raises(Invalid):
        stage(public, SEALED_NAME)
    assert db.session.scalars(select(DriveNames)).all() == []


def test_publishing_asks_for_approval_and_for_ones_own_drive(public: Work, cast: Cast) -> None:
    sponsor(public)
    names = waiting(public)
    for actor, wanted in ((public.alice, Conflict), (public.charlie, Exception)):
        with pytest.raises(wanted), transaction():
            naming.publish_names(actor, names.id)
    assert not waiting(public).is_public


def test_staff_see_what_waits_and_clear_it_on_the_pages(
    client: FlaskClient, public: Work, cast: Cast, sign_in: Callable[..., FlaskClient]
) -> None:
    sponsor(public)
    stage(public)
    clearance = db.session.scalars(select(Clearance).where(Clearance.kind == "names")).one()
    alice = sign_in(cast.alice)
    for path in ("", "/match-funds", "/budget"):
        shown = alice.get(f"/staff/drives/{public.drive.id}{path}").text
        assert "2 names wait for approval: Filing, The Harbor Foundation." in shown
        assert f"/staff/texts/{clearance.id}" in shown
    shown = alice.get(f"/staff/texts/{clearance.id}").text
    assert "Names on the page of Bring Carlos home" in shown
    assert "Names of sponsors and stages" in shown
    assert "The Harbor Foundation" in shown
    assert alice.post(f"/staff/texts/{clearance.id}/submissions").status_code == 302
    assert "Names on the page of Bring Carlos home" in alice.get("/staff/texts").text
    with transaction():
        clear(public.alice, waiting(public))
    assert alice.post(f"/staff/texts/{clearance.id}/publications").status_code == 302
    assert "wait for approval" not in alice.get(f"/staff/drives/{public.drive.id}/budget").text
    assert told(client, public) == (["The Harbor Foundation"], ["Filing"])
