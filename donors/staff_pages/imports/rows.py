"""What each row is or became, and rows that were left out, to take along."""

from flask import Response, render_template, request
from flask_babel import gettext as _

from core.web import csv_out
from core.web.paging import numbered
from donors.importing import looking
from donors.importing.gift_import import (
    ROW_BAD,
    ROW_STATES,
    get_import,
)
from donors.importing.reasons import sentence
from donors.staff_pages.blueprint import bp
from donors.staff_pages.imports.words import amounts, words
from staff.access import current_actor, requires


@bp.get("/gift-imports/<gift_import_id>/rows")
@requires("gifts.view")
def gift_import_rows(gift_import_id: str) -> str:
    found = get_import(current_actor(), gift_import_id)
    status = request.args.get("status", "")
    query = looking.rows_of(found, status if status in ROW_STATES else "")
    return render_template(
        "donors/staff/import_rows.html",
        found=found,
        pager=numbered(query),
        amount_of=amounts(found),
        sentence=sentence,
        **words(),
    )


@bp.get("/gift-imports/<gift_import_id>/rows.csv")
@requires("gifts.view")
def gift_import_rows_csv(gift_import_id: str) -> Response:
    found = get_import(current_actor(), gift_import_id)
    status = request.args.get("status", ROW_BAD)
    status = status if status in looking.LEFT_OUT else ROW_BAD
    header = [_("Row"), _("Reason"), *(found.header if found.file_dropped_at is None else [])]
    return csv_out.download(f"{found.id}-{status}.csv", header, looking.left_out(found, status))
