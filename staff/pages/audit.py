"""The audit trail: read, filter, take along as CSV."""

import json
from collections.abc import Iterator
from typing import Any, cast

from flask import Response, render_template, request, stream_with_context

from core import clock
from core.db import db
from core.web.csv_out import download
from core.web.paging import numbered
from staff import audit, organising
from staff.access import current_actor, requires
from staff.audit import AuditEvent
from staff.pages import bp
from staff.schemas import AuditEventOut

HEADER = ("position", "at", "actor", "verb", "subject", "before", "after", "reason", "hash")


@bp.get("/audit")
@requires("audit.view")
def list_audit():
    actor = current_actor()
    pager = numbered(audit.events_of(actor, **_filters()))
    return render_template(
        "staff/audit.html",
        pager=pager,
        names=audit.names_of(pager.items),
        nouns=audit.nouns_of(actor),
        filters=_filters(),
        zone=organising.get_organisation(actor).zone,
    )


@bp.get("/audit.csv")
@requires("audit.view")
def export_audit():
    events = audit.events_of(current_actor(), **_filters()).execution_options(yield_per=500)
    return download(f"audit-{clock.today().isoformat()}.csv", HEADER, _rows(db.session.scalars(events)))


@bp.get("/audit.jsonl")
@requires("audit.view")
def export_audit_lines():
    """One JSON object a line, oldest first, with all that is needed to walk the chain elsewhere."""
    events = audit.events_of(current_actor(), **_filters()).order_by(None).order_by(AuditEvent.position)
    lines = (_line(each) for each in db.session.scalars(events.execution_options(yield_per=500)))
    name = f"audit-{clock.today().isoformat()}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(stream_with_context(lines), mimetype="application/jsonl", headers=headers)


def _line(event: AuditEvent) -> str:
    links = {
        "prev_hash": event.prev_hash,
        "details_digest": event.details_digest,
        "salt": event.detail.salt if event.detail else None,
    }
    kept = {**cast(dict[str, Any], AuditEventOut().dump(event)), **links}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True) + "\n"


def _filters() -> dict[str, str]:
    given = {"verb": "verb", "subject": "subject", "actor": "actor_label"}
    return {name: request.args.get(asked, "").strip() for asked, name in given.items()}


def _rows(events: Any) -> Iterator[tuple[Any, ...]]:
    for event in events:
        before, after = (
            json.dumps(part, ensure_ascii=False, sort_keys=True) if part is not None else ""
            for part in (event.before, event.after)
        )
        yield (
            *(event.position, event.at, event.actor, event.verb, event.subject),
            *(before, after, event.reason, event.hash),
        )
