"""The law work for a client, and who does it."""
