"""schemathesis over openapi.json, with a token that may do everything its maker may."""
