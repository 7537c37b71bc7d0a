"""The tests, and what several of them share."""

import core as core  # before anything large is loaded: it says how often to look for cycles
