import numpy as np
import pytest

from selectra_pipeline.config.comparison import ComparisonConfig
from selectra_pipeline.downstream.tasks.texts import TextRow
from selectra_pipeline.downstream.tasks.words import TaggedSentence
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.reporting.comparison_report import (
    comparison_frame,
    comparison_report,
    disagreements_frame,
)
from selectra_pipeline.serving.comparison import ComparedModel, Comparison
from selectra_pipeline.serving.judgements import Opinion, Unit

CONFIG = ComparisonConfig(resamples=50, task="genres")
TEXTS = ["Era un día | claro", "<b>Receta</b> de *pan*", "Hoy llueve"]
TRUTHS = ["cuento", "receta", "tiempo"]


def model(name: str, predicted: list[str], confidence: list[float], truths=TRUTHS) -> ComparedModel:
    right = np.array([p == t for p, t in zip(predicted, truths, strict=True)])
    opinion = Opinion(
        predicted,
        np.array(confidence),
        {"accuracy": float(right.mean()), "macro_f1": 0.5},
        lambda weights: float((weights * right).sum() / weights.sum()),
    )
    return ComparedModel(
        name, f"models/{name}", 1_234_567, 5_000_000, Truncation(3, cut=1), opinion, (90, 250, 110)
    )


@pytest.fixture
def comparison() -> Comparison:
    rows = [TextRow(text, None, truth) for text, truth in zip(TEXTS, TRUTHS, strict=True)]
    units = [Unit(number, None, truth) for number, truth in enumerate(TRUTHS)]
    models = [
        model("small", ["cuento", "receta", "tiempo"], [0.6, 0.7, 0.9]),
        model("large_one", ["tiempo", "cuento", "tiempo"], [0.7, 0.9, 0.8]),
    ]
    return Comparison("classifier", rows, units, models, 128)


def test_models_stand_side_by_side(comparison):
    lines = comparison_report(comparison, CONFIG).splitlines()
    for line in (
        "| model | accuracy | macro_f1 | parameters | bytes | examples/s |",
        "| small | 1.0000 | 0.5000 | 1,234,567 | 5,000,000 | 110 |",
        r"| large\_one | 0.3333 | 0.5000 | 1,234,567 | 5,000,000 | 110 |",
        "- small: `models/small`; 1 rows cut",
    ):
        assert line in lines
    assert "3 rows of the test split of genres, 3 texts, up to 128 word pieces" in lines[2]


def test_differences_have_an_interval_and_a_p_value(comparison):
    report = comparison_report(comparison, CONFIG)
    (line,) = (line for line in report.splitlines() if line.startswith(r"| small - large\_one"))
    cells = line.strip("| ").split(" | ")
    assert cells[1] == "+0.6667"
    low, high = map(float, cells[2].split(" to "))
    assert 0 <= low <= 0.6667 <= high <= 1
    assert 0 < float(cells[3]) <= 1


def test_disagreements_come_with_the_most_confident_first_and_escaped(comparison):
    report = comparison_report(comparison, CONFIG)
    tail = report[report.index("## Disagreements") :].splitlines()
    assert (
        "On 2 of 3 texts (66.67%) the models do not agree. small is right on 2 of them" in tail[2]
    )
    assert tail[-2:] == [
        r"| \<b\>Receta\</b\> de \*pan\* | receta | receta (0.70) | cuento (0.90) |",
        r"| Era un día \| claro | cuento | cuento (0.60) | tiempo (0.70) |",
    ]


def test_only_so_many_are_shown_and_all_are_in_the_file(comparison):
    report = comparison_report(comparison, ComparisonConfig(resamples=5, shown=1))
    assert "Receta" in report
    assert "Era un día" not in report
    assert "All of them are in comparison_disagreements.csv." in report
    frame = disagreements_frame(comparison)
    assert frame["text"].tolist() == [TEXTS[1], TEXTS[0]]
    assert frame["large_one"].tolist() == ["cuento", "tiempo"]
    assert frame["large_one confidence"].tolist() == [0.9, 0.7]
    assert frame["word"].isna().all()


def test_models_that_agree_have_no_disagreements(comparison):
    same = comparison._replace(models=[comparison.models[0], comparison.models[0]])
    report = comparison_report(same, CONFIG)
    assert "None: the models say the same of all 3 texts." in report
    assert disagreements_frame(same).empty


def test_a_row_of_numbers_for_each_model(comparison):
    frame = comparison_frame(comparison)
    assert frame["model"].tolist() == ["small", "large_one"]
    assert frame["accuracy"].tolist() == [1.0, pytest.approx(1 / 3)]
    assert frame["examples_per_second"].tolist() == [110, 110]


def test_a_word_stands_in_bold_among_its_neighbours():
    words = tuple(f"w{number}" for number in range(20))
    rows = [TaggedSentence(words, ("O",) * 20)]
    units = [Unit(0, position, "O") for position in (0, 10, 19)]
    truths = ["O"] * 3
    models = [
        model("one", ["O", "O", "O"], [0.9, 0.8, 0.7], truths),
        model("two", ["B-LOC"] * 3, [0.9, 0.8, 0.7], truths),
    ]
    comparison = Comparison("tagger", rows, units, models, 128)
    report = comparison_report(comparison, CONFIG)
    shown = [line.split(" | ")[0] for line in report.splitlines()[-3:]]
    assert shown == [
        "| **w0** w1 w2 w3 w4 w5 w6 …",
        "| … w4 w5 w6 w7 w8 w9 **w10** w11 w12 w13 w14 w15 w16 …",
        "| … w13 w14 w15 w16 w17 w18 **w19**",
    ]
    frame = disagreements_frame(comparison)
    assert frame["word"].tolist() == [0, 10, 19]
    assert frame["text"].tolist() == ["w0", "w10", "w19"]
