import pytest

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.downstream.conll import TaggedSentence
from selectra_pipeline.downstream.features import (
    IGNORED,
    Lost,
    entity_labels,
    lost,
    token_examples,
    word_tags,
)
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

TOKENIZER = Tokenizer([*SPECIAL_TOKENS, "El", "cam", "##ión", "##es", "Lima", "."])
LABELS = ("O", "B-LOC", "I-LOC")
CLS, SEP = TOKENIZER.cls_id, TOKENIZER.sep_id
NO_PIECE = "\u200b"  # a zero-width space: nothing is left of it

SENTENCE = TaggedSentence(("El", "camiónes", "Lima", "Lima"), ("O", "O", "B-LOC", "I-LOC"))


def example(sentence, max_length=20):
    (made,) = token_examples([sentence], LABELS, TOKENIZER, max_length)
    return made


def test_the_label_is_on_the_first_piece_of_a_word():
    made = example(SENTENCE)
    assert [TOKENIZER.vocabulary[i] for i in made.input_ids] == (
        ["[CLS]", "El", "cam", "##ión", "##es", "Lima", "Lima", "[SEP]"]
    )
    assert made.labels == [IGNORED, 0, 0, IGNORED, IGNORED, 1, 2, IGNORED]
    assert made.words == [0, 1, 2, 3]


def test_a_word_without_a_piece_is_left_out_and_keeps_its_place():
    sentence = TaggedSentence(("El", NO_PIECE, "Lima"), ("O", "B-LOC", "I-LOC"))
    made = example(sentence)
    assert (made.labels, made.words) == ([IGNORED, 0, 2, IGNORED], [0, 2])
    assert word_tags(made, [0, 0, 1, 0], LABELS, 3) == ["O", "O", "B-LOC"]
    assert lost([sentence], [made]) == Lost(words=1, entities=1)


def test_a_sentence_of_nothing_is_no_error():
    made = example(TaggedSentence((NO_PIECE,), ("O",)))
    assert made.input_ids == [CLS, SEP]
    assert word_tags(made, [0, 0], LABELS, 1) == ["O"]


@pytest.mark.parametrize(
    ("max_length", "words", "expected"),
    [
        (8, [0, 1, 2, 3], Lost(0, 0)),
        (7, [0, 1, 2], Lost(words=1, entities=1)),  # half of an entity is lost
        (5, [0, 1], Lost(words=2, entities=1)),  # a cut word still has its first piece
        (3, [0], Lost(words=3, entities=1)),
    ],
)
def test_what_lies_beyond_the_length_is_counted(max_length, words, expected):
    made = example(SENTENCE, max_length)
    assert len(made.input_ids) == len(made.labels) == max_length
    assert (made.input_ids[0], made.input_ids[-1]) == (CLS, SEP)
    assert made.words == words
    assert lost([SENTENCE], [made]) == expected


def test_after_the_first_word_beyond_the_length_no_shorter_one_is_let_in():
    sentence = TaggedSentence(("El", "camiónes", "Lima"), ("O", "O", "B-LOC"))
    assert example(sentence, 4).words == [0, 1]


def test_tags_come_back_from_the_labels_they_were_made_into():
    made = example(SENTENCE)
    assert word_tags(made, [max(0, label) for label in made.labels], LABELS, 4) == list(
        SENTENCE.tags
    )


def test_labels_are_those_of_all_types_with_o_first():
    sentences = [TaggedSentence(("a", "b"), ("O", "I-PER")), TaggedSentence(("c",), ("B-LOC",))]
    assert entity_labels(sentences) == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
