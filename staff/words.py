"""Roles and permissions in words, for pages and mails."""

from typing import Any

from flask_babel import lazy_gettext

ROLE_NAMES: dict[str, Any] = {
    "owner": lazy_gettext("Owner"),
    "campaigner": lazy_gettext("Campaigner"),
    "finance": lazy_gettext("Finance"),
    "legal": lazy_gettext("Legal"),
    "viewer": lazy_gettext("Viewer"),
}
ROLE_MEANINGS: dict[str, Any] = {
    "owner": lazy_gettext("everything, people and tokens too"),
    "campaigner": lazy_gettext("campaigns, drives, updates and donors"),
    "finance": lazy_gettext("gifts, refunds, funds, costs and the audit trail"),
    "legal": lazy_gettext("matters, hours and costs; no donors"),
    "viewer": lazy_gettext("campaigns and funds, to look at"),
}
PERMISSION_NAMES: dict[str, Any] = {
    "audit.view": lazy_gettext("read the audit trail"),
    "campaigns.edit": lazy_gettext("change campaigns, drives and updates"),
    "campaigns.view": lazy_gettext("see campaigns and drives"),
    "clients.edit": lazy_gettext("change a client's persona and sealed identity"),
    "clients.identity": lazy_gettext("open a client's sealed identity"),
    "costs.approve": lazy_gettext("approve costs"),
    "costs.claim": lazy_gettext("claim costs"),
    "costs.pay": lazy_gettext("pay costs"),
    "costs.view": lazy_gettext("see costs"),
    "funds.edit": lazy_gettext("change funds"),
    "funds.view": lazy_gettext("see funds and their ledger"),
    "gifts.record": lazy_gettext("record gifts that came by check, in cash or by transfer, and pledges"),
    "gifts.refund": lazy_gettext("refund gifts"),
    "gifts.start": lazy_gettext("start gifts for donors, who then pay at Stripe"),
    "gifts.view": lazy_gettext("see gifts and donors"),
    "hours.approve": lazy_gettext("approve hours"),
    "hours.enter": lazy_gettext("enter hours"),
    "hours.view": lazy_gettext("see hours"),
    "matters.edit": lazy_gettext("change matters"),
    "organisation.edit": lazy_gettext("change the organisation"),
    "people.manage": lazy_gettext("invite people and change roles"),
    "people.view": lazy_gettext("see people"),
    "reports.publish": lazy_gettext("publish transparency reports"),
    "texts.approve": lazy_gettext("approve public texts as counsel, and withdraw them"),
    "tokens.manage": lazy_gettext("make and revoke API tokens"),
}


def permission_name(permission: str) -> str:
    return str(PERMISSION_NAMES.get(permission, permission))
