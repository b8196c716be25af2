import random
import unicodedata
from collections import Counter

from selectra_pipeline.vocabulary import words
from selectra_pipeline.vocabulary.words import (
    count_words,
    is_standalone,
    normalize,
    split_words,
)


def test_normalising_keeps_accents_and_composes_them():
    assert normalize("el camio\u0301n\u200b  cruzó\n") == "el camión cruzó"


def test_lower_casing_keeps_accents():
    assert normalize("ÁRBOL Ñandú", lowercase=True) == "árbol ñandú"


def test_stripping_accents_takes_all_marks_and_keeps_case():
    assert normalize("Año Ünico ÁRBOL", strip_accents=True) == "Ano Unico ARBOL"


def test_punctuation_symbols_of_ascii_and_ideographs_stand_alone():
    assert split_words("¿Qué$tal^él? 日本go_1") == [
        *("¿", "Qué", "$", "tal", "^", "él", "?", "日", "本", "go", "_", "1"),
    ]


def test_symbols_beyond_ascii_are_parts_of_words():
    assert split_words("5€ +2°") == ["5€", "+", "2°"]


def test_the_pattern_agrees_with_the_definition_on_every_code_point():
    for code in range(0x110000):
        character = chr(code)
        if unicodedata.category(character)[0] in "CZ":
            continue
        alone = split_words(f"a{character}") == ["a", character]
        assert alone == is_standalone(character), hex(code)


def test_counting_is_the_same_as_normalising_and_splitting_whole_texts(monkeypatch):
    draw = random.Random(3)
    pool = "aeñA,.¿ \n\t\u00a0e\u0301\u200b日'\u2028\ufffdΣΟ"
    texts = ["".join(draw.choices(pool, k=200)) for _ in range(50)]
    whole = Counter(word for text in texts for word in split_words(normalize(text, lowercase=True)))
    assert count_words(texts, lowercase=True) == whole
    monkeypatch.setattr(words, "COUNTING_BUFFER", 10)
    assert count_words(texts, lowercase=True) == whole
