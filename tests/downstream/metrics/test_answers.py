import pytest

from selectra_pipeline.config.task import AnswersConfig
from selectra_pipeline.downstream.metrics.answers import answer_f1, exact_match, normalize_answer

SPANISH = AnswersConfig().articles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("El  Río\nEbro.", "río ebro"),
        ("«La Plata», ¡sí!", "plata sí"),
        ("él lo vio", "él lo vio"),  # "él" is no article, nor is "lo"
        ("unas 3.000 $", "3000"),
        ("la", ""),
    ],
)
def test_case_articles_punctuation_and_spacing_are_passed_over(text, expected):
    assert normalize_answer(text, SPANISH) == expected


def test_articles_are_those_of_the_language():
    assert normalize_answer("The River el", ("a", "an", "the")) == "river el"


def test_the_best_of_several_true_answers_counts():
    truths = ["el río Ebro", "Ebro", "un río de España"]
    assert exact_match("Ebro.", truths, SPANISH) == 1.0
    assert exact_match("río", truths, SPANISH) == 0.0
    assert answer_f1("río Duero", truths, SPANISH) == pytest.approx(0.5)  # 1 of 2 and 1 of 2
    assert answer_f1("río río", ["río"], SPANISH) == pytest.approx(2 / 3)  # a word counts once


def test_without_a_true_answer_silence_is_right():
    assert exact_match("", [], SPANISH) == answer_f1("", [], SPANISH) == 1.0
    assert exact_match("Ebro", [], SPANISH) == answer_f1("Ebro", [], SPANISH) == 0.0
    assert answer_f1("", ["Ebro"], SPANISH) == 0.0
