"""The hosted page: a form a person fills in, without JavaScript."""

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from sandbox.account import Account
from sandbox.amounts import written
from sandbox.checkout.line_item import amount_of
from sandbox.checkout.paying import Payer, answer_bank, is_waiting, pay
from sandbox.checkout.session import expire
from sandbox.checkout.words import words_of
from sandbox.html import page
from sandbox.payments.bank_account import BANK_ACCOUNTS, BankAccount
from sandbox.payments.card import CARDS, Card
from sandbox.protocol.error import StripeError
from sandbox.protocol.transport import Reply, Request
from sandbox.protocol.views import Object

if TYPE_CHECKING:
    from sandbox.world import World

PREFIX = "/c/pay/"
_FIELDS = ("email", "card_number", "exp", "cvc", "name")


def answer(world: "World", request: Request) -> Reply:
    """The page of one session, or what became of pressing its button."""
    identifier = request.path.removeprefix(PREFIX).partition("/")[0]
    with world.turn():
        found = find_session(world, identifier)
        if found is None:
            return page("notice.html", 404, words=words_of(None), notice="missing", link=None)
        account, session = found
        if request.method != "POST" or session["status"] != "open":
            return _shown(account, session, request.method)
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        return _submitted(account, session, form)


def find_session(world: "World", identifier: str) -> tuple[Account, Object] | None:
    """A session and the account it belongs to; one whose time is over is expired by looking at it."""
    for account in world.accounts():
        session = account.find("checkout.session", identifier)
        if session is not None:
            if session["status"] == "open" and session["_expires_at"] <= account.now:
                expire(account, session)
            return account, session
    return None


def success_address(session: Object) -> str:
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])


def _shown(account: Account, session: Object, method: str) -> Reply:
    words = words_of(session["locale"])
    if session["status"] == "expired":
        return page("notice.html", 410, words=words, notice="expired", link=session["cancel_url"])
    if session["status"] == "complete":
        if method == "POST":
            return _redirect(session)
        return page("notice.html", 200, words=words, notice="done", link=success_address(session))
    if is_waiting(session):
        last4 = session["_waiting"]["card_number"].strip()[-4:]
        return page("bank.html", 200, words=words, session=session, last4=last4)
    return _form(account, session, {"email": _known_email(account, session)}, None)


def _submitted(account: Account, session: Object, form: dict[str, str]) -> Reply:
    try:
        if "authentication" in form and is_waiting(session):
            answer_bank(account, session, approved=form["authentication"] == "complete")
        else:
            pay(account, session, Payer(**{name: form.get(name, "") for name in _FIELDS}))
    except StripeError as refusal:
        return _form(account, session, form, refusal)
    return _redirect(session)


def _redirect(session: Object) -> Reply:
    """After paying to the success address; while the bank is asked, to this page again."""
    target = PREFIX + session["id"] if session["status"] == "open" else success_address(session)
    return Reply(303, content_type="text/html; charset=utf-8", headers={"Location": target})


def _known_email(account: Account, session: Object) -> str:
    customer = account.find("customer", session["customer"]) or {}
    return session["customer_email"] or customer.get("email") or ""


def _form(account: Account, session: Object, typed: dict[str, str], refusal: StripeError | None) -> Reply:
    words = words_of(session["locale"])
    kind = session["payment_method_types"][0]
    return page(
        "pay.html",
        refusal.status if refusal else 200,
        words=words,
        session=session,
        typed=typed | {"cvc": ""},
        refusal=refusal,
        button=_button(account, session, words),
        lines=[_line(account, line, words) for line in session["_lines"]],
        total=written(session["amount_total"] or 0, session["currency"] or "usd"),
        free_now=session["amount_total"] == 0,
        kind=kind,
        cards=[each for each in _tests() if getattr(each, "kind", "card") == kind],
    )


def _tests() -> list[Card | BankAccount]:
    return [*CARDS.values(), *BANK_ACCOUNTS.values()]


def _line(account: Account, line: Object, words: dict[str, str]) -> dict[str, Any]:
    price = account.get("price", line["price"])
    product = account.get("product", price["product"])
    return {
        "name": product["name"],
        "description": product["description"],
        "quantity": line["quantity"],
        "amount": written(amount_of(account, line), price["currency"]),
        "rhythm": _rhythm(price, words),
    }


def _rhythm(price: Object, words: dict[str, str]) -> str:
    recurring = price["recurring"]
    if recurring is None:
        return ""
    if recurring["interval_count"] == 1:
        return words["every_" + recurring["interval"]]
    return words["every_n"].format(count=recurring["interval_count"], interval=recurring["interval"])


def _button(account: Account, session: Object, words: dict[str, str]) -> str:
    if session["mode"] == "setup":
        return words["setup" if session["payment_method_types"] == ["card"] else "setup_bank"]
    whole = sum(amount_of(account, line) for line in session["_lines"])
    amount = written(whole, session["currency"])
    if session["mode"] == "subscription":
        prices = [account.get("price", line["price"]) for line in session["_lines"]]
        rhythm = next(_rhythm(price, words) for price in prices if price["recurring"])
        return words["subscribe"].format(amount=amount, rhythm=rhythm)
    return words["donate" if session["submit_type"] == "donate" else "pay"].format(amount=amount)
