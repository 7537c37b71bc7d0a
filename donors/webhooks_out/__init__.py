"""Webhooks that go out, by the Standard Webhooks convention: what happens to gifts, told to an organisation's
own software. Rows first, sent after the commit, retried, replayable; never a person's name, never a client's.
"""
