"""FineWeb's rules of quality (Penedo et al. 2024, section 3.6).

They agree with datatrove's `FineWebQualityFilter` on every document; see `repetition.py` for why
they are not that class.
"""

from collections.abc import Iterator

from datatrove.utils.text import TERMINAL_PUNCTUATION

from selectra_pipeline.config.cleaning import FineWebConfig
from selectra_pipeline.corpus.cleaning.measured_text import MeasuredText
from selectra_pipeline.corpus.cleaning.rejection import Measurement

_TERMINAL_PUNCTUATION = tuple(TERMINAL_PUNCTUATION)


def fineweb_quality(measured: MeasuredText, limits: FineWebConfig) -> Iterator[Measurement]:
    """How lines end, how short they are and how often they come again."""
    text, lines = measured.text, measured.lines
    yield Measurement(
        "fineweb/unpunctuated_lines",
        sum(line.endswith(_TERMINAL_PUNCTUATION) for line in lines) / len(lines),
        least=limits.min_punctuated_lines,
    )
    yield Measurement(
        "fineweb/short_lines",
        sum(len(line) <= limits.short_line for line in lines) / len(lines),
        most=limits.max_short_lines,
    )
    yield Measurement(
        "fineweb/repeated_characters",
        measured.repeated_line_characters / (len(text) - text.count("\n")),
        most=limits.max_repeated_characters,
        shown=measured.most_repeated_line,
    )
    yield Measurement(
        "fineweb/many_lines",
        (len(lines) - 1) / len(measured.words),
        most=limits.max_lines_per_word,
    )
