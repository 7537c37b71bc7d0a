"""One time-boxed effort with its goals: drafted, published, closed."""
