"""How satisfied customers are, read from what was said."""
