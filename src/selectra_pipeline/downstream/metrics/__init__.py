"""How predictions are scored."""
