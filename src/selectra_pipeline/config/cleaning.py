"""Configuration of cleaning: what of the text is kept."""

import dataclasses
import re
from dataclasses import dataclass, field
from typing import Self

from selectra_pipeline.config.base import Config, ConfigError, require
from selectra_pipeline.config.language import LANGUAGES


def require_shares(config: Config, *names: str) -> None:
    """Raise `ConfigError` unless the named values are from 0 to 1, or left to the language."""
    for name in names:
        value = getattr(config, name)
        for share in value if isinstance(value, tuple) else (value,):
            require(
                share is None or 0 <= share <= 1,
                f"{name}={value} is a share: choose a number from 0 to 1",
            )


def require_counts(config: Config, *names: str) -> None:
    """Raise `ConfigError` unless the named values are not negative."""
    for name in names:
        require(getattr(config, name) >= 0, f"{name}={getattr(config, name)} must not be negative")


@dataclass(frozen=True)
class LanguageDependentConfig(Config):
    """A group of checks that may be off, and whose values that are None are the language's."""

    enabled: bool = False

    def in_language(self, code: str, where: str) -> Self:
        """This group with every value that was left out.

        Raises:
            ConfigError: the language is not known and a value was left out.
        """
        missing = [f.name for f in dataclasses.fields(self) if getattr(self, f.name) is None]
        if not self.enabled or not missing:
            return self
        if code not in LANGUAGES:
            keys = ", ".join(f"{where}.{name}" for name in missing)
            raise ConfigError(
                f"language={code!r} has no values of its own (known: {', '.join(LANGUAGES)}); "
                f"give {keys}, or set {where}.enabled=false"
            )
        return dataclasses.replace(self, **{n: getattr(LANGUAGES[code], n) for n in missing})


@dataclass(frozen=True)
class LabelsConfig(Config):
    """Rejection by the labels of a web corpus (OSCAR's). Documents without labels pass.

    Attributes:
        min_language_probability: least certainty of the corpus's identifier that the document is
            in `CleaningConfig.language`; 0.65 is FineWeb's for the same identifier, fastText.
        rejected_warnings: quality warnings. Not "tiny" (fewer than five lines), "short_sentences",
            "header" and "footer": the other groups judge length and lines themselves.
        rejected_categories: lists of addresses on which the site stands (UT1's names).
        min_harmful_perplexity: documents more like adult text than this are dropped. OSCAR gives no
            threshold for Spanish and asks to look at what one drops.
    """

    enabled: bool = False
    min_language_probability: float = 0.65
    rejected_warnings: tuple[str, ...] = ("noisy",)
    rejected_categories: tuple[str, ...] = (
        *("adult", "mixed_adult", "agressif", "dangerous_material"),
        *("gambling", "malware", "phishing", "warez"),
    )
    min_harmful_perplexity: float = 10.0

    def __post_init__(self) -> None:
        require_shares(self, "min_language_probability")
        require_counts(self, "min_harmful_perplexity")


@dataclass(frozen=True)
class BoilerplateConfig(LanguageDependentConfig):
    """Lines that are taken out of a document.

    Attributes:
        curly_brackets: take out lines with "{", as C4 drops their documents: code and styles.
        unpunctuated: also take out lines that don't end in a full stop, question or exclamation
            mark, quotation mark or colon. Headings, lists and verse go with them.
        max_line_characters: a longer line is text that mentions what boilerplate says.
        cookies, javascript, legal: phrases; a line that holds one is taken out.
        read_more, sharing, navigation: lines, without the punctuation and digits around them.
    """

    curly_brackets: bool = True
    unpunctuated: bool = False
    max_line_characters: int = 300
    cookies: tuple[str, ...] | None = None
    javascript: tuple[str, ...] | None = None
    legal: tuple[str, ...] | None = None
    read_more: tuple[str, ...] | None = None
    sharing: tuple[str, ...] | None = None
    navigation: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        require_counts(self, "max_line_characters")


@dataclass(frozen=True)
class GopherConfig(LanguageDependentConfig):
    """Gopher's rules of quality (Rae et al. 2021, appendix A.1), as datatrove has them.

    Attributes:
        min_words, max_words: length of the document, in words that are not punctuation.
        min_word_length, max_word_length: mean length of these words, in characters.
        max_symbols_per_word: hash signs, or ellipses, per word (a punctuation mark is one).
        max_bullet_lines: share of lines that begin with a bullet.
        max_ellipsis_lines: share of lines that end in an ellipsis.
        min_alphabetic_words: share of words with a letter (a punctuation mark is a word).
        min_stop_words: how many different ones of `stop_words` must occur.
    """

    min_words: int = 50
    max_words: int = 100_000
    min_word_length: float | None = None
    max_word_length: float | None = None
    max_symbols_per_word: float = 0.1
    max_bullet_lines: float = 0.9
    max_ellipsis_lines: float = 0.3
    min_alphabetic_words: float | None = None
    min_stop_words: int = 2
    stop_words: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        require_shares(self, "max_bullet_lines", "max_ellipsis_lines", "min_alphabetic_words")
        require_counts(self, "min_words", "max_words", "max_symbols_per_word", "min_stop_words")


@dataclass(frozen=True)
class RepetitionConfig(LanguageDependentConfig):
    """Gopher's rules of repetition (Rae et al. 2021, table A1). All values are shares.

    Gopher's limits on paragraphs have no meaning here: a normalised text has no blank lines.

    Attributes:
        max_repeated_lines: of the lines, that repeat an earlier one.
        max_top_ngrams: of the characters, that are the most frequent 2-, 3-, 4-gram of words.
        max_repeated_ngrams: of the characters, in 5- to 10-grams of words that came before.
    """

    max_repeated_lines: float | None = None
    max_top_ngrams: tuple[float, ...] | None = None
    max_repeated_ngrams: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        require_shares(self, "max_repeated_lines", "max_top_ngrams", "max_repeated_ngrams")
        for name, shortest, longest in (("max_top_ngrams", 2, 4), ("max_repeated_ngrams", 5, 10)):
            shares = getattr(self, name)
            require(
                shares is None or len(shares) == longest - shortest + 1,
                f"{name}={shares} needs a share for each length from {shortest} to {longest}",
            )


@dataclass(frozen=True)
class FineWebConfig(LanguageDependentConfig):
    """FineWeb's rules of quality (Penedo et al. 2024, section 3.6), as FineWeb-2 applies them.

    Attributes:
        min_punctuated_lines: share of lines that end in terminal punctuation.
        max_short_lines: share of lines of at most `short_line` characters. FineWeb-2 does not use
            this rule: 1 turns it off.
        max_repeated_characters: share of characters in lines that repeat an earlier one.
        max_lines_per_word: line breaks per word (a punctuation mark is a word): lists.
    """

    min_punctuated_lines: float | None = None
    max_short_lines: float = 1.0
    short_line: int = 30
    max_repeated_characters: float = 0.1
    max_lines_per_word: float | None = None

    def __post_init__(self) -> None:
        require_shares(self, "min_punctuated_lines", "max_short_lines", "max_repeated_characters")
        require_counts(self, "short_line")


@dataclass(frozen=True)
class PersonalDataConfig(Config):
    """Personal data that is masked: the placeholder of each kind, None to leave the kind alone.

    Attributes:
        email: addresses of mail.
        phone: Spanish numbers in groups or after "tel.", "móvil", ..., and international ones
            that begin with "+".
        iban: bank accounts whose check digits are right.
        identity: Spanish DNI and NIE whose control letter is right.
        ip_address: public IPv4 addresses. Off: version numbers look like them.
    """

    enabled: bool = False
    email: str | None = "[correo]"
    phone: str | None = "[teléfono]"
    iban: str | None = "[cuenta]"
    identity: str | None = "[documento]"
    ip_address: str | None = None

    def __post_init__(self) -> None:
        for kind, placeholder in self.placeholders.items():
            require(
                placeholder.isprintable() and placeholder == placeholder.strip() != "",
                f"{kind}={placeholder!r} must be visible text without spaces around it",
            )

    def check_language(self, language: str) -> None:
        """Raise `ConfigError` where Spanish placeholders would get into text of another language.

        So would the Spanish rules of telephone and identity numbers.
        """
        spanish = PersonalDataConfig().placeholders
        left = [kind for kind, text in self.placeholders.items() if spanish.get(kind) == text]
        require(
            not self.enabled or language == "es" or not left,
            f"personal_data: the placeholders of {', '.join(left)} are Spanish, the text is not "
            f"(language={language}); give your own, or null to leave a kind alone. Numbers of "
            "telephones without a + and of identity documents are found by Spanish rules alone",
        )

    @property
    def placeholders(self) -> dict[str, str]:
        """Kind -> placeholder, of the kinds that are masked."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        del values["enabled"]
        return {kind: value for kind, value in values.items() if value is not None}


@dataclass(frozen=True)
class CleaningConfig(Config):
    """What of the text is kept. Lengths in characters (Unicode code points) and words.

    The keys of this class are for any text; the groups are for text from the web.

    Attributes:
        language: of the text, and of the values that the groups leave out.
        min_characters, min_words: shorter documents are dropped.
        max_word_length: documents whose mean word is longer than this are dropped (tables, keys).
        max_repeated_lines: dropped when lines that repeat an earlier line hold more than this share
            of the characters.
        max_top_word: dropped when one word makes up more than this share of all words.
        max_symbols: dropped when more than this share of the characters that are not white space
            are neither letters nor common punctuation.
        deduplicate: drop documents whose normalised text came before.
    """

    language: str = "es"
    min_characters: int = 100
    min_words: int = 15
    max_word_length: float = 12.0
    max_repeated_lines: float = 0.3
    max_top_word: float = 0.3
    max_symbols: float = 0.4
    deduplicate: bool = True
    labels: LabelsConfig = field(default_factory=LabelsConfig)
    boilerplate: BoilerplateConfig = field(default_factory=BoilerplateConfig)
    gopher: GopherConfig = field(default_factory=GopherConfig)
    repetition: RepetitionConfig = field(default_factory=RepetitionConfig)
    fineweb: FineWebConfig = field(default_factory=FineWebConfig)
    personal_data: PersonalDataConfig = field(default_factory=PersonalDataConfig)

    def __post_init__(self) -> None:
        require_counts(self, "min_characters", "min_words")
        require_shares(self, "max_repeated_lines", "max_top_word", "max_symbols")
        require(
            re.fullmatch("[a-z]{2,3}", self.language) is not None,
            f"language={self.language!r} is no ISO 639 code of two or three letters: write de for "
            "German",
        )
        self.personal_data.check_language(self.language)
        for group in ("boilerplate", "gopher", "repetition", "fineweb"):
            complete = getattr(self, group).in_language(self.language, group)
            object.__setattr__(self, group, complete)
