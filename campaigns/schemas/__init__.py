"""What forms and JSON bodies of campaigns/ may say, and what the API answers."""
