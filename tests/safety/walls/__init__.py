"""Who may look at what: the written matrix, and a crawl that compares."""
