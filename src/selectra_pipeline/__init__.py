"""Raw text to a compact ELECTRA encoder, and the encoder to a results table."""

__version__ = "0.1.0"
