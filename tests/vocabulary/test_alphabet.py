from selectra_pipeline.vocabulary.alphabet import (
    Alphabet,
    accented_entries,
    choose_alphabet,
    has_diacritic,
)


def test_the_most_frequent_characters_are_kept_and_ties_go_to_the_lower_code_point():
    alphabet = choose_alphabet({"ab": 2, "c": 2, "d": 5}, limit=3)
    assert alphabet.characters == ("a", "b", "d")


def test_only_characters_seen_inside_a_word_get_a_continuation():
    alphabet = choose_alphabet({"sol": 1, "¿": 1}, limit=10)
    assert alphabet.entries[5:] == ["l", "o", "s", "¿", "##l", "##o"]


def test_words_with_rare_characters_or_over_a_hundred_of_them_are_not_spelled():
    alphabet = Alphabet(("a", "b"), ("a", "b"))
    assert alphabet.spells("abba")
    assert not alphabet.spells("abc")
    assert alphabet.spells("a" * 100)
    assert not alphabet.spells("a" * 101)


def test_tilde_of_enye_and_diaeresis_are_diacritics_and_continuation_marks_are_not():
    assert all(map(has_diacritic, ["camión", "##ñ", "Ü", "e\u0301"]))
    assert not any(map(has_diacritic, ["camion", "##n", "[MASK]", "¿", "ø"]))


def test_accented_entries_are_marked_in_id_order():
    assert accented_entries(["[PAD]", "año", "ano", "##ón"]).tolist() == [False, True, False, True]
