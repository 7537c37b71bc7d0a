"""Match funds: what sponsors promise to add to the gifts of a drive, and what they have paid of it."""
