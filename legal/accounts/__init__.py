"""What the books of a nonprofit say of a year: statements, the note on services given, Form 990."""
