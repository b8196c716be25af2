import numpy as np
import pytest

from finetuned_models import random_model
from selectra_pipeline.config.zero_shot import ZeroShotConfig
from selectra_pipeline.downstream.entailment import EntailmentModel
from selectra_pipeline.downstream.zero_shot import ZeroShotClassifier
from selectra_pipeline.downstream.zero_shot_texts import LabelledTexts
from selectra_pipeline.serving.label_chooser import MOST_LABELS, LabelChooser
from selectra_pipeline.serving.typed_text import InputProblem

MODEL = random_model(("contradiction", "neutral", "entailment"))


@pytest.fixture(scope="module")
def chooser():
    return LabelChooser(EntailmentModel(MODEL, batch_size=2))


@pytest.mark.parametrize("several", [False, True])
def test_labels_are_as_likely_as_the_zeroshot_stage_says(chooser, several):
    config = ZeroShotConfig(labels=("w5", "w6 w7", "w8"), template="w4 {}", several=several)
    expected = ZeroShotClassifier(MODEL, config).judge(LabelledTexts(["w1 w2"], None))
    found = chooser.choose(" w1 w2 ", "w5, w6 w7;\nw8,", " w4 {}", several)
    assert list(found.probabilities) == ["w5", "w6 w7", "w8"]
    np.testing.assert_allclose(
        list(found.probabilities.values()), expected.probabilities[0], rtol=1e-5
    )
    assert found.adds_up is not several


def test_where_several_may_be_right_one_label_is_enough(chooser):
    assert list(chooser.choose("w1", "w2", "{}", several=True).probabilities) == ["w2"]


def test_words_that_the_model_does_not_read_are_counted(chooser):
    def lost(words):
        return chooser.choose(" ".join(["w1"] * words), "w2, w3", "{}").words_lost

    room = 32 - 4  # [CLS] text [SEP] label [SEP]
    assert [lost(words) for words in (room, room + 1, room + 12)] == [0, 1, 12]


@pytest.mark.parametrize(
    ("typed", "name", "values"),
    [
        ((" ", "w2, w3", "{}"), "blank", {}),
        (("w1", "w2", "{}"), "few_labels", {"fewest": 2}),
        (("w1", " , ;", "{}", True), "few_labels", {"fewest": 1}),
        (
            ("w1", ",".join(map(str, range(MOST_LABELS + 1))), "{}"),
            "many_labels",
            {"most": MOST_LABELS},
        ),
        (("w1", "w2, w3; w2", "{}"), "double_label", {"label": "w2"}),
        (("w1", "w2, w3", "w4"), "slot", {"slot": "{}"}),
        (("w1", "w2, w3", "{} {}"), "slot", {"slot": "{}"}),
        (
            ("w1", "w2, w3", "w4 " * 14 + "{}"),
            "long_hypothesis",
            {"text": "w4 " * 14 + "w2", "pieces": 15, "limit": 14},
        ),
    ],
)
def test_what_cannot_be_judged_is_a_problem(chooser, typed, name, values):
    with pytest.raises(InputProblem) as raised:
        chooser.choose(*typed)
    assert (raised.value.name, raised.value.values) == (name, values)
