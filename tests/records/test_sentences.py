from selectra_pipeline.records.sentences import split_sentences


def test_a_sentence_ends_where_punctuation_is_followed_by_a_capital():
    assert split_sentences("El camión cruzó la frontera. Nadie lo vio.") == [
        "El camión cruzó la frontera.",
        "Nadie lo vio.",
    ]


def test_spanish_openers_quotes_dashes_and_digits_begin_a_sentence():
    line = "Calló. ¿Quién era? ¡Él! «Nadie», dijo… —Vale. 1936 fue así. Ávila ardió."
    assert split_sentences(line) == [
        "Calló.",
        "¿Quién era?",
        "¡Él!",
        "«Nadie», dijo…",
        "—Vale.",
        "1936 fue así.",
        "Ávila ardió.",
    ]


def test_closing_quotes_stay_with_their_sentence():
    assert split_sentences("«No.» Y se fue (tarde.) Luego volvió.") == [
        "«No.»",
        "Y se fue (tarde.)",
        "Luego volvió.",
    ]


def test_no_boundary_before_a_lowercase_word_or_without_white_space():
    line = "Hubo 3.500 casos, etc. y nada más en www.Ejemplo.es ayer"
    assert split_sentences(line) == [line]


def test_a_line_without_text_has_no_sentences():
    assert split_sentences("") == []
    assert split_sentences("  \t ") == []


def test_no_word_is_lost():
    line = '  Uno. Dos!  ¿Tres?  "Cuatro." ... 5. (Seis) – Siete… ... Ocho.  . A . B '
    assert " ".join(split_sentences(line)).split() == line.split()
