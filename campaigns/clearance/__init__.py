"""The way of public words from draft to page: counsel's review, the client's consent, withdrawal."""
