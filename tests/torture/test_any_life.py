"""Whatever donors, staff, Stripe, time and faults do, in whatever order: the money is right after every step.

The suite walks a few steps; `AMPARO_STEPS=5000` (`make torture`) walks as many as it says.
"""

import os
import random
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import time_machine
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core import clock
from donors.gifts import debiting
from tests.conftest import Cast
from tests.donors.conftest import Stripe
from tests.donors.test_any_order import undone
from tests.inbox import Inbox
from tests.torture import banks
from tests.torture.world import CARDS, FAULTS, GOOD, LATER_DECLINED, World

STEPS = int(os.environ.get("AMPARO_STEPS", "24"))
STEPS_OF_A_LIFE = 12 if STEPS < 200 else 50
AMOUNTS = st.integers(min_value=1, max_value=400)
VERBS = st.sampled_from(("amount", "day", "pause", "skip", "resume"))
METHODS = st.sampled_from(("card", "card", "bank"))
HOURS = st.sampled_from((1, 6, 26, 24 * 4, 24 * 8, 24 * 31))
PATHS = st.sampled_from(("/v1/", "/v1/checkout", "/v1/refunds", "/v1/subscriptions", "/v1/payment_intents"))


class Life(RuleBasedStateMachine):
    """One life of an installation; `world_of` makes it anew for each."""

    world_of: Any

    @initialize(seed=st.integers(0, 10_000))
    def begin_life(self, seed: int) -> None:
        self.stack = ExitStack()
        self.world: World = self.world_of(self.stack, random.Random(seed))
        self.world.begin("month", 20, 0)
        self.world.pay(GOOD)
        self.world.begin("month", 30, 1, "bank")
        self.world.pay(GOOD)
        self.world.deliver(1)

    @rule(
        rhythm=st.sampled_from(("once", "month", "once", "month", "quarter")),
        amount=AMOUNTS,
        donor=st.integers(0, 3),
        method=METHODS,
    )
    def a_donor_begins(self, rhythm: str, amount: int, donor: int, method: str) -> None:
        self.world.begin(rhythm, amount, donor, method)

    @rule(card=st.sampled_from(CARDS))
    def a_donor_pays(self, card: str) -> None:
        self.world.pay(card)

    @rule(
        rhythm=st.sampled_from(("once", "month")), amount=AMOUNTS, card=st.sampled_from(CARDS), method=METHODS
    )
    def a_donor_goes_the_whole_way(self, rhythm: str, amount: int, card: str, method: str) -> None:
        self.world.begin(rhythm, amount, amount % 4, method)
        self.world.pay(card)
        self.world.deliver(1)

    @rule(verb=VERBS, number=st.integers(0, 40))
    def a_donor_changes(self, verb: str, number: int) -> None:
        self.world.change(verb, number)

    @rule()
    def a_donor_cancels(self) -> None:
        self.world.cancel()

    @rule(share=st.integers(1, 4))
    def staff_refunds(self, share: int) -> None:
        self.world.refund(share)

    @rule()
    def staff_doubts(self) -> None:
        self.world.doubt()

    @rule(take=st.booleans())
    def staff_decides(self, take: bool) -> None:  # noqa: FBT001 (hypothesis passes it by name)
        self.world.decide(take=take)

    @rule()
    def stripe_refunds(self) -> None:
        self.world.refund_at_stripe()

    @rule()
    def stripe_cancels(self) -> None:
        self.world.cancel_at_stripe()

    @rule(reason=st.sampled_from(banks.REASONS), quarters=st.integers(1, 4))
    def a_bank_wants_money_back(self, reason: str, quarters: int) -> None:
        banks.dispute(self.world, reason, quarters)

    @rule(won=st.booleans())
    def a_bank_decides(self, won: bool) -> None:  # noqa: FBT001 (hypothesis passes it by name)
        banks.decide(self.world, won=won)

    @rule()
    def a_bank_warns(self) -> None:
        banks.warn(self.world)

    @rule(accept=st.booleans())
    def staff_answers_a_bank(self, accept: bool) -> None:  # noqa: FBT001 (hypothesis passes it by name)
        banks.answer(self.world, accept=accept)

    @rule(card=st.sampled_from((GOOD, LATER_DECLINED)))
    def a_card_turns(self, card: str) -> None:
        self.world.card_turns(card)

    @rule(kind=st.sampled_from(FAULTS), path=PATHS, times=st.integers(1, 4))
    def something_fails(self, kind: str, path: str, times: int) -> None:
        self.world.fault(kind, path, times)

    @rule(share=st.sampled_from((0.3, 0.7, 1.0)))
    def events_arrive(self, share: float) -> None:
        self.world.deliver(share)

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        self.world.pass_time(hours)

    @rule()
    def all_is_calm(self) -> None:
        self.world.calm()
        self.world.check_calm()

    @invariant()
    def money_is_right(self) -> None:
        if hasattr(self, "world"):
            self.world.check()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            try:
                self.world.calm()
                self.world.check_calm()
            finally:
                self.stack.close()


def test_any_life_ends_with_the_money_right(
    app: Flask, stripe: Stripe, drive: Drive, cast: Cast, session: Session, inbox: Inbox
) -> None:
    drive.closes_at = clock.now() + timedelta(days=3000)
    drive.rhythms = ["month", "quarter"]
    debiting.offer(cast.actor("alice"), is_on=True)
    session.commit()
    slug, drive_id, actor = drive.slug, drive.id, cast.actor("frida")
    session.rollback()

    def world_of(stack: ExitStack, dice: random.Random) -> World:
        stack.enter_context(undone())
        stripe.box.reset()
        stripe.newest = ""
        inbox.mails.clear()
        traveller = stack.enter_context(time_machine.travel(clock.now(), tick=False))
        return World(app, stripe, slug, drive_id, actor, traveller, dice, inbox)

    machine = type("LifeOfThisTest", (Life,), {"world_of": staticmethod(world_of)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=max(1, STEPS // STEPS_OF_A_LIFE),
            stateful_step_count=STEPS_OF_A_LIFE,
            deadline=None,
            # A life takes seconds, so a failing one is shown as it was, not made shorter.
            phases=(Phase.generate,),
            database=None,
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.data_too_large,
                HealthCheck.filter_too_much,
            ],
        ),
    )
