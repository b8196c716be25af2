"""Templates are inflected, and marked phrases become written sentences with spans."""

import re
from random import Random

import pytest

from selectra_pipeline.corpus.embedded import lexicon
from selectra_pipeline.corpus.embedded.grammar import tables
from selectra_pipeline.corpus.embedded.phrasing import Actor, Phrasing, split_exchange
from selectra_pipeline.corpus.embedded.surface import compose, mark, write

ANA = Actor("Ana", "f", 2)
NOUN_CLASSES = [n.removeprefix("noun.") for n in tables() if n.startswith("noun.")]


def say(template, **arguments):
    return Phrasing(Random(0)).say(template, **arguments)


def test_verbs_and_endings_agree_with_the_subject():
    template = "{s} @estar.imperfect cansad~o y @sentarse"
    assert say(template, subject=ANA) == "Ana estaba cansada y se sentó"
    assert say(template, subject=Actor("nosotros", "m", 3)) == (
        "nosotros estábamos cansados y nos sentamos"
    )


def test_a_bound_noun_is_referred_to_by_its_pronoun():
    text = say("@comprar <un:ropa=x> y @guardar+x; sin @guardar+x.infinitive", subject=ANA)
    feminine_noun = text.startswith("compró una ")
    pronoun = "la" if feminine_noun else "lo"
    assert f"y {pronoun} guardó; sin guardar{pronoun}" in text


def test_another_slot_can_be_the_subject():
    text = say("quería que {t} @venir.past_subjunctive/t", subject=ANA, t=Actor("tú", "m", 1))
    assert text == "quería que tú vinieras"


def test_alternatives_nest_and_unbalanced_brackets_are_refused():
    assert say("[a[b]]") == "ab"
    with pytest.raises(ValueError, match="add its"):
        say("[a|b")


def test_an_exchange_is_cut_outside_brackets():
    assert split_exchange("¿[a|b]?|[c|d]") == ("¿[a|b]?", "[c|d]")
    with pytest.raises(ValueError, match="add it"):
        split_exchange("¿[a|b]?")


def test_rules_name_only_classes_and_rules_that_exist():
    for name, lines in tables().items():
        if name.startswith(("noun.", "adjective.")):
            continue
        for template in lines:
            for noun_class in re.findall(r"<\w+:(\w+)", template):
                assert lexicon.nouns(noun_class), template
            assert set(re.findall(r"\$([a-zñ_]+)", template)) <= set(tables()), template


def test_every_class_of_nouns_yields_readable_phrases():
    phrasing = Phrasing(Random(1))
    for name in NOUN_CLASSES:
        for determiner in ("el", "un", "los", "bare"):
            text = phrasing.noun_phrase(determiner, name).text
            assert re.fullmatch(r"[a-záéíóúüñ ]+", text), text


def test_writing_contracts_but_not_before_proper_names():
    assert write("salió de el bar a el mar").text == "Salió del bar al mar"
    city = mark("loc:001", "El Robledal")
    assert write(f"viene de {city}").text == "Viene de El Robledal"
    museum = mark("org:001", "Museo")
    assert write(f"viene de el {museum}").text == "Viene del Museo"


def test_writing_keeps_conjunctions_euphonic_across_marks():
    ines = mark("per:001", "Inés")
    assert write(f"Ana y {ines}").text == "Ana e Inés"
    assert write("plata o oro").text == "Plata u oro"
    assert write("nieve y hielo").text == "Nieve y hielo"


def test_writing_capitalises_after_stops_but_not_after_abbreviations():
    assert write("¿por qué? no lo sabía.").text == "¿Por qué? No lo sabía."
    assert write("véase la pág. cuatro.").text == "Véase la pág. cuatro."


def test_marks_become_spans_and_move_with_the_document():
    sentence = write(f"{mark('per:001', 'Ana')} vive en {mark('loc:002', 'Ávila')}.")
    assert sentence.text == "Ana vive en Ávila."
    assert [(s.label, sentence.text[s.start : s.end]) for s in sentence.entities] == [
        ("PER", "Ana"),
        ("LOC", "Ávila"),
    ]
    annotated = compose("x", "prueba", [[write("Hola.")], [sentence, sentence]])
    text = annotated.document.text
    assert text == "Hola.\nAna vive en Ávila. Ana vive en Ávila."
    assert [text[s.start : s.end] for s in annotated.entities] == ["Ana", "Ávila"] * 2
