import json

import pytest

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.vocabulary.report import entry_kinds, measure, vocabulary_report
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

TOKENIZER = Tokenizer([*SPECIAL_TOKENS, "el", "sol", "##es", "."])


def test_the_measures_of_a_small_text_are_those_computed_by_hand():
    quality = measure(TOKENIZER, ["el sol.", "El soles el."])
    # el / sol / . / [UNK] / sol ##es / el / .  -> 8 tokens, of 5 words and 2 full stops
    assert (quality.words, quality.tokens) == (5, 8)
    assert quality.tokens_per_word == 6 / 5
    assert quality.unknown_per_token == 1 / 8
    assert quality.unknown_per_word == 1 / 5
    assert quality.whole_words == 3 / 5
    assert quality.characters_per_token == (2 + 3 + 1 + 2 + 5 + 2 + 1) / 8


def test_measuring_follows_the_tokenizers_lower_casing():
    lower = Tokenizer(TOKENIZER.vocabulary, lowercase=True)
    assert measure(lower, ["El SOL"]).unknown_per_word == 0


def test_a_text_without_words_cannot_be_measured():
    for texts in ([], ["..."]):
        with pytest.raises(ValueError, match="no word"):
            measure(TOKENIZER, texts)


def test_entries_are_counted_by_kind():
    kinds = entry_kinds((*SPECIAL_TOKENS, "a", "ñ", "##ó", "##ón", "sol", "árbol", "#"))
    assert kinds == {
        "special": 5,
        "character": 3,
        "word_start": 2,
        "continuation_character": 1,
        "continuation": 1,
        "accented": 4,
    }


def test_the_report_compares_candidates_and_shows_sentences():
    other = Tokenizer([*SPECIAL_TOKENS, "el", "soles", "día"])
    sentence = "El sol. el soles el sol sol el soles el sol el."
    facts, markdown = vocabulary_report(
        {"bpe": other, "wordpiece": TOKENIZER}, [f"corta\n{sentence}"], measured_on="train"
    )
    assert facts["chosen"] == "bpe"
    assert facts["size"] == 8
    assert facts["accented_examples"] == ["día"]
    assert facts["sentences"] == [{"text": sentence, "tokens": other.tokenize(sentence)}]
    assert list(facts["quality"]) == ["bpe", "wordpiece"]
    assert json.loads(json.dumps(facts)) == facts
    assert "# Vocabulary: 8 entries, bpe\n\nMeasured on the train documents." in markdown
    assert "| | bpe | wordpiece |\n|---|---:|---:|\n| words | 13 | 13 |" in markdown
    assert f"{sentence}\n[UNK] [UNK] [UNK] el soles" in markdown
