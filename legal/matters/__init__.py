"""The law work for a client, and who does it. To import it registers who is counsel of record."""

from legal.matters.counsel_of_record import counsel_on_matters

__all__ = ["counsel_on_matters"]
