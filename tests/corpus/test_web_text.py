"""One short text for each reason of the filters for web text."""

import pytest

from selectra_pipeline.config.cleaning import CleaningConfig
from selectra_pipeline.corpus.cleaning import REASONS, Rejection, clean
from selectra_pipeline.corpus.cleaning.cleaner import measurements
from selectra_pipeline.corpus.cleaning.measured_text import MeasuredText
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.web_labels import WebLabels

PROSE = (
    "El camión cruzó la frontera cuando ya anochecía, y nadie en el pueblo supo decir después "
    "quién lo conducía ni qué llevaba bajo aquella lona verde.\n"
    "Una vecina que volvía del mercado contó que había visto dos hombres junto al puente viejo, "
    "con linternas apagadas y botas de agua.\n"
    "Su marido no le creyó del todo, pero al día siguiente bajaron a mirar y encontraron huellas "
    "frescas en el barro de la orilla."
)
SENTENCES = PROSE.split("\n")
# The limits on characters and words of plain text would come first.
LENIENT = {
    "min_characters": 0,
    "min_words": 0,
    "max_word_length": 99.0,
    "max_repeated_lines": 1.0,
    "max_top_word": 1.0,
    "max_symbols": 1.0,
}


def enable(*groups, **values):
    """A configuration with these groups; "gopher__min_words" is a value of a group."""
    params = {**LENIENT, **{group: {"enabled": True} for group in groups}}
    for name, value in values.items():
        group, _, key = name.rpartition("__")
        (params[group] if group else params)[key] = value
    return CleaningConfig.from_params(params)


def reason(text, config, labels=None):
    result = clean(Document("a", text, labels), config)
    return result.reason if isinstance(result, Rejection) else None


def test_ordinary_prose_passes_every_filter():
    every = enable("labels", "boilerplate", "gopher", "repetition", "fineweb", "personal_data")
    document = Document("a", PROSE, WebLabels(language="es", language_probability=0.9))
    assert clean(document, every) == document


@pytest.mark.parametrize(
    ("expected", "labels"),
    [
        ("labels/language", WebLabels(language="pt")),
        ("labels/uncertain_language", WebLabels(language="es", language_probability=0.64)),
        ("labels/quality_warning", WebLabels(quality_warnings=("header", "noisy"))),
        ("labels/category", WebLabels(categories=("press", "adult"))),
        ("labels/harmful", WebLabels(harmful_perplexity=9.9)),
        (None, WebLabels(quality_warnings=("tiny",), categories=("press",))),
        (None, WebLabels(language="es", language_probability=0.65, harmful_perplexity=10.0)),
        (None, WebLabels()),
        (None, None),
    ],
)
def test_the_labels_of_the_corpus_are_heeded(expected, labels):
    assert reason(PROSE, enable("labels"), labels) == expected
    assert reason(PROSE, enable(), labels) is None


def test_a_rejection_by_labels_names_the_label():
    labels = WebLabels(categories=("blog", "warez", "adult"))
    found = clean(Document("a", PROSE, labels), enable("labels"))
    assert found.finding == "warez, adult"


@pytest.mark.parametrize(
    ("expected", "text", "values"),
    [
        ("gopher/too_few_words", SENTENCES[0], {}),
        ("gopher/too_many_words", PROSE, {"gopher__max_words": 60}),
        ("gopher/short_words", "ya no se lo di a él ni a su tía de la que va por el té\n" * 4, {}),
        ("gopher/long_words", "otorrinolaringólogos electroencefalografistas\n" * 30, {}),
        ("gopher/hash_signs", PROSE.replace(" de ", " # "), {"gopher__max_symbols_per_word": 0.02}),
        (
            "gopher/ellipses",
            PROSE.replace(",", "…") + "...",
            {"gopher__max_symbols_per_word": 0.04},
        ),
        ("gopher/bullet_lines", "- " + PROSE.replace("\n", "\n• "), {}),
        ("gopher/ellipsis_lines", PROSE.replace(".", "..."), {}),
        (
            "gopher/words_without_letters",
            PROSE.replace(" ", " 12, "),
            {"gopher__min_word_length": 0},
        ),
        ("gopher/too_few_stop_words", "Moltes gràcies senyora presidenta diputats " * 15, {}),
    ],
)
def test_gopher_judges_quality(expected, text, values):
    config = enable("gopher", **values)
    assert reason(text, config) == expected


@pytest.mark.parametrize(
    ("expected", "text", "values"),
    [
        ("fineweb/unpunctuated_lines", PROSE.replace(".", ""), {}),
        ("fineweb/short_lines", "\n".join([*SENTENCES, "Sí.", "No.", "Ya."]), {}),
        ("fineweb/repeated_characters", "\n".join([*SENTENCES, SENTENCES[0]]), {}),
        ("fineweb/many_lines", "\n".join(f"El año {i}." for i in range(1900, 1930)), {}),
    ],
)
def test_fineweb_judges_lines(expected, text, values):
    short = 0.4 if expected == "fineweb/short_lines" else 1.0
    assert reason(text, enable("fineweb", fineweb__max_short_lines=short, **values)) == expected


WORDS = ("luna", "nube", "pino", "roca", "seta", "tren", "viga", "yema", "zorro", "dado")


def repeat(n, times):
    """A run of n words again and again, with other words between them, in one line."""
    run = " ".join(WORDS[:n])
    return " ".join(f"{run} {chr(97 + i)}{i} {chr(98 + i)}{i}" for i in range(times))


@pytest.mark.parametrize(
    ("expected", "text", "allowed"),
    [
        ("repetition/lines", "\n".join([PROSE, *["Gracias."] * 4]), ()),
        ("repetition/top_2_gram", repeat(2, 9), ()),
        ("repetition/top_3_gram", repeat(3, 9), (2,)),
        ("repetition/top_4_gram", repeat(4, 9), (2, 3)),
        *((f"repetition/{n}_grams", repeat(n, 9), (2, 3, 4, *range(5, n))) for n in range(5, 11)),
    ],
)
def test_repetition_is_found_at_every_length(expected, text, allowed):
    limits = {
        "max_top_ngrams": [1.0 if n in allowed else 0.1 for n in range(2, 5)],
        "max_repeated_ngrams": [1.0 if n in allowed else 0.15 for n in range(5, 11)],
    }
    config = CleaningConfig.from_params({**LENIENT, "repetition": {"enabled": True, **limits}})
    assert reason(text, config) == expected


def test_a_rejection_for_repetition_shows_the_run_of_words():
    config = enable("repetition")
    assert clean(Document("a", repeat(2, 9)), config).shown == "luna nube"
    lines = "\n".join([PROSE, *["Gracias."] * 4])
    assert clean(Document("a", lines), config).shown == "Gracias."


def test_every_reason_of_a_text_is_documented_in_the_order_in_which_it_is_tried():
    every = enable("gopher", "repetition", "fineweb")
    tried = [measurement.reason for measurement in measurements(MeasuredText(PROSE), every)]
    elsewhere = {"contaminated", "duplicate", "near_duplicate"}
    assert tried == [
        name for name in REASONS if name not in elsewhere and not name.startswith("labels/")
    ]


def test_the_stop_words_and_limits_may_be_those_of_another_language():
    english = "The lorry crossed the border at dusk and nobody in the village could say who it was."
    values = {
        "gopher__stop_words": ["the", "and"],
        "gopher__min_word_length": 3.0,
        "gopher__max_word_length": 10.0,
        "gopher__min_alphabetic_words": 0.8,
    }
    config = enable("gopher", language="en", gopher__min_words=10, **values)
    assert reason(english, config) is None
    assert reason(SENTENCES[0], config) == "gopher/too_few_stop_words"
