from selectra_pipeline.config.task import METRICS
from selectra_pipeline.reporting.published import PUBLISHED_MODELS, PUBLISHED_TASKS, published_for


def test_every_model_has_a_score_for_every_task_from_0_to_1():
    for model in PUBLISHED_MODELS:
        assert model.scores.keys() == PUBLISHED_TASKS.keys()
        assert all(0.7 < score.mean < 1 for score in model.scores.values())


def test_the_rows_of_selectra_are_those_of_its_model_card():
    small, medium = PUBLISHED_MODELS[:2]
    assert (small.name, small.parameters) == ("SELECTRA small", 22_000_000)
    assert small.scores["conll2002_ner"] == (0.865, 0.004)
    assert small.scores["paws_x"] == (0.896, 0.002)
    assert small.scores["xnli"] == (0.784, 0.002)
    assert (medium.name, medium.parameters) == ("SELECTRA medium", 41_000_000)
    assert medium.scores["conll2002_ner"] == (0.873, 0.003)
    assert medium.scores["xnli"] == (0.804, 0.002)


def test_the_metrics_are_ours():
    ours = {metric for metrics in METRICS.values() for metric in metrics}
    assert {task.metric for task in PUBLISHED_TASKS.values()} <= ours


def test_published_scores_stand_beside_models_of_their_language_alone():
    assert published_for(("es", "ca")) == PUBLISHED_MODELS
    assert published_for(("de",)) == ()
