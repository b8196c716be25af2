"""Rejection by what a web corpus says of its own documents."""

from selectra_pipeline.config.cleaning import CleaningConfig
from selectra_pipeline.corpus.cleaning.rejection import Measurement, Rejection
from selectra_pipeline.corpus.document import Document


def judge_labels(document: Document, config: CleaningConfig) -> Rejection | None:
    """The rejection of a document by its labels; None if it has none, or they are good.

    A label that is missing is held against nobody.
    """
    labels, limits = document.labels, config.labels
    if labels is None:
        return None
    if labels.language not in (None, config.language):
        finding = f"{labels.language}, not {config.language}"
        return Rejection("labels/language", finding, document.text)
    for reason, found, refused in (
        ("labels/quality_warning", labels.quality_warnings, limits.rejected_warnings),
        ("labels/category", labels.categories, limits.rejected_categories),
    ):
        if common := [label for label in found if label in refused]:
            return Rejection(reason, ", ".join(common), document.text)
    probability, perplexity = labels.language_probability, labels.harmful_perplexity
    for reason, value, least in (
        ("labels/uncertain_language", probability, limits.min_language_probability),
        ("labels/harmful", perplexity, limits.min_harmful_perplexity),
    ):
        if value is not None and value < least:
            return Measurement(reason, value, least=least).rejection(document.text)
    return None
