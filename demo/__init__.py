"""The demonstration that `make run` starts: all processes, and the campaign for Carlos.

It stands on the application as its users do: people and hours through the use cases, gifts through the
giving form, the sandbox's payment page and the inbox. Nothing of it is imported by the application.
"""
