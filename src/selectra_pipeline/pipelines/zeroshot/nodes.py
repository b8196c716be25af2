"""Nodes of the zeroshot stage."""

from typing import Any

import pandas as pd

from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.config.zero_shot import ZeroShotConfig
from selectra_pipeline.pipelines.metrics import MlflowMetrics, final_metrics


def classify_texts(
    params: dict[str, Any], vocabulary: dict[str, Any], directories: dict[str, str]
) -> tuple[pd.DataFrame, str, MlflowMetrics]:
    """Classify texts by labels that no training saw; print the report; score what is labelled."""
    # These import TensorFlow: slow.
    from selectra_pipeline.downstream.best_model import finished_model
    from selectra_pipeline.downstream.tasks.classification import Classification
    from selectra_pipeline.downstream.zero_shot import ZeroShotClassifier
    from selectra_pipeline.downstream.zero_shot_texts import read_texts
    from selectra_pipeline.interchange.model_folder import read_model
    from selectra_pipeline.reporting.zero_shot_report import predictions_frame, zero_shot_report

    config = ZeroShotConfig.from_params(params, "zeroshot")
    texts = read_texts(config)
    source = config.model or finished_model(directories["finetuned"], config.task)
    stripping = VocabularyConfig.from_params(vocabulary, "vocabulary")
    model = read_model(source, Classification.hugging_face_class, stripping)
    judgements = ZeroShotClassifier(model, config).judge(texts)
    report = zero_shot_report(judgements, model.source, config.template)
    print(report)
    scores = judgements.scores()
    metrics = {} if scores is None else scores.metrics
    return (
        predictions_frame(judgements),
        report,
        final_metrics({f"zeroshot/{name}": value for name, value in metrics.items()}),
    )
