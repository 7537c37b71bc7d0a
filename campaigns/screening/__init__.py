"""Reading a text the way a person would: words without accents, case, markup and hidden characters."""
