import re
from html import unescape

import pytest

from selectra_pipeline.serving import page_html
from selectra_pipeline.serving.detection import Detection
from selectra_pipeline.serving.entity_tagger import Span, TaggedText
from selectra_pipeline.serving.label_chooser import LabelledText
from selectra_pipeline.serving.page_texts import load_texts
from selectra_pipeline.serving.typed_text import InputProblem, TypedText, Word
from selectra_pipeline.serving.word_judge import JudgedText, JudgedWord

TEXTS = load_texts()
SPANISH, ENGLISH = TEXTS["es"], TEXTS["en"]


def shown(html: str) -> str:
    """What a reader without colours and layout gets."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def judged(**probabilities: float) -> JudgedText:
    """Words of one piece each."""
    text, words = "", []
    for name, probability in probabilities.items():
        word = Word(name, len(text), len(text) + len(name), [7])
        words.append(JudgedWord(word, [Detection(name, 0.0, probability)]))
        text += f"{name} "
    return JudgedText(TypedText(text.strip(), False, [w.word for w in words]), words)


def test_each_word_has_its_probability_in_numbers_and_suspected_ones_a_mark():
    html = page_html.replaced_words(judged(El=0.004, año=0.876, sólo=0.5), SPANISH)
    assert "Cree que han cambiado: año (87 %)." in shown(html)
    assert "El < 1 % año ▲ 87 % sólo 50 %" in shown(html)
    assert html.count('class="word suspected"') == 1
    assert 'class="word suspected" style="--probability: 0.876"' in html


def test_where_no_word_is_suspected_the_worst_is_named():
    html = page_html.replaced_words(judged(El=0.1, year=0.2), ENGLISH)
    assert "No word is above 50%. The most suspicious one: year (20%)." in shown(html)
    assert "▲" not in re.sub("<p class=.note.*", "", html)


def test_pieces_are_a_table_with_decimals():
    assert "Fragmento Probabilidad El 12,3 %" in shown(
        page_html.replaced_words(judged(El=0.1234), SPANISH)
    )
    assert "Piece Probability El 12.3%" in shown(
        page_html.replaced_words(judged(El=0.1234), ENGLISH)
    )


def test_a_word_that_was_put_in_is_named():
    html = page_html.replaced_words(judged(vaca=0.9), SPANISH, put_in="vaca")
    assert shown(html).startswith("Se ha metido en la frase: «vaca».")


@pytest.mark.parametrize("texts", TEXTS.values())
def test_what_was_typed_never_becomes_markup(texts):
    evil = "<script>alert('x')</script>"
    word = Word(evil, 0, len(evil), [7])
    typed = TypedText(evil, True, [word])
    piece = Detection(evil, 1.0, 0.9)
    for html in (
        page_html.replaced_words(JudgedText(typed, [JudgedWord(word, [piece])]), texts, evil),
        page_html.labels(LabelledText({evil: 1.0}, True, 0), texts),
        page_html.entities(TaggedText(typed, [Span("PER", 0, len(evil))]), ["PER"], texts),
        page_html.entities(TaggedText(typed, []), [evil], texts),
        page_html.problem(InputProblem("double_label", label=evil), texts),
    ):
        assert "<script" not in html
        assert evil in unescape(html)


def test_labels_are_ranked_with_a_bar_for_each():
    html = page_html.labels(LabelledText({"a": 0.25, "b": 0.75}, True, 0), SPANISH)
    assert shown(html) == (
        "La más probable: b (75 %). Etiqueta Probabilidad b 75 % a 25 % "
        "Las probabilidades suman el 100 %."
    )
    assert re.findall(r"width: ([\d.]+%)", html) == ["75.0%", "25.0%"]


def test_what_a_long_text_lost_is_told():
    html = page_html.labels(LabelledText({"a": 0.25}, False, 12), ENGLISH)
    assert "Each label is judged on its own." in shown(html)
    assert "about 12 words at its end were left out" in shown(html)


def test_entities_stand_in_the_text_with_their_type():
    typed = TypedText("Ana vive en La Paz.", False, [])
    spans = [Span("PER", 0, 3), Span("LOC", 12, 18)]
    html = page_html.entities(TaggedText(typed, spans), ["LOC", "PER"], ENGLISH)
    assert "Entities found: 2. Ana PER vive en La Paz LOC . Types it knows: LOC, PER." in shown(
        html
    )
    assert re.findall(r"colour\d", html) == ["colour1", "colour0"]


def test_a_text_without_entities_says_so():
    html = page_html.entities(TaggedText(TypedText("Nada", True, []), []), ["LOC"], SPANISH)
    assert shown(html).startswith("No ha encontrado ninguna entidad.")
    assert "El modelo lee el texto normalizado" in shown(html)


@pytest.mark.parametrize(
    ("share", "spanish", "english"),
    [(0.0, "0 %", "0%"), (0.0099, "< 1 %", "< 1%"), (0.999, "99 %", "99%"), (1.0, "100 %", "100%")],
)
def test_shares_are_cut_to_hundredths(share, spanish, english):
    assert page_html.percent(share, SPANISH).replace("\xa0", " ") == spanish
    assert page_html.percent(share, ENGLISH) == english


def test_problems_name_what_to_do():
    told = page_html.problem(InputProblem("too_long", pieces=130, limit=128), SPANISH)
    assert shown(told) == (
        "⚠ El texto tiene 130 fragmentos y el modelo lee 128 como mucho. Acórtalo."
    )
