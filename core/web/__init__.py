"""What is between a request and a view."""
