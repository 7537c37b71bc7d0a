"""Events and their way to the registered webhook endpoints."""
