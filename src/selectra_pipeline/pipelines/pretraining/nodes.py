"""Nodes of the pre-training stage."""

from functools import partial
from typing import Any

from matplotlib.figure import Figure

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.tracking import MlflowTracker
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


def plan_pretraining(
    records: Manifest, vocabulary: Manifest, params: dict[str, Any]
) -> tuple[PretrainingConfig, str, Figure]:
    """The configuration to train by, checked against the records; what it means, and its curve."""
    from selectra_pipeline.pretraining.plan_report import plan_report, planned_learning_rates
    from selectra_pipeline.pretraining.run_definition import check_fit  # imports TensorFlow: slow
    from selectra_pipeline.reporting.plots import learning_rate_plan

    config = PretrainingConfig.from_params(params, "pretraining")
    tokenizer = Tokenizer.load(vocabulary.directory)
    check_fit(config, records, tokenizer)
    curve = learning_rate_plan(*planned_learning_rates(config), config.schedule.restarts)
    return config, plan_report(config, records, tokenizer.size), curve


def pretrain_electra(
    plan: PretrainingConfig, records: Manifest, vocabulary: Manifest, directories: dict[str, str]
) -> Manifest:
    """Train generator and discriminator on the records."""
    # These import TensorFlow: slow.
    from selectra_pipeline.downstream.probe import NerProbe
    from selectra_pipeline.interchange.importing import load_initial_weights
    from selectra_pipeline.pretraining.loop import pretrain
    from selectra_pipeline.pretraining.strategy import create_strategy

    strategy = create_strategy(plan)  # before anything else uses TensorFlow
    tokenizer = Tokenizer.load(vocabulary.directory)
    with MlflowTracker() as tracker:
        return pretrain(
            plan,
            records,
            tokenizer,
            directories["pretraining"],
            tracker,
            strategy,
            load_initial_weights(plan, tokenizer),
            partial(NerProbe, plan.probe, tokenizer) if plan.probe.is_on else None,
        )


def report_pretraining(
    pretraining: Manifest, plan: PretrainingConfig, records: Manifest
) -> tuple[str, str, Figure]:
    """Held-out metrics and the accent audit as Markdown, and the curves of the run."""
    from selectra_pipeline.interchange.importing import load_weights
    from selectra_pipeline.model.trained import load_tokenizer
    from selectra_pipeline.pretraining.history import HISTORY_FILE, read_history
    from selectra_pipeline.pretraining.report import accent_report, pretraining_report
    from selectra_pipeline.reporting.plots import training_curves

    source = plan.initial_weights
    initial_weights = load_weights(source, plan.fresh_encoder) if source else None
    return (
        pretraining_report(pretraining),
        accent_report(pretraining, records, initial_weights),
        training_curves(
            read_history(pretraining.directory / HISTORY_FILE),
            batch_size=pretraining.facts["config"]["batch_size"],
            vocab_size=load_tokenizer(pretraining).size,
            objective=plan.objective,
        ),
    )
