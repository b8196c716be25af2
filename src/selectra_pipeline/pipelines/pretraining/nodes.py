"""Nodes of the pre-training stage."""

from functools import partial
from typing import Any

from matplotlib.figure import Figure

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.tracking import MlflowTracker
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


def pretrain_electra(
    records: Manifest, vocabulary: Manifest, params: dict[str, Any], directories: dict[str, str]
) -> Manifest:
    """Train generator and discriminator on the records."""
    from selectra_pipeline.downstream.probe import NerProbe  # imports TensorFlow: slow
    from selectra_pipeline.pretraining.loop import pretrain

    config = PretrainingConfig.from_params(params, "pretraining")
    tokenizer = Tokenizer.load(vocabulary.directory)
    return pretrain(
        config,
        records,
        tokenizer,
        directories["pretraining"],
        MlflowTracker(),
        partial(NerProbe, config.probe, tokenizer) if config.probe.is_on else None,
    )


def report_pretraining(pretraining: Manifest, records: Manifest) -> tuple[str, str, Figure]:
    """Held-out metrics and the accent audit as Markdown, and the curves of the run."""
    from selectra_pipeline.pretraining.history import HISTORY_FILE, read_history
    from selectra_pipeline.pretraining.report import accent_report, pretraining_report
    from selectra_pipeline.reporting.plots import training_curves

    return (
        pretraining_report(pretraining),
        accent_report(pretraining, records),
        training_curves(read_history(pretraining.directory / HISTORY_FILE)),
    )
