"""What is sold: products and prices."""
