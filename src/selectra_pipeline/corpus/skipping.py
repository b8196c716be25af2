"""What becomes of damage: an error, or a count."""

import logging
from collections import Counter

from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.source_error import SourceError

logger = logging.getLogger(__name__)

LOGGED_SKIPS = 3  # of each reason; the counts tell the rest
SKIP_HINT = "or set source.on_error to skip"


def skip_or_raise(error: SourceError, config: SourceConfig, counts: Counter[str]) -> None:
    """Count the damage under its reason, where the configuration allows it; else raise it."""
    if config.on_error == "fail":
        raise error
    counts[error.reason] += 1
    if counts[error.reason] <= LOGGED_SKIPS:
        logger.warning("skipped (%s): %s", error.reason, error)
