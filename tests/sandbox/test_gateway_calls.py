"""Every call that the gateway can make is one that the sandbox answers."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from stripe import StripeClient

from sandbox import routing as _routing  # noqa: F401 (registers every route)
from sandbox.protocol.routes import all_routes

pytestmark = pytest.mark.pure
GATEWAY = Path(__file__).parents[2] / "donors" / "stripe_gateway"


def chain_of(node: ast.AST) -> list[str]:
    """`client().v1.refunds.create` as ["v1", "refunds", "create"]."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return names


def calls() -> list[str]:
    """Every call of Stripe's library in the gateway, as `refunds.create`."""
    found: set[str] = set()
    for file in GATEWAY.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = chain_of(node)
            if names[:1] == ["v1"] and len(names) > 2:
                found.add(".".join(names[1:]))
    return sorted(name for name in found if not any(other.startswith(f"{name}.") for other in found))


def address_of(call: str) -> tuple[str, str]:
    """Method and address, as the library's own source says."""
    target: Any = StripeClient("sk_test_x").v1
    for name in call.split("."):
        target = getattr(target, name)
    method, address = re.findall(r'"(get|post|delete)",\s*\(?\s*"(/v1/[^"]+)"', inspect.getsource(target))[0]
    return method.upper(), re.sub(r"\{[^}]*\}", "{}", address)


def test_the_gateway_is_read() -> None:
    assert {"checkout.sessions.create", "refunds.create", "payment_intents.capture"} <= set(calls())


@pytest.mark.parametrize("call", calls())
def test_the_sandbox_answers_what_the_gateway_asks(call: str) -> None:
    answered = {(one.method, re.sub(r"\{[^}]*\}", "{}", one.template)) for one in all_routes()}
    assert address_of(call) in answered
