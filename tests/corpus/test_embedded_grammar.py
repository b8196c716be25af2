"""Known forms of Spanish verbs, nouns, adjectives and numerals."""

import pytest

from selectra_pipeline.corpus.embedded.agreement import (
    Noun,
    agree,
    before_noun,
    determiner,
    feminine,
    pluralise,
)
from selectra_pipeline.corpus.embedded.conjugation import attach, conjugate
from selectra_pipeline.corpus.embedded.numerals import (
    hour_in_words,
    in_figures,
    in_words,
    roman,
)

KNOWN_FORMS = """
    tener preterite 2 tuvo|hacer preterite 2 hizo|hacer participle 2 hecho
    ir imperfect 3 íbamos|ser subjunctive 5 sean|dormir preterite 5 durmieron
    dormir gerund 2 durmiendo|pedir present 0 pido|pedir subjunctive 3 pidamos
    leer preterite 2 leyó|leer preterite 1 leíste|caer participle 2 caído
    buscar preterite 0 busqué|averiguar preterite 0 averigüé|averiguar subjunctive 2 averigüe
    empezar preterite 0 empecé|empezar present 2 empieza|coger subjunctive 2 coja
    seguir present 0 sigo|conocer present 0 conozco|vencer present 0 venzo
    cocer present 0 cuezo|conducir preterite 5 condujeron|construir present 5 construyen
    oír present 1 oyes|oír future 2 oirá|reír preterite 2 rio|sonreír preterite 2 sonrió
    decir past_subjunctive 2 dijera|cantar past_subjunctive 3 cantáramos
    querer conditional 3 querríamos|salir future 4 saldréis|enviar present 2 envía
    prohibir present 5 prohíben|jugar present 2 juega|morir perfect 2 ha muerto
    abrir pluperfect 5 habían abierto|poner imperative 1 pon|mantener imperative 1 mantén
    deshacer imperative 1 deshaz|irse preterite 0 me fui|poder gerund 2 pudiendo
    levantarse gerund 0 levantándome|sentarse imperative 3 sentémonos|gruñir preterite 2 gruñó
    dar preterite 2 dio|ver imperfect 2 veía|haber subjunctive 2 haya|estar preterite 0 estuve
""".replace("\n", "|")


@pytest.mark.parametrize("known", [line.strip() for line in KNOWN_FORMS.split("|") if line.strip()])
def test_conjugates_as_the_academy_does(known):
    verb, tense, person, form = known.split(" ", 3)
    assert conjugate(verb, tense, int(person)) == form


def test_an_unknown_tense_names_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown tense 'past'.*preterite"):
        conjugate("cantar", "past")


def test_what_is_no_infinitive_is_refused():
    with pytest.raises(ValueError, match="not an infinitive"):
        conjugate("camión", "present")


@pytest.mark.parametrize(
    ("form", "clitic", "joined"),
    [("corte", "lo", "córtelo"), ("pon", "lo", "ponlo"), ("dé", "le", "dele"),
     ("cortando", "los", "cortándolos"), ("comprar", "la", "comprarla"),
     ("cueza", "las", "cuézalas")],
)  # fmt: skip
def test_an_enclitic_moves_the_written_accent(form, clitic, joined):
    assert attach(form, clitic) == joined


@pytest.mark.parametrize(
    ("singular", "plural"),
    [("camión", "camiones"), ("examen", "exámenes"), ("lunes", "lunes"), ("luz", "luces"),
     ("país", "países"), ("rey", "reyes"), ("rubí", "rubíes"), ("joven", "jóvenes"),
     ("carácter", "caracteres"), ("carril bici", "carriles bici")],
)  # fmt: skip
def test_plurals_keep_the_stress(singular, plural):
    assert pluralise(singular) == plural


def test_adjectives_agree_in_gender_and_number():
    assert agree("rojo", "f", True) == "rojas"
    assert agree("trabajador", "f") == "trabajadora"
    assert agree("inglés", "f") == "inglesa"
    assert agree("mejor", "f") == "mejor"
    assert agree("burlón", "f", True) == "burlonas"
    assert agree("de madera", "f", True) == "de madera"


def test_feminine_nouns_with_stressed_a_take_el_only_when_adjacent_and_singular():
    water = Noun.parse("el agua/f")
    assert water == Noun("agua", "f")
    assert determiner("el", "f", False, "agua") == "el"
    assert determiner("el", "f", True, "aguas") == "las"
    assert determiner("el", "f", False, "misma agua") == "la"


def test_a_noun_entry_needs_its_article():
    with pytest.raises(ValueError, match="write it like 'la mesa'"):
        Noun.parse("mesa")


def test_adjectives_are_shortened_before_the_noun():
    assert before_noun("grande", "f", False) == "gran"
    assert before_noun("bueno", "m", False) == "buen"
    assert before_noun("bueno", "f", False) == "buena"
    assert before_noun("malo", "m", True) == "malos"


def test_professions_have_their_feminine():
    pairs = {"alcalde": "alcaldesa", "actor": "actriz", "pintor": "pintora", "poeta": "poeta"}
    assert {masculine: feminine(masculine) for masculine in pairs} == pairs


def test_numbers_in_words_and_figures():
    assert in_words(1931) == "mil novecientos treinta y uno"
    assert in_words(21, "m", before_noun=True) == "veintiún"
    assert in_words(231, "f") == "doscientas treinta y una"
    assert in_words(21_000) == "veintiún mil"
    assert (in_figures(9999), in_figures(10_000)) == ("9999", "10 000")
    assert roman(1949) == "MCMXLIX"
    with pytest.raises(ValueError, match="has no name here"):
        in_words(1_000_000)


def test_hours_in_words():
    assert hour_in_words(17, 30) == "las cinco y media de la tarde"
    assert hour_in_words(12, 45) == "la una menos cuarto de la tarde"
    assert hour_in_words(12, 0) == "las doce del mediodía"
