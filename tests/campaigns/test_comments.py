"""Comments on drafts: who reads and writes them, what they may not say, and what becomes of them."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import partnering
from campaigns.clearance.steps import clearance_of
from campaigns.comments import commenting
from campaigns.comments.comment import DELETED, OPEN, RESOLVED, STATES, TRANSITIONS, Comment
from core import clock
from core.db import db, transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.mail import OutgoingMail
from staff.access import Actor
from staff.member import Member
from tests.campaigns.conftest import SEALED_NAME, Api, Work
from tests.conftest import Cast

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture
def text(session: Session, work: Work) -> str:
    """The id of the campaign's draft; Llano takes part."""
    with transaction():
        invited = partnering.invite_partner(work.alice, work.campaign.id, organisation_slug="llano")
        partnering.accept_invitation(work.charlie, invited.id)
    return clearance_of(work.campaign).id


def say(actor: Actor, text: str, body: str = "Shorter, please.", **more: list[str]) -> Comment:
    db.session.commit()
    with transaction():
        return commenting.write_comment(actor, text, body=body, **more)


def test_both_organisations_read_it_and_the_public_never(
    client: FlaskClient, cast: Cast, sign_in: SignIn, work: Work, text: str
) -> None:
    alice, charlie = sign_in(cast.alice), sign_in(cast.charlie)
    place = f"/staff/texts/{text}"
    assert charlie.post(f"{place}/comments", data={"body": "Say <b>less</b> here."}).status_code == 302
    for browser in (alice, charlie, sign_in(cast.vera)):
        page = browser.get(place).text
        assert "Say &lt;b&gt;less&lt;/b&gt; here." in page
        assert "Charlie" in page
    assert "less" not in client.get(f"/c/{work.campaign.slug}").text


def test_who_only_looks_on_reads_along(cast: Cast, sign_in: SignIn, text: str) -> None:
    vera = sign_in(cast.vera)
    assert "/comments" not in vera.get(f"/staff/texts/{text}").text
    assert vera.post(f"/staff/texts/{text}/comments", data={"body": "Hm."}).status_code == 403
    assert sign_in(cast.bob).post(f"/staff/texts/{text}/comments", data={"body": "Hm."}).status_code == 302


def test_whoever_has_left_finds_no_thread(
    session: Session, cast: Cast, sign_in: SignIn, llano: Api, work: Work, text: str
) -> None:
    own = llano.post(f"/texts/{text}/comments", {"body": "Ours."}, expect=201)
    partner = next(
        each for each in llano.get(f"/campaigns/{work.campaign.id}/partners") if each["part"] != "lead"
    )
    partnering.end_partnership(work.alice, work.campaign.id, partner["id"])
    session.commit()
    llano.get(f"/texts/{text}/comments", expect=404)
    llano.post(f"/texts/{text}/comments", {"body": "Still?"}, expect=404)
    llano.patch(f"/comments/{own['id']}", {"body": "Still?"}, expect=404)
    llano.delete(f"/comments/{own['id']}", expect=404)
    assert sign_in(cast.charlie).post(f"/staff/comments/{own['id']}/removal").status_code == 404
    assert [each.body for each in commenting.comments_on(clearance_of(work.campaign))] == ["Ours."]


def test_no_comment_names_the_client(cast: Cast, sign_in: SignIn, work: Work, text: str) -> None:
    answer = sign_in(cast.carla).post(f"/staff/texts/{text}/comments", data={"body": f"Ask {SEALED_NAME}."})
    assert answer.status_code == 422
    assert "names somebody" in answer.text
    comment = say(work.alice, text)
    with pytest.raises(Invalid):
        commenting.edit_comment(work.alice, comment.id, body=f"Ask {SEALED_NAME}.")


@pytest.mark.parametrize("body", ["", "   ", "x" * 2001])
def test_an_empty_or_endless_comment_is_refused(work: Work, text: str, body: str) -> None:
    with pytest.raises(Invalid) as refused:
        commenting.write_comment(work.alice, text, body=body)
    assert list(refused.value.errors) == ["body"]


def test_who_is_mentioned_gets_one_mail_without_the_words(
    session: Session, cast: Cast, work: Work, text: str
) -> None:
    wanted = [cast.charlie.id, cast.carla.id, cast.charlie.id, cast.alice.id]
    say(work.alice, text, "The second line is too long.", mentions=wanted)
    mails = session.scalars(select(OutgoingMail).where(OutgoingMail.key.startswith("comment:"))).all()
    assert sorted(each.to for each in mails) == ["carla@example.org", "charlie@example.org"]
    assert all("second line" not in f"{each.subject}{each.text}" for each in mails)
    assert all(f"/staff/texts/{text}#" in each.text for each in mails)


def test_only_people_of_the_campaign_are_told(session: Session, cast: Cast, work: Work, text: str) -> None:
    cast.vera.left_at = clock.now()
    session.commit()
    for stranger in ("mem_nobody", cast.vera.id):
        with pytest.raises(Invalid) as refused:
            commenting.write_comment(work.alice, text, body="Look.", mentions=[stranger])
        assert list(refused.value.errors) == ["mentions"]


def test_the_author_changes_it_for_a_quarter_of_an_hour(
    cast: Cast, sign_in: SignIn, work: Work, text: str
) -> None:
    comment, alice = say(work.alice, text), sign_in(cast.alice)
    place = f"/staff/comments/{comment.id}/edit"
    with time_machine.travel(comment.written_at + timedelta(minutes=14, seconds=59), tick=False):
        assert alice.post(place, data={"body": "Much shorter."}).status_code == 302
    with time_machine.travel(comment.written_at + timedelta(minutes=15), tick=False):
        late = alice.post(place, data={"body": "Later."})
        assert late.status_code == 422
        assert "15 minutes" in late.text
        with pytest.raises(Conflict, match="15 minutes"):
            commenting.edit_comment(work.alice, comment.id, body="Later.")
    db.session.refresh(comment)
    assert (comment.body, comment.edited_at is not None) == ("Much shorter.", True)


def test_nobody_changes_or_deletes_anothers_words(work: Work, text: str) -> None:
    comment = say(work.alice, text)
    for verb in (commenting.delete_comment, lambda who, id_: commenting.edit_comment(who, id_, body="Mine.")):
        with pytest.raises(Forbidden):
            verb(work.charlie, comment.id)


def test_deleting_leaves_a_mark_and_no_words(cast: Cast, sign_in: SignIn, work: Work, text: str) -> None:
    comment, alice = say(work.alice, text, "Regretted at once."), sign_in(cast.alice)
    assert alice.post(f"/staff/comments/{comment.id}/removal").status_code == 302
    page = sign_in(cast.charlie).get(f"/staff/texts/{text}").text
    assert "Regretted" not in page
    assert "The author deleted this comment." in page
    assert alice.post(f"/staff/comments/{comment.id}/removal").status_code == 409


@pytest.mark.parametrize(("present", "wanted"), list(product(STATES, STATES)))
def test_every_pair_of_states(work: Work, text: str, present: str, wanted: str) -> None:
    comment = say(work.alice, text)
    for step in {OPEN: (), RESOLVED: (RESOLVED,), DELETED: (DELETED,)}[present]:
        comment.move_to(step, by=comment.author_id)
    if (present, wanted) in TRANSITIONS:
        comment.move_to(wanted, by=comment.author_id)
        assert comment.state == wanted
    else:
        with pytest.raises(Conflict) as refused:
            comment.move_to(wanted, by=comment.author_id)
        assert (refused.value.code, comment.state) == ("illegal_transition", present)


def test_anybody_at_work_resolves_it_and_opens_it_again(work: Work, llano: Api, text: str) -> None:
    comment = say(work.alice, text)
    place = f"/comments/{comment.id}/resolution"
    assert llano.send("PUT", place, 200, json={"is_resolved": True})["state"] == "resolved"
    llano.send("PUT", place, 409, json={"is_resolved": True})
    assert llano.send("PUT", place, 200, json={"is_resolved": False})["state"] == "open"


def test_a_stranger_finds_nothing(work: Work, llano: Api) -> None:
    mine = say(work.alice, clearance_of(work.campaign).id)
    llano.get(f"/texts/{mine.clearance_id}/comments", expect=404)
    with pytest.raises(NotFound):
        commenting.lock_comment(work.charlie, mine.id)
