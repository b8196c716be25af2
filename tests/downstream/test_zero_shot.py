import numpy as np
import pytest

from finetuned_models import random_model
from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.zero_shot import ZeroShotConfig
from selectra_pipeline.downstream.zero_shot import ZeroShotClassifier
from selectra_pipeline.downstream.zero_shot_texts import LabelledTexts

TEXTS = ["w1 w2 w3", "w4", "w5 w6 w7 w8 w9 w10", "w11 w12"]
LABELS = ("w13", "w14", "w15 w16")
NLI = ("contradiction", "neutral", "entailment")


def judge(texts=TEXTS, labels=None, model=None, **changes):
    config = ZeroShotConfig(labels=LABELS, template="w17 {}", **changes)
    classifier = ZeroShotClassifier(model or random_model(NLI), config)
    return classifier.judge(LabelledTexts(texts, labels))


def test_the_labels_of_a_text_share_its_probability():
    judgements = judge()
    assert judgements.probabilities.shape == (4, 3)
    np.testing.assert_allclose(judgements.probabilities.sum(axis=-1), 1.0, rtol=1e-6)
    assert judgements.best == [LABELS[row.argmax()] for row in judgements.probabilities]


def test_where_several_may_be_right_each_is_judged_alone():
    together, alone = (
        judge(several=True),
        [
            ZeroShotClassifier(
                random_model(NLI), ZeroShotConfig(labels=(label,), template="w17 {}", several=True)
            ).judge(LabelledTexts(TEXTS, None))
            for label in LABELS
        ],
    )
    single = np.concatenate([judgements.probabilities for judgements in alone], axis=-1)
    np.testing.assert_allclose(together.probabilities, single, rtol=1e-5)


def test_the_order_of_the_texts_and_the_batches_do_not_matter():
    turned = judge(TEXTS[::-1], batch_size=2)
    np.testing.assert_allclose(turned.probabilities[::-1], judge().probabilities, rtol=1e-5)


def test_the_order_of_the_classes_does_not_matter_but_their_names():
    np.testing.assert_allclose(
        judge(model=random_model(("CONTRADICTION", "Neutral", "Entailment"))).probabilities,
        judge().probabilities,
    )
    swapped = judge(model=random_model(("entailment", "neutral", "contradiction")))
    assert not np.allclose(swapped.probabilities, judge().probabilities)


def test_texts_whose_labels_are_known_are_scored():
    best = judge().best
    assert judge(labels=best).scores().metrics["accuracy"] == 1.0
    assert judge().scores() is None


def test_a_model_that_knows_no_entailment_is_refused():
    with pytest.raises(ConfigError, match=r"has no class 'entailment' \(bad, good\); name a model"):
        judge(model=random_model(("bad", "good")))


def test_a_hypothesis_that_would_be_cut_is_refused():
    with pytest.raises(ConfigError, match=r"has 2 word pieces, more than half of max_length=5"):
        judge(max_length=5)
