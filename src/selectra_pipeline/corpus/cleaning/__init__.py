"""What of the text is kept: whole documents are dropped, lines taken out, personal data masked."""

from selectra_pipeline.corpus.cleaning.cleaner import clean
from selectra_pipeline.corpus.cleaning.edits import Edits
from selectra_pipeline.corpus.cleaning.rejection import REASONS, Rejection

__all__ = ["REASONS", "Edits", "Rejection", "clean"]
