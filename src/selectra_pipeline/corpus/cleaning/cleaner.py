"""Cleaning of one document: it is changed and kept, or dropped for a reason."""

from collections.abc import Iterator
from dataclasses import replace

from selectra_pipeline.config.cleaning import CleaningConfig
from selectra_pipeline.corpus.cleaning.boilerplate import boilerplate_lines
from selectra_pipeline.corpus.cleaning.edits import Edits
from selectra_pipeline.corpus.cleaning.fineweb import fineweb_quality
from selectra_pipeline.corpus.cleaning.gopher import gopher_quality
from selectra_pipeline.corpus.cleaning.labels import judge_labels
from selectra_pipeline.corpus.cleaning.measured_text import MeasuredText
from selectra_pipeline.corpus.cleaning.personal_data import mask_personal_data
from selectra_pipeline.corpus.cleaning.plain_text import plain_text
from selectra_pipeline.corpus.cleaning.rejection import Measurement, Rejection
from selectra_pipeline.corpus.cleaning.repetition import repetition
from selectra_pipeline.corpus.document import Document


def clean(
    document: Document, config: CleaningConfig, edits: Edits | None = None
) -> Document | Rejection:
    """Clean a normalised document.

    It is rejected for the first reason that applies, in the order of `REASONS`: from the cheapest
    check to the dearest. Lines of boilerplate are taken out before the text is judged, personal
    data is masked in what is kept. What comes out is normalised, too.

    Args:
        edits: if given, counts what was changed, in rejected documents too.
    """
    edits = Edits() if edits is None else edits
    if config.labels.enabled and (rejection := judge_labels(document, config)):
        return rejection
    if config.boilerplate.enabled:
        document = _without_boilerplate(document, config, edits)
    for measurement in measurements(MeasuredText(document.text), config):
        if measurement.fails:
            return measurement.rejection(document.text)
    if config.personal_data.enabled:
        document = _masked(document, config, edits)
    return document


def measurements(measured: MeasuredText, config: CleaningConfig) -> Iterator[Measurement]:
    """All that a normalised text is judged by, the cheapest first."""
    yield from plain_text(measured, config)
    if config.fineweb.enabled:
        yield from fineweb_quality(measured, config.fineweb)
    if config.gopher.enabled:
        yield from gopher_quality(measured, config.gopher)
    if config.repetition.enabled:
        yield from repetition(measured, config.repetition)


def _without_boilerplate(document: Document, config: CleaningConfig, edits: Edits) -> Document:
    found = dict(boilerplate_lines(document.text, config.boilerplate))
    if not found:
        return document
    lines = document.text.split("\n")
    for index, kind in found.items():
        edits.add(f"line/{kind}", document.id, lines[index])
    kept = (line for index, line in enumerate(lines) if index not in found)
    return replace(document, text="\n".join(kept))


def _masked(document: Document, config: CleaningConfig, edits: Edits) -> Document:
    text, masked = mask_personal_data(document.text, config.personal_data.placeholders)
    for kind, value in masked:
        edits.add(f"masked/{kind}", document.id, value)
    return replace(document, text=text) if masked else document
