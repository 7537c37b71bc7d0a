"""The tests, and what several of them share."""

import gc

#: A suite makes much and keeps little: looking for cycles costs a tenth, and a quarter of the imports' time.
gc.set_threshold(50_000, 20, 50)
