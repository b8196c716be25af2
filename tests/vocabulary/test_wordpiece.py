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
