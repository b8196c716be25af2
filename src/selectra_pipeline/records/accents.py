"""The guard against text that lost its accents between the vocabulary and the records.

That happened to the first SELECTRA models: their embeddings of entries with an accent were never
trained. One tokenizer for every stage makes it unlikely; this check makes it impossible to miss.
"""

import numpy as np

from selectra_pipeline.vocabulary.alphabet import accented_entries
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


class AccentError(ValueError):
    """The vocabulary has entries with an accent and the training records have none of them."""


def check_accents(tokenizer: Tokenizer, token_counts: np.ndarray) -> None:
    """Check that entries with an accent occur in the training records, if there are such entries.

    `token_counts`, int [vocabulary size], is how often each entry occurs in the records.

    Raises:
        AccentError: none of them occurs.
    """
    accented = accented_entries(tokenizer.vocabulary)
    if accented.any() and not token_counts[accented].any():
        example = tokenizer.vocabulary[int(np.flatnonzero(accented)[0])]
        raise AccentError(
            f"{int(accented.sum())} entries of the vocabulary carry an accent ({example!r}, ...) "
            "but none of them occurs in the training records: the text was stripped of its accents "
            "between the vocabulary and the records. Make both from the same documents: run "
            "ingestion, vocabulary and records again, and let nothing but the tokenizer change text"
        )
