"""A goal with its figure: what it is called, how it is counted in a sentence, and how it is written."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from campaigns.drives.goal import AMOUNT, DONORS, MONEY, MONTHLY_VALUE, PRO_BONO_HOURS, SIGNATURES
from core import i18n


@dataclass(frozen=True)
class GoalProgress:
    metric: str
    target: int
    actual: int
    currency: str
    lookback_months: int
    #: Hours of accepted pledges: shown apart, counted nowhere.
    pledged: int = 0
    #: The figure at the close, which stays; `actual` goes on as what was adjusted since.
    frozen: int | None = None
    #: Milestones and stretch goals as they were published, and those that were reached with their day.
    steps: tuple[int, ...] = ()
    reached: tuple[tuple[int, date], ...] = ()

    @property
    def all_steps(self) -> list[int]:
        """The goal among its steps, the lowest first."""
        return sorted({*self.steps, self.target})

    @property
    def aim(self) -> int:
        """What is aimed at now: the goal, and once it is reached the next stretch goal that is not."""
        told = {target for target, _day in self.reached}
        if self.target not in told:
            return self.target
        beyond = [each for each in self.all_steps if each >= self.target]
        return next((each for each in beyond if each not in told), beyond[-1])

    @property
    def aim_text(self) -> str:
        return self._text(self.aim)

    @property
    def reached_texts(self) -> list[tuple[str, date]]:
        """What was reached and when, the latest first."""
        return [(self._text(target), day) for target, day in reversed(self.reached)]

    @property
    def shown(self) -> int:
        """The figure that counts: at the close of a drive that has closed, else the present one."""
        return self.actual if self.frozen is None else self.frozen

    @property
    def shown_text(self) -> str:
        return self._text(self.shown)

    @property
    def is_adjusted(self) -> bool:
        return self.frozen is not None and self.frozen != self.actual

    @property
    def is_money(self) -> bool:
        return self.metric in MONEY

    @property
    def label(self) -> str:
        if self.metric == AMOUNT:
            return _("raised")
        if self.metric == MONTHLY_VALUE:
            return _("a month, newly promised")
        if self.metric == PRO_BONO_HOURS:
            return ngettext("certified pro bono hour", "certified pro bono hours", self.target)
        if self.metric == DONORS:
            return ngettext("donor", "donors", self.target)
        if self.metric == SIGNATURES:
            return ngettext("signature", "signatures", self.target)
        return ngettext("new monthly donor", "new monthly donors", self.target)

    @property
    def actual_text(self) -> str:
        return self._text(self.actual)

    @property
    def target_text(self) -> str:
        return self._text(self.target)

    @property
    def question(self) -> str:
        """What the counting rule answers."""
        return {
            AMOUNT: _("How “raised” is counted"),
            DONORS: _("How donors are counted"),
            MONTHLY_VALUE: _("How “a month” is counted"),
            PRO_BONO_HOURS: _("How hours are counted"),
            SIGNATURES: _("How signatures are counted"),
        }.get(self.metric, _("How “new monthly donors” is counted"))

    @property
    def rule(self) -> str:
        """How it is counted, in a sentence that the page prints."""
        if self.metric == AMOUNT:
            return _(
                "Gifts paid while the drive is open, less refunds. Fees that donors cover and donated hours are"
                " not in it."
            )
        if self.metric == DONORS:
            return _(
                "People with at least one gift paid while the drive is open and not wholly refunded. Each counts"
                " once, however often they give."
            )
        if self.metric == SIGNATURES:
            return _(
                "People who signed the petition and confirmed it by mail while the drive is open. One address signs"
                " once, and whoever takes it back counts no more."
            )
        if self.metric == MONTHLY_VALUE:
            return _(
                "What recurring gifts whose first payment arrives while the drive is open bring a month; weekly,"
                " quarterly and yearly ones by their share. Whoever cancels or is refunded before the deadline is"
                " taken off."
            )
        if self.metric == PRO_BONO_HOURS:
            return _(
                "Hours worked for this campaign while the drive is open, once somebody other than their author has"
                " certified them. Pledged hours are told apart and are not in it."
            )
        return _(
            "People whose first monthly payment arrives while the drive is open and who made no recurring gift"
            " to this organisation in the %(months)d months before. Each person counts once; whoever cancels or"
            " is refunded before the deadline no longer counts.",
            months=self.lookback_months,
        )

    def as_json(self) -> dict[str, Any]:
        """`pledged` stands beside hours alone; `frozen`, the figure at the close, after it."""
        told = {"metric": self.metric, "target": self.target, "actual": self.actual}
        if self.frozen is not None:
            told["frozen"] = self.frozen
        if self.steps:
            told["aim"] = self.aim
            told["reached"] = [{"target": target, "on": day.isoformat()} for target, day in self.reached]
        return told | ({"pledged": self.pledged} if self.metric == PRO_BONO_HOURS else {})

    def _text(self, value: int) -> str:
        return i18n.money(value, self.currency) if self.is_money else i18n.number(value)
