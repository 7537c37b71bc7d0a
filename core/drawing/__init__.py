"""Pictures made here: charts and patterns as SVG."""
