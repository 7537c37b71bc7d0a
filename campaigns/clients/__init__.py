"""The person helped: a persona for everybody, a sealed identity for almost nobody."""
