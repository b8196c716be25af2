from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS, VocabularyConfig
from selectra_pipeline.vocabulary.alphabet import choose_alphabet
from selectra_pipeline.vocabulary.bpe import learn_bpe


def learn(words: dict[str, int], **options: int) -> list[str]:
    config = VocabularyConfig(algorithm="bpe", alphabet_limit=20, **options)
    return learn_bpe(words, choose_alphabet(words, 20), config)


def test_pieces_that_begin_a_word_are_bare_and_others_are_continuations():
    entries = learn({"sol": 9, "girasol": 5, "parasol": 5, "¿": 3}, min_frequency=2)
    assert entries[:5] == list(SPECIAL_TOKENS)
    assert {"sol", "##sol", "girasol"} <= set(entries)
    assert not any("▁" in entry for entry in entries)


def test_entries_are_unique_and_characters_are_in_the_forms_in_which_they_occur():
    entries = learn({"sol": 9, "¿": 9}, min_frequency=1)
    assert len(set(entries)) == len(entries)
    single = {entry for entry in entries if len(entry.removeprefix("##")) == 1}
    assert single == {"s", "o", "l", "¿", "##o", "##l"}


def test_words_rarer_than_the_minimum_frequency_teach_nothing():
    entries = learn({"sol": 3, "mar": 2}, min_frequency=3)
    assert "sol" in entries
    assert not {"mar", "ma", "##ar"} & set(entries)


def test_counts_matter():
    often_mar = learn({"sola": 2, "mara": 900}, min_frequency=1)
    often_sol = learn({"sola": 900, "mara": 2}, min_frequency=1)
    assert often_mar.index("mara") < often_mar.index("sola")
    assert often_sol.index("sola") < often_sol.index("mara")


def test_words_with_characters_that_sentencepiece_reserves_are_left_out():
    assert "a▁b" not in learn({"a▁b": 9, "sol": 9}, min_frequency=1)


def test_without_frequent_words_the_alphabet_is_all():
    assert learn({"sol": 1}, min_frequency=2)[5:] == ["l", "o", "s", "##l", "##o"]
