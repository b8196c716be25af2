"""All that the page says, in each language it speaks: a YAML file for each, beside this one."""

from dataclasses import dataclass
from importlib.resources import files

import yaml

from selectra_pipeline.config.base import Config
from selectra_pipeline.config.demo import Language

LANGUAGES: dict[Language, str] = {"es": "Español", "en": "English"}


@dataclass(frozen=True)
class ReplacedTexts(Config):
    """The tab of replaced words; `{}` stands for what the name says."""

    tab: str
    intro: str
    input: str
    examples: str
    submit: str
    shuffle: str
    shuffled: str
    result: str
    suspected: str
    unsuspected: str
    mark: str
    legend: str
    pieces: str
    piece: str
    probability: str


@dataclass(frozen=True)
class LabelTexts(Config):
    """The tab of labels."""

    tab: str
    intro: str
    input: str
    labels: str
    labels_help: str
    template: str
    template_help: str
    several: str
    examples: str
    submit: str
    result: str
    best: str
    label: str
    probability: str
    adds_up: str
    alone: str
    cut: str
    missing: str


@dataclass(frozen=True)
class EntityTexts(Config):
    """The tab of entities."""

    tab: str
    intro: str
    input: str
    examples: str
    submit: str
    result: str
    found: str
    none: str
    types: str
    missing: str


@dataclass(frozen=True)
class ProblemTexts(Config):
    """What is wrong with an input, by `typed_text.ProblemName`."""

    none_replaceable: str
    blank: str
    too_long: str
    few_labels: str
    many_labels: str
    double_label: str
    slot: str
    long_hypothesis: str


@dataclass(frozen=True)
class PageTexts(Config):
    """The page.

    Attributes:
        percent: a share, a whole number of hundredths in the place of `{}`.
        below_one_percent: one that is less.
    """

    title: str
    intro: str
    language: str
    card: str
    no_card: str
    waiting: str
    normalized: str
    percent: str
    below_one_percent: str
    decimal_mark: str
    replaced: ReplacedTexts
    labels: LabelTexts
    entities: EntityTexts
    problems: ProblemTexts


def load_texts() -> dict[Language, PageTexts]:
    """The texts by language.

    Raises:
        ConfigError: a file lacks a text, or has one that nothing asks for.
    """
    return {language: _read(language) for language in LANGUAGES}


def _read(language: Language) -> PageTexts:
    content = files(__package__).joinpath(f"{language}.yml").read_text(encoding="utf-8")
    return PageTexts.from_params(yaml.safe_load(content), f"page_texts/{language}.yml")
