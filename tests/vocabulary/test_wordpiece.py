import logging

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS, VocabularyConfig
from selectra_pipeline.vocabulary import wordpiece
from selectra_pipeline.vocabulary.alphabet import choose_alphabet
from selectra_pipeline.vocabulary.wordpiece import learn_wordpiece


def learn(words: dict[str, int], **options: int) -> list[str]:
    config = VocabularyConfig(alphabet_limit=20, **options)
    return learn_wordpiece(words, choose_alphabet(words, 20), config)


def test_special_tokens_come_first_then_characters_then_merged_pieces():
    entries = learn({"sol": 3}, min_frequency=2)
    assert entries == [*SPECIAL_TOKENS, "l", "o", "s", "##l", "##o", "##ol", "sol"]


def test_pairs_rarer_than_the_minimum_frequency_are_not_merged():
    words = {"sol": 3, "mar": 2}
    assert "mar" in learn(words, min_frequency=2)
    rarer = learn(words, min_frequency=3)
    assert "sol" in rarer
    assert "mar" not in rarer


def test_counts_beyond_one_string_are_spelled_out_in_full(monkeypatch):
    monkeypatch.setattr(wordpiece, "REPETITIONS", 10)
    spelled = " ".join(wordpiece._spell_counts({"sol": 23, "mar": 10})).split()
    assert (spelled.count("sol"), spelled.count("mar"), len(spelled)) == (23, 10, 33)


def test_counts_that_the_trainer_cannot_add_up_are_divided(monkeypatch, caplog):
    words = {"sol": 400, "mar": 200, "solar": 100, "la": 90, "si": 1}
    entries = learn(words, min_frequency=100)
    assert {"sol", "mar", "solar"} <= set(entries)
    assert "la" not in entries
    monkeypatch.setattr(wordpiece, "LARGEST_COUNT", 50)  # "so" occurs 500 times
    given = []
    spell = wordpiece._spell_counts

    def recorded(counted):
        given.append(counted)
        return spell(counted)

    monkeypatch.setattr(wordpiece, "_spell_counts", recorded)
    with caplog.at_level(logging.INFO):
        assert learn(words, min_frequency=100) == entries
    assert given == [{"sol": 40, "mar": 20, "solar": 10, "la": 9}]
    assert "counts of words are divided by 10" in caplog.text
    assert "(1 of 5 words)" in caplog.text


def test_counts_are_divided_by_more_where_rounding_up_makes_too_many(monkeypatch):
    monkeypatch.setattr(wordpiece, "LARGEST_COUNT", 10)
    words = {f"sol{ending}": 3 for ending in "aeiouy"}  # 18 in all: halved and rounded up 12
    assert wordpiece._countable(words) == (dict.fromkeys(words, 1), 3)


def test_a_pair_inside_a_word_is_another_than_the_same_at_its_beginning(monkeypatch):
    monkeypatch.setattr(wordpiece, "LARGEST_COUNT", 10)
    assert wordpiece._largest_pair({"sol": 3, "oso": 5}) == 5
