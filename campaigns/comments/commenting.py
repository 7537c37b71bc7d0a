"""Writing comments on a text, changing them for a while, resolving and deleting them.

Comments are internal, and still name nobody whom a public text must not name: they are read in several
organisations, and copied from one text into another.
"""

from collections.abc import Sequence

from flask import current_app, render_template
from flask_babel import gettext as _
from sqlalchemy import Select, select

from campaigns.clearance import queue
from campaigns.clearance.clearance import Clearance
from campaigns.comments.comment import (
    DELETED,
    EDITABLE_FOR,
    LONGEST,
    OPEN,
    RESOLVED,
    Comment,
    CommentMention,
)
from campaigns.disclosure import screen_for_campaign
from campaigns.partner import Partner
from core import clock
from core.db import db, insert_once
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.mail import queue_mail
from staff.access import Actor
from staff.member import Member


def may_comment(actor: Actor) -> bool:
    """Whoever writes public words or approves them; who only looks on reads along."""
    return actor.person_id is not None and (actor.can("campaigns.edit") or actor.can("texts.approve"))


def comments_on(clearance: Clearance) -> list[Comment]:
    """The thread, the oldest first, for a text that the caller may see."""
    query = select(Comment).where(Comment.clearance_id == clearance.id)
    return list(db.session.scalars(query.order_by(Comment.written_at, Comment.id)))


def people_of(campaign_id: str) -> list[Member]:
    """Who can be told of a comment: present members of the organisations that take part, by organisation."""
    taking_part = select(Partner.organisation_id).where(
        Partner.campaign_id == campaign_id, Partner.accepted_at.is_not(None), Partner.ended_at.is_(None)
    )
    query = select(Member).where(Member.organisation_id.in_(taking_part), Member.left_at.is_(None))
    return sorted(db.session.scalars(query), key=lambda each: (each.organisation.name, each.name, each.id))


def write_comment(actor: Actor, clearance_id: str, *, body: str, mentions: Sequence[str] = ()) -> Comment:
    """Say something about a text, and tell some members by mail.

    Raises NotFound, Forbidden, Invalid on body (names somebody, too long) and on mentions (nobody of the campaign).
    """
    text = queue.get_text(actor, clearance_id)
    author_id = _person(actor)
    _check(text, body)
    known = {each.id: each for each in people_of(text.campaign_id)}
    if not set(mentions) <= known.keys():
        raise Invalid({"mentions": [_("Choose people who work on this campaign.")]})
    comment = Comment(
        clearance_id=text.id,
        organisation_id=actor.organisation_id,
        author_id=author_id,
        body=body.strip(),
        state=OPEN,
        written_at=clock.now(),
    )
    db.session.add(comment)
    db.session.flush()
    for member_id in dict.fromkeys(mentions):
        _tell(actor, comment, known[member_id])
    return comment


def edit_comment(actor: Actor, comment_id: str, *, body: str) -> Comment:
    """Change one's own words. Raises as `lock_comment`, Forbidden for others, Conflict `too_late`, Invalid on body."""
    comment = lock_comment(actor, comment_id)
    _require_author(actor, comment)
    if not comment.is_editable:
        minutes = int(EDITABLE_FOR.total_seconds() // 60)
        raise Conflict(
            "too_late", _("A comment changes for %(minutes)s minutes. Write another.", minutes=minutes)
        )
    _check(db.session.get_one(Clearance, comment.clearance_id), body)
    if body.strip() != comment.body:
        comment.body, comment.edited_at = body.strip(), clock.now()
        db.session.flush()
    return comment


def settle_comment(actor: Actor, comment_id: str, *, is_resolved: bool) -> Comment:
    """Mark it as resolved, or as open again; anybody who may comment does. Raises Conflict `illegal_transition`."""
    comment = lock_comment(actor, comment_id)
    comment.move_to(RESOLVED if is_resolved else OPEN, by=_person(actor))
    db.session.flush()
    return comment


def delete_comment(actor: Actor, comment_id: str) -> Comment:
    """Take one's own words away; that there were some stays. Raises Forbidden, Conflict `illegal_transition`."""
    comment = lock_comment(actor, comment_id)
    _require_author(actor, comment)
    comment.move_to(DELETED, by=_person(actor))
    comment.body = ""
    db.session.flush()
    return comment


def lock_comment(actor: Actor, comment_id: str) -> Comment:
    """The row, locked. Raises NotFound where the actor's organisation does not take part (any more)."""
    query = _seen_by(actor).where(Comment.id == comment_id).with_for_update(of=Comment)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def _seen_by(actor: Actor) -> Select[Comment]:
    texts = queue.texts_of(actor).order_by(None).with_only_columns(Clearance.id)
    return select(Comment).where(Comment.clearance_id.in_(texts))


def _person(actor: Actor) -> str:
    if actor.person_id is None or not may_comment(actor):
        raise Forbidden(_("Your role does not include this. Ask an owner of your organisation."))
    return actor.person_id


def _require_author(actor: Actor, comment: Comment) -> None:
    if _person(actor) != comment.author_id:
        raise Forbidden(_("These are somebody else's words."))


def _check(text: Clearance, body: str) -> None:
    if not body.strip():
        raise Invalid({"body": [_("This cannot be empty.")]})
    if len(body) > LONGEST:
        raise Invalid({"body": [_("Write %(number)s characters at most.", number=LONGEST)]})
    screen_for_campaign(text.campaign_id, {"body": body})


def _tell(actor: Actor, comment: Comment, member: Member) -> None:
    """By mail, with a link and none of the words: mail leaves the house."""
    is_new = insert_once(CommentMention, comment_id=comment.id, member_id=member.id)
    if not is_new or member.id == comment.author_id:
        return
    place = f"{current_app.config['BASE_URL']}/staff/texts/{comment.clearance_id}#{comment.id}"
    words = {"name": actor.user_name, "house": actor.organisation_name, "link": place}
    queue_mail(
        key=f"comment:{comment.id}:{member.id}",
        to=member.account.email,
        subject=_("%(name)s asks you to look at a draft", name=actor.user_name),
        text=render_template("staff/mail/comment.txt", **words),
    )
