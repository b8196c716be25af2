"""What a web corpus says of its own documents."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebLabels:
    """The labels of an OSCAR record (Abadji et al. 2022, sections 3 and 4).

    Attributes:
        url: where the text was found.
        language, language_probability: of the whole document, by OSCAR's identifier.
        quality_warnings: "tiny", "short_sentences", "header", "footer", "noisy".
        categories: of the list of addresses that the site stands on ("adult", "press", ...).
        harmful_perplexity: of a model of adult text; low is like it.
    """

    url: str | None = None
    language: str | None = None
    language_probability: float | None = None
    quality_warnings: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    harmful_perplexity: float | None = None
