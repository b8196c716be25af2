import random

import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.serving.detection import detect_replaced
from selectra_pipeline.serving.served_model import load_served
from selectra_pipeline.serving.typed_text import InputProblem
from selectra_pipeline.serving.word_judge import WordJudge

SENTENCE = "El camión cruzó la güera."


@pytest.fixture(scope="module")
def served(exported_folder):
    return load_served(exported_folder, VocabularyConfig())


@pytest.fixture(scope="module")
def model(served):
    return WordJudge(served)


def test_every_piece_of_every_word_has_the_discriminators_verdict(model, served):
    judged = model.judge(SENTENCE)
    (detections,) = detect_replaced(served, SENTENCE)
    assert [piece for word in judged.words for piece in word.pieces] == detections[1:-1]
    assert [word.word.text for word in judged.words] == [
        "El", "camión", "cruzó", "la", "güera", ".",
    ]  # fmt: skip
    assert [piece.piece for piece in judged.words[4].pieces] == ["g", "##ü", "##e", "##r", "##a"]


def test_a_word_is_as_suspicious_as_its_most_suspicious_piece(model):
    word = model.judge(SENTENCE).words[4]
    assert word.probability == max(piece.probability for piece in word.pieces)
    assert word.is_suspected == any(piece.logit > 0 for piece in word.pieces)


def test_a_line_end_parts_words_as_a_space_does(model):
    assert model.judge("El\ncamión").words == model.judge("El camión").words


def test_a_word_from_elsewhere_takes_the_place_of_another(model):
    changed, word = model.replace_at_random("la frontera, la", ["Una vaca.", "Sí"], Draw())
    assert (changed, word) == ("la vaca, la", "vaca")


def test_a_word_with_a_capital_gives_way_to_one_if_there_is_one(model):
    assert model.replace_at_random("Frontera", ["Una vaca"], Draw())[0] == "Una"
    assert model.replace_at_random("Frontera", ["con vacas"], Draw())[0] == "con"


def test_a_word_is_not_replaced_by_one_that_is_there(model):
    for seed in range(20):
        changed, word = model.replace_at_random(
            "año con año", ["Año año CON vaca"], random.Random(seed)
        )
        assert word == "vaca"
        assert changed in {"vaca con año", "año vaca año", "año con vaca"}


@pytest.mark.parametrize(("typed", "others"), [("la 1234 .", ["vaca"]), ("frontera", ["la ¿?"])])
def test_where_no_word_can_be_replaced_the_page_is_told(model, typed, others):
    with pytest.raises(InputProblem) as raised:
        model.replace_at_random(typed, others, Draw())
    assert (raised.value.name, raised.value.values) == ("none_replaceable", {"letters": 3})


def test_another_kind_of_model_is_refused(finetuned_folder):
    tagger = load_served(
        finetuned_folder / "world_entities" / "model", VocabularyConfig(require_accents=False)
    )
    with pytest.raises(ConfigError, match=r"is a tagger, not a discriminator; .* in demo.model"):
        WordJudge(tagger)


class Draw(random.Random):
    """Always takes the first."""

    def choice(self, seq):
        return seq[0]
