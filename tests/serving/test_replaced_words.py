import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.serving.replaced_words import KEPT, REPLACED, replace_words

TEXTS = [
    "El camión cruzó la frontera de noche, y nadie lo vio.",
    "La niña leyó tres libros en el jardín.",
    "2024: 10 + 5.",
    "Sí.",
]


def test_so_many_words_of_each_text_are_others():
    original = [row.words for row in replace_words(TEXTS, 1e-9, 1)]  # one word each
    sentences = replace_words(TEXTS, 0.5, 1)
    assert [row.tags.count(REPLACED) for row in sentences] == [6, 4, 1]
    assert [len(row.words) for row in sentences] == [len(words) for words in original]
    assert sentences[0].words[12] == "."


def test_a_word_is_replaced_by_another_word_of_the_texts():
    (truth,) = replace_words(["uno dos tres cuatro cinco seis"], 1e-9, 1)
    kept = [word for word, tag in zip(*truth, strict=True) if tag == KEPT]
    words = ["uno", "dos", "tres", "cuatro", "cinco", "seis"]
    position = truth.tags.index(REPLACED)
    assert kept == [word for number, word in enumerate(words) if number != position]
    assert truth.words[position] in set(words) - {words[position]}


def test_only_words_of_letters_are_touched_and_texts_without_any_are_left_out():
    sentences = replace_words(TEXTS, 0.99, 1)
    assert len(sentences) == 3
    for row in sentences:
        touched = [word for word, tag in zip(*row, strict=True) if tag == REPLACED]
        assert all(word.isalpha() for word in touched)


def test_the_seed_decides():
    assert replace_words(TEXTS, 0.3, 1) == replace_words(TEXTS, 0.3, 1)
    assert replace_words(TEXTS, 0.3, 1) != replace_words(TEXTS, 0.3, 2)


@pytest.mark.parametrize("texts", [[], ["1 2 3"], ["hola hola"]])
def test_without_two_words_nothing_can_be_replaced(texts):
    with pytest.raises(ConfigError, match="fewer than two different words"):
        replace_words(texts, 0.15, 1)
