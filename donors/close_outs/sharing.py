"""Sharing a sum in proportion, to the minor unit: the method of largest remainders. Whole numbers only."""

from collections.abc import Sequence


def apportion(total: int, weights: Sequence[int], *, step: int = 1) -> list[int]:
    """Shares of `total` in proportion to `weights`, in whole steps, that add up to it exactly.

    No share is larger than its weight, since the total is at most the sum of the weights. What rounding down leaves
    goes, a step each, to the largest remainders; between equal ones, to the earlier. Raises ValueError where total
    or a weight is below zero or no whole number of steps, or the total more than the weights together.
    """
    whole = sum(weights)
    if total < 0 or total > whole or total % step or any(each < 0 or each % step for each in weights):
        raise ValueError("cannot share more than there is, or less than a step")
    if not total:
        return [0] * len(weights)
    steps = total // step
    shares = [steps * each // whole for each in weights]
    remainders = [steps * each % whole for each in weights]
    odd = steps - sum(shares)
    for index in sorted(range(len(weights)), key=lambda index: (-remainders[index], index))[:odd]:
        shares[index] += 1
    return [each * step for each in shares]
