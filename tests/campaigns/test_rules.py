"""What is frozen at publication, what must be there before it, and what the trail keeps of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import opening, partnering
from campaigns.clearance import withdrawing
from campaigns.disclosure import LookAgain
from campaigns.drives import drafting, launching
from campaigns.drives.drive_terms import GoalTerms
from campaigns.editing import EditedMeanwhile
from campaigns.updates import updating
from core import clock
from core.db import transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from staff import audit
from staff.audit import AuditEvent
from tests.campaigns.conftest import Work, drive_terms
from tests.conftest import Cast

FROZEN: list[dict[str, Any]] = [
    {"slug": "another-address"},
    {"zone": "Europe/Madrid"},
    {"closes_at": clock.now() + timedelta(days=90)},
    {"closes_at": None},
    {"closes_on": clock.today() + timedelta(days=30)},
    {"opens_at": clock.now() - timedelta(days=1)},
    {"grace_minutes": 60},
    {"grace_counts": False},
    {"deductibility": "not_deductible"},
    {"goals": [GoalTerms(metric="amount", target=1)]},
    {"goals": []},
]


@pytest.mark.parametrize("change", FROZEN, ids=lambda change: next(iter(change)))
def test_rules_are_free_in_a_draft_and_frozen_by_publication(work: Work, change: dict[str, Any]) -> None:
    drafting.edit_drive(work.alice, work.drive.id, change)
    free = drafting.draft_drive(
        work.alice, campaign_id=work.campaign.id, fund_id=work.fund.id, terms=drive_terms()
    )
    work.publish_campaign()
    work.publish_drive(free)
    with pytest.raises(Conflict) as refusal:
        drafting.edit_drive(work.alice, free.id, change)
    assert refusal.value.code == "rules_frozen"


def test_the_same_rules_sent_again_are_no_change(work: Work) -> None:
    work.publish()
    version = work.drive.version
    same = {
        "closes_at": work.drive.closes_at,
        "grace_minutes": 30,
        "goals": drafting.goal_terms(work.drive),
    }
    drafting.edit_drive(work.alice, work.drive.id, same)
    assert work.drive.version == version


def test_words_and_amounts_stay_free_after_publication(work: Work) -> None:
    work.publish()
    changes = {"title": "Carlos comes home", "story": "Soon.", "presets_minor": [1500, 3000]}
    drafting.edit_drive(work.alice, work.drive.id, changes)
    assert work.drive.presets_minor == [1500, 3000]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"story": ""}, "story"),
        ({"goals": []}, "goals"),
        ({"deductibility": "ask_counsel"}, "deductibility"),
    ],
)
def test_a_drive_is_not_published_before_it_is_complete(
    work: Work, change: dict[str, Any], field: str
) -> None:
    work.publish_campaign()
    drafting.edit_drive(work.alice, work.drive.id, change)
    with pytest.raises(Invalid) as refusal:
        launching.publish_drive(work.alice, work.drive.id)
    assert list(refusal.value.errors) == [field]


def test_a_drive_waits_for_its_campaign_and_is_published_once(work: Work) -> None:
    with pytest.raises(Conflict) as refusal:
        launching.publish_drive(work.alice, work.drive.id)
    assert refusal.value.code == "campaign_not_public"
    work.publish()
    with pytest.raises(Conflict) as refusal:
        launching.publish_drive(work.alice, work.drive.id)
    assert refusal.value.code == "published"


@pytest.mark.parametrize("missing", ["story", "client_id"])
def test_a_campaign_is_not_published_without_story_and_client(work: Work, missing: str) -> None:
    opening.edit_campaign(work.alice, work.campaign.id, {missing: None if missing == "client_id" else ""})
    with pytest.raises(Invalid) as refusal:
        opening.publish_campaign(work.alice, work.campaign.id)
    assert list(refusal.value.errors) == [missing]


def test_publishing_screens_again_what_was_written_before_the_identity_was_sealed(work: Work) -> None:
    plain = opening.open_campaign(
        work.alice, opening.CampaignTerms(title="A father", story="Zebulón Quetzalito waits.")
    )
    with pytest.raises(Invalid, match="story"):
        opening.edit_campaign(work.alice, plain.id, {"client_id": work.client.id})


def test_new_words_of_a_public_page_are_asked_about_before_they_show(work: Work) -> None:
    work.publish()
    for edit in (
        lambda **answer: drafting.edit_drive(
            work.alice, work.drive.id, {"story": "Call 512-555-0134."}, **answer
        ),
        lambda **answer: opening.edit_campaign(
            work.alice, work.campaign.id, {"story": "Call 512-555-0134."}, **answer
        ),
    ):
        with pytest.raises(LookAgain):
            edit()
        assert edit(looked_at=True).story == "Call 512-555-0134."


EDITS: list[Callable[[Work, str, int], Any]] = [
    lambda work, words, version: drafting.edit_drive(
        work.alice, work.drive.id, {"title": words}, version=version
    ),
    lambda work, words, version: opening.edit_campaign(
        work.alice, work.campaign.id, {"title": words}, version=version
    ),
]


@pytest.mark.parametrize("edit", EDITS, ids=["drive", "campaign"])
def test_the_second_of_two_editors_overwrites_nothing(
    work: Work, edit: Callable[[Work, str, int], Any]
) -> None:
    first = edit(work, "First", 1)
    assert first.version == 2
    with pytest.raises(EditedMeanwhile) as conflict:
        edit(work, "Second", 1)
    assert (conflict.value.code, conflict.value.version) == ("edited_meanwhile", 2)
    assert edit(work, "Second, knowing the first", 2).version == 3


def test_a_change_of_goals_alone_counts_as_an_edit(work: Work) -> None:
    goals = [replace(each, target=each.target + 1) for each in drafting.goal_terms(work.drive)]
    drafting.edit_drive(work.alice, work.drive.id, {"goals": goals}, version=1)
    assert work.drive.version == 2
    assert drafting.goal_terms(work.drive) == goals


def test_a_partner_starts_its_own_drive_and_edits_no_other(session: Session, cast: Cast, work: Work) -> None:
    with transaction():
        invited = partnering.invite_partner(work.alice, work.campaign.id, organisation_slug="llano")
    with pytest.raises(NotFound):
        drafting.edit_drive(work.charlie, work.drive.id, {"title": "Ours"})
    partnering.accept_invitation(work.charlie, invited.id)
    with pytest.raises(Forbidden):
        drafting.edit_drive(work.charlie, work.drive.id, {"title": "Ours"})
    with pytest.raises(Forbidden):
        updating.write_update(work.charlie, work.campaign.id, title="Ours", body="Ours")
    with pytest.raises(Invalid, match="fund_id"):
        drafting.draft_drive(
            work.charlie, campaign_id=work.campaign.id, fund_id=work.fund.id, terms=drive_terms()
        )


def test_every_verb_writes_the_trail_and_the_chain_holds(session: Session, work: Work) -> None:
    work.publish()
    drafting.edit_drive(work.alice, work.drive.id, {"story": "Longer now. " * 20})
    launching.close_drive(work.alice, work.drive.id, reason="Reached")
    withdrawing.withdraw(work.alice, "campaign", work.campaign.id, reason="Safety")
    events = list(session.scalars(select(AuditEvent).order_by(AuditEvent.position)))
    of_words = ("text.", "consent.", "matter.", "timekeeper.", "conflict.")
    events = [event for event in events if not event.verb.startswith(of_words)]
    assert [event.verb for event in events] == [
        *("client.registered", "client.identity_sealed", "campaign.opened", "fund.opened"),
        *("drive.drafted", "campaign.published", "drive.published", "drive.edited", "drive.closed"),
        "campaign.withdrawn",
    ]
    frozen = events[6].after
    assert frozen is not None
    assert frozen["goals"] == {"amount": 10_000_000, "new_monthly_donors": 130}
    edited = events[7].after
    assert edited is not None
    assert edited["story"].startswith("sha256:")
    assert events[8].reason == "Reached"
    assert list(audit.verify()) == []
