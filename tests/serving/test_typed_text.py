import pytest

from finished_runs import VOCABULARY
from selectra_pipeline.serving.typed_text import InputProblem, read_typed
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

TOKENIZER = Tokenizer(VOCABULARY)


def read(typed, max_length=24):
    return read_typed(typed, TOKENIZER, max_length)


def test_words_and_marks_keep_their_place_in_the_text():
    found = read("¿El camión, sólo?")
    assert [word.text for word in found.words] == ["¿", "El", "camión", ",", "sólo", "?"]
    assert all(found.text[word.start : word.end] == word.text for word in found.words)


def test_the_pieces_of_the_words_are_those_of_the_text():
    found = read("El güiro, año 😀 漢漢")
    assert [i for word in found.words for i in word.ids] == TOKENIZER.encode(found.text)


def test_a_text_is_normalised_and_it_is_known_that_it_was():
    assert read("  El  año\n").text == "El año"
    assert read("  El  año\n").is_changed
    assert not read("  El año\n").is_changed
    assert read("El an\u0303o") == read("El año")._replace(is_changed=True)


@pytest.mark.parametrize("typed", ["", " \n\t", "\u200b"])
def test_what_holds_no_word_is_a_problem(typed):
    with pytest.raises(InputProblem) as raised:
        read(typed)
    assert (raised.value.name, raised.value.values) == ("blank", {})


def test_a_text_may_fill_the_model_and_no_more():
    assert len(read("la " * 22).words) == 22
    with pytest.raises(InputProblem) as raised:
        read("la " * 23)
    assert raised.value.name == "too_long"
    assert raised.value.values == {"pieces": 25, "limit": 24}
