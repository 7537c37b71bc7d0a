"""From draft to page and back: who may take which step with a public text, and what undoes it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from campaigns import opening, partnering
from campaigns.clearance import clearing, counsel, queue, withdrawing
from campaigns.clearance.clearance import STATES, TRANSITIONS, Clearance, ClearanceStep
from campaigns.clearance.steps import clearance_of, steps_of
from campaigns.clearance.subjects import hash_of
from campaigns.clients import consenting, registering
from campaigns.clients.disclosure_consent import DisclosureConsent
from campaigns.disclosure import LookAgain
from campaigns.drives import drafting, launching
from campaigns.timeline import telling
from campaigns.timeline.telling import Happening
from campaigns.updates import updating
from core import clock
from core.db import db, transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from staff.access import Actor
from tests.campaigns.conftest import SEALED_NAME, Work
from tests.clearing import clear, consent_of, counsel_of, engage
from tests.conftest import Cast


@dataclass
class Case:
    """The work with counsel of record, and shorthands for the campaign's words."""

    work: Work
    counsel: Actor

    def submit(self, **answer: bool) -> Clearance:
        return clearing.submit(self.work.alice, "campaign", self.work.campaign.id, **answer)

    def approve(self, who: Actor | None = None, sha256: str | None = None) -> Clearance:
        words = sha256 or hash_of(self.work.campaign)
        return clearing.approve(who or self.counsel, "campaign", self.work.campaign.id, sha256=words)

    def agree(self) -> Clearance:
        return clearing.agree(self.counsel, "campaign", self.work.campaign.id)

    @property
    def state(self) -> str:
        return clearance_of(self.work.campaign).state


@pytest.fixture
def case(work: Work) -> Case:
    return Case(work, counsel_of(work.campaign))


@pytest.mark.pure
@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_the_table_says_what_may_follow_what(before: str, after: str) -> None:
    clearance = Clearance(state=before)
    if after in TRANSITIONS[before]:
        clearance.move(after)
        assert clearance.state == after
        return
    with pytest.raises(Conflict) as refusal:
        clearance.move(after)
    assert (refusal.value.code, clearance.state) == ("illegal_transition", before)


def test_words_come_to_the_public_by_all_their_steps(case: Case) -> None:
    assert case.state == "draft"
    case.submit()
    clearing.take_up(case.counsel, "campaign", case.work.campaign.id)
    assert case.state == "attorney_review"
    case.approve()
    assert case.state == "client_consent"
    consent_of(case.counsel, case.work.client.id)
    case.agree()
    opening.publish_campaign(case.work.alice, case.work.campaign.id)
    assert (case.state, case.work.campaign.is_public) == ("published", True)
    taken = [step.what for step in steps_of(clearance_of(case.work.campaign))]
    assert sorted(taken) == sorted(
        [
            *("submitted", "attorney_review", "approved_by_counsel"),
            *("client_consent", "approved", "published"),
        ]
    )


def test_nothing_is_published_before_it_is_approved(case: Case) -> None:
    for step in (lambda: None, case.submit, case.approve):
        step()
        with pytest.raises(Conflict) as refusal:
            opening.publish_campaign(case.work.alice, case.work.campaign.id)
        assert refusal.value.code == "not_approved"
    assert not case.work.campaign.is_public


def test_an_author_does_not_approve(case: Case, cast: Cast) -> None:
    bob, alice = cast.actor("bob"), case.work.alice
    engage(bob, case.work.campaign)
    engage(alice, case.work.campaign)
    registering.edit_persona(bob, case.work.client.id, {"summary": "A father of two."})
    case.submit()
    for author in (alice, bob):
        with pytest.raises(Forbidden, match="wrote"):
            case.approve(author)
    assert case.approve().state == "client_consent"


def test_only_counsel_of_record_approves(case: Case, cast: Cast) -> None:
    case.submit()
    for who in ("bob", "carla", "vera"):
        with pytest.raises(Forbidden):
            case.approve(cast.actor(who))
    with pytest.raises(NotFound):
        case.approve(case.work.charlie)


def test_counsel_of_both_organisations_approve_the_same_words(case: Case, cast: Cast) -> None:
    charlie = case.work.charlie
    db.session.commit()
    with transaction():
        invited = partnering.invite_partner(
            case.work.alice, case.work.campaign.id, organisation_slug=cast.llano.slug
        )
        partnering.accept_invitation(charlie, invited.id)
    engage(charlie, case.work.campaign)
    case.submit()
    case.approve()
    assert case.state == "attorney_review"
    assert clearing.missing_approvals(clearance_of(case.work.campaign)) == {cast.llano.id}
    assert [each.id for each in queue.waiting_for(charlie)] == [clearance_of(case.work.campaign).id]
    assert queue.waiting_for(case.counsel) == []
    case.approve(charlie)
    assert case.state == "client_consent"


def test_counsel_approves_what_it_read_and_nothing_else(case: Case) -> None:
    case.submit()
    read = hash_of(case.work.campaign)
    opening.edit_campaign(case.work.alice, case.work.campaign.id, {"story": "He waits, with his children."})
    case.submit()
    with pytest.raises(Conflict) as refusal:
        case.approve(sha256=read)
    assert refusal.value.code == "edited_meanwhile"


def test_an_approval_does_not_outlive_the_words(case: Case, cast: Cast) -> None:
    """One organisation approved, the words changed and changed back: everybody reads them again."""
    case.submit()
    case.approve()
    before = case.work.campaign.story
    for story in ("Other words.", before):
        opening.edit_campaign(case.work.alice, case.work.campaign.id, {"story": story})
    case.submit()
    assert clearing.missing_approvals(clearance_of(case.work.campaign)) == {cast.refugio.id}


EDITS: dict[str, Callable[[Work], object]] = {
    "campaign": lambda work: opening.edit_campaign(work.alice, work.campaign.id, {"summary": "A father."}),
    "persona": lambda work: registering.edit_persona(work.alice, work.client.id, {"summary": "A father."}),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_voids_the_approval_and_takes_the_page_down(
    case: Case, edit: Callable[[Work], object]
) -> None:
    case.work.publish()
    edit(case.work)
    assert (case.state, case.work.campaign.is_public) == ("draft", False)
    assert case.work.campaign.state == "withdrawn"
    with pytest.raises(Conflict) as refusal:
        opening.publish_campaign(case.work.alice, case.work.campaign.id)
    assert refusal.value.code == "not_approved"


def test_an_edit_of_a_drive_takes_its_page_down_and_other_rules_do_not(case: Case) -> None:
    case.work.publish()
    drive = case.work.drive
    drafting.edit_drive(case.work.alice, drive.id, {"presets_minor": [1500, 3000]})
    assert drive.state(clock.now()) == "open"
    drafting.edit_drive(case.work.alice, drive.id, {"title": "Carlos comes home"})
    assert drive.state(clock.now()) == "withdrawn"
    clear(case.work.alice, drive)
    launching.publish_drive(case.work.alice, drive.id)
    assert drive.state(clock.now()) == "open"


def test_what_the_detectors_asked_and_the_author_confirmed_is_kept(case: Case) -> None:
    opening.edit_campaign(case.work.alice, case.work.campaign.id, {"story": "Held since March 3, 2026."})
    with pytest.raises(LookAgain):
        case.submit()
    case.submit(looked_at=True)
    (step,) = steps_of(clearance_of(case.work.campaign))
    assert step.confirmed is not None
    assert "full date" in step.confirmed["story"][0]


def test_a_note_that_sends_words_back_names_nobody(case: Case) -> None:
    case.submit()
    send = {"actor": case.counsel, "kind": "campaign", "subject_id": case.work.campaign.id}
    for note in (SEALED_NAME, "", "x" * 501):
        with pytest.raises(Invalid, match="note"):
            clearing.send_back(**send, note=note)
    clearing.send_back(**send, note="Leave the month out.")
    assert case.state == "draft"


def test_steps_are_never_changed(case: Case, session: Session) -> None:
    case.submit()
    for statement in (update(ClearanceStep).values(note="Nothing happened"), delete(ClearanceStep)):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(statement)


class TestConsent:
    def test_it_has_to_cover_the_words(self, case: Case) -> None:
        case.submit()
        case.approve()
        consent_of(case.counsel, case.work.client.id, scopes=("update", "timeline"))
        with pytest.raises(Invalid, match="consent_id"):
            case.agree()

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"scopes": ()}, "scopes"),
            ({"scopes": ("everything",)}, "scopes"),
            ({"language": "Mam"}, "interpreter"),
            ({"language": ""}, "language"),
            ({"given_on": clock.today() + timedelta(days=2)}, "given_on"),
            ({"expires_on": clock.today() - timedelta(days=2)}, "expires_on"),
            ({"expires_on": clock.today() + timedelta(days=4000)}, "expires_on"),
            ({"delay_days": 29}, "delay_days"),
            ({"given_by": "a neighbour"}, "given_by"),
            ({"interpreter": SEALED_NAME}, "interpreter"),
        ],
    )
    def test_it_says_what_is_wrong(self, case: Case, change: dict[str, object], field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            consent_of(case.counsel, case.work.client.id, **change)
        assert field in refusal.value.errors

    def test_revoked_takes_down_everything_that_stands_on_it(self, case: Case) -> None:
        case.work.publish()
        news = updating.write_update(case.work.alice, case.work.campaign.id, title="News", body="Filed.")
        clear(case.work.alice, news)
        updating.publish_update(case.work.alice, news.id)
        (consent,) = clearing.consents_for(case.work.campaign)
        gone = consenting.revoke_consent(case.counsel, consent.id, reason="The client asked")
        assert {each.id for each in gone} == {case.work.campaign.id, case.work.drive.id, news.id}
        for subject in (case.work.campaign, case.work.drive, news):
            assert not subject.is_public
            assert clearance_of(subject).state == "withdrawn"
        with pytest.raises(Conflict) as refusal:
            consenting.revoke_consent(case.counsel, consent.id)
        assert refusal.value.code == "revoked"

    def test_run_out_hides_the_words_at_that_instant_and_the_sweep_writes_it_down(
        self, case: Case, session: Session
    ) -> None:
        case.work.publish()
        past = clock.now() - timedelta(seconds=1)
        session.execute(update(DisclosureConsent).values(expires_at=past))
        case.work.campaign.shown_until = past
        assert not case.work.campaign.is_public
        assert withdrawing.withdraw_what_stands_on_ended_consents() == 2
        assert case.state == "withdrawn"
        assert withdrawing.withdraw_what_stands_on_ended_consents() == 0

    def test_ended_before_publication_publishes_nothing(self, case: Case, session: Session) -> None:
        clear(case.work.alice, case.work.campaign)
        session.execute(update(DisclosureConsent).values(expires_at=clock.now()))
        session.expire_all()
        with pytest.raises(Conflict) as refusal:
            opening.publish_campaign(case.work.alice, case.work.campaign.id)
        assert refusal.value.code == "consent_ended"


class TestTimeline:
    @staticmethod
    def told(case: Case, **consent: object) -> telling.TimelineEntry:
        consent_of(case.counsel, case.work.client.id, **consent)
        case.work.publish_campaign()
        happening = Happening(
            what="hearing_held", happened_on=date(2025, 6, 17), country="Mexico", region="Chihuahua"
        )
        entry = telling.tell(case.work.alice, case.work.campaign.id, happening)
        clear(case.work.alice, entry)
        return telling.publish_entry(case.work.alice, entry.id)

    def test_the_day_is_never_kept(self, case: Case) -> None:
        assert self.told(case).month == date(2025, 6, 1)

    @pytest.mark.parametrize(
        ("scopes", "place"),
        [
            (("campaign", "timeline"), ""),
            (("campaign", "timeline", "country"), "Mexico"),
            (("campaign", "timeline", "region"), "Chihuahua, Mexico"),
        ],
    )
    def test_a_place_is_told_as_near_as_was_agreed(
        self, case: Case, scopes: tuple[str, ...], place: str
    ) -> None:
        assert self.told(case, scopes=scopes).place == place

    @pytest.mark.pure
    @pytest.mark.parametrize("day", [1, 15, 31])
    def test_a_month_waits_for_its_end_whatever_the_day_was(self, day: int) -> None:
        month = telling.coarse(date(2025, 12, day))
        assert telling.first_shown(month, 30) == date(2026, 1, 31)

    def test_it_is_screened_and_edited_like_every_public_text(self, case: Case) -> None:
        entry = self.told(case)
        with pytest.raises(Invalid, match="words"):
            telling.edit_entry(case.work.alice, entry.id, {"words": SEALED_NAME})
        telling.edit_entry(case.work.alice, entry.id, {"happened_on": date(2025, 7, 2)})
        assert (entry.month, entry.is_public) == (date(2025, 7, 1), False)


@pytest.mark.pure
def test_law_work_says_who_is_counsel_of_record(the_app: object) -> None:
    """Where nobody says so, nothing could ever be approved."""
    assert [provider.__name__ for provider in counsel._providers] == ["counsel_on_matters"]
