"""Moving money from one fund to another: asking for it. A second person confirms it among the approvals."""

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from campaigns import reading
from campaigns.funds import reserving, surplus, transferring
from campaigns.funds.fund import Fund
from campaigns.funds.fund_transfer import WITHIN
from campaigns.funds.transferring import TransferTerms
from campaigns.pages.blueprint import bp
from campaigns.pages.refusing import attempt
from campaigns.schemas.transfer import TransferSchema
from core.forms import Form
from staff.access import current_actor, requires
from staff.approval import two_people
from staff.pages.proposals import waits_for_second

two_people.declare(
    transferring.VERB,
    permission="funds.edit",
    words=lazy_gettext("Move %(amount)s from “%(from_name)s” to “%(to_name)s”: %(reason)s"),
    perform=transferring.perform,
    names_proposal=True,
)


@bp.get("/funds/<fund_id>/transfers/new")
@requires("funds.edit")
def new_transfer(fund_id: str) -> str:
    source = reading.get_fund(current_actor(), fund_id)
    return _page(source, Form(_schema(source)))


@bp.post("/funds/<fund_id>/transfers/new")
@requires("funds.edit", fresh=True)
def new_transfer_submit(fund_id: str) -> Any:
    actor = current_actor()
    source = reading.get_fund(actor, fund_id)
    form = Form(_schema(source), request.form)
    tried = attempt(form, lambda: transferring.ask(actor, fund_id, TransferTerms(**form.data)))
    if tried.done is None:
        return _page(source, form), 422
    return waits_for_second(tried.done)


def _schema(source: Fund) -> TransferSchema:
    """With the funds that the money could move to; those of the same purpose say so."""
    schema = TransferSchema(currency=source.currency)
    targets = transferring.targets_for(current_actor(), source)
    field = schema.fields["to_fund_id"]
    field.metadata = {
        **field.metadata,
        "options": [("", _("Choose")), *((each.id, each.name) for each in targets)],
    }
    return schema


def _page(source: Fund, form: Form) -> str:
    targets = transferring.targets_for(current_actor(), source)
    return render_template(
        "campaigns/transfer_form.html",
        fund=source,
        form=form,
        targets=targets,
        within=[each for each in targets if transferring.basis_of(source, each) == WITHIN],
        free=reserving.free(source),
        reserved=reserving.reserved(source),
        versions=surplus.versions_of(source.id),
        ways=surplus.WAYS,
    )
