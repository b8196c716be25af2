"""The pre-training run: resume, train, evaluate, save, and stop gracefully."""

import dataclasses
import logging
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import tensorflow as tf

from selectra_pipeline.config.base import ConfigError, UserError, fingerprint
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.trained import TOKENIZER_DIRECTORY
from selectra_pipeline.pretraining.checkpoint import CHECKPOINTS, Checkpoints, claim_directory
from selectra_pipeline.pretraining.evaluation import HeldoutEvaluation
from selectra_pipeline.pretraining.history import HISTORY_FILE, History
from selectra_pipeline.pretraining.interruption import (
    StopRequest,
    TrainingInterrupted,
    graceful_stop,
)
from selectra_pipeline.pretraining.masking import SpecialIds
from selectra_pipeline.pretraining.metrics_window import MetricsWindow
from selectra_pipeline.pretraining.probe import Probe
from selectra_pipeline.pretraining.progress import Progress
from selectra_pipeline.pretraining.step import PretrainingStep, StepMetrics
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.pretraining.tracker import Tracker
from selectra_pipeline.records.reader import (
    Batch,
    heldout_batches,
    record_errors,
    steps_per_epoch,
    training_batches,
)
from selectra_pipeline.shards.manifest import Manifest, Shard, finished
from selectra_pipeline.training.optimizer import AdamW
from selectra_pipeline.training.schedule import PolynomialSchedule
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

logger = logging.getLogger(__name__)

# Settings that change how a run is watched or where it runs, not what it computes.
NOT_DEFINING = ("checkpoint", "evaluation", "log_every", "probe", "steps_per_loop", "strategy")


class NonFiniteLossError(UserError, ArithmeticError):
    """The loss or the gradient is no number any more. The message names the step."""


def pretrain(
    config: PretrainingConfig,
    records: Manifest,
    tokenizer: Tokenizer,
    directory: str | Path,
    tracker: Tracker,
    create_probe: Callable[[], Probe] | None = None,
) -> Manifest:
    """Pre-train an ELECTRA on the records, or go on with the run that `directory` holds.

    An interrupted run, called again, ends in the same weights bit by bit as an unbroken one on the
    same device.

    Args:
        create_probe: called before the first step, so that what the probe lacks is found missing
            then; None where probes are off.

    Returns:
        a manifest of kind "pretraining": the final checkpoint's files, and as facts the step, the
        last held-out metrics, parameter counts and the configuration.

    Raises:
        ConfigError: the records do not fit the configuration.
        ResumeError: `directory` holds another run.
        TrainingInterrupted: SIGTERM or Ctrl-C; the state is saved.
        NonFiniteLossError: the loss exploded; nothing is saved after that.
        StorageError: the disk is full; the last checkpoint is good.
    """
    directory = Path(directory)
    check_fit(config, records, tokenizer)
    defining = defining_facts(config, records, tokenizer)
    run_fingerprint = fingerprint("pretraining", defining)
    done = finished(directory, run_fingerprint)
    if done is not None:
        logger.info("pre-training in %s is up to date", directory)
        return done
    probe = create_probe() if create_probe else None
    claim_directory(directory, defining)
    tokenizer.save(directory / TOKENIZER_DIRECTORY)
    run = PretrainingRun(config, records, tokenizer, directory, tracker, probe)
    with record_errors(records), graceful_stop() as stop:
        run.train(stop)
    return run.finish(run_fingerprint)


def check_fit(config: PretrainingConfig, records: Manifest, tokenizer: Tokenizer) -> None:
    """Raise `ConfigError` where records, tokenizer and configuration do not belong together."""
    length = records.facts["sequence_length"]
    positions = config.architecture.max_position_embeddings
    if length > positions:
        raise ConfigError(
            f"records.sequence_length={length} is longer than pretraining.architecture."
            f"max_position_embeddings={positions}; raise the latter to {length} or more"
        )
    if records.facts["tokenizer_digest"] != tokenizer.digest:
        raise ConfigError(
            f"the records in {records.directory} were made with another vocabulary; "
            "run the records stage again"
        )
    try:
        steps_per_epoch(records, config.batch_size)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def defining_facts(config: PretrainingConfig, records: Manifest, tokenizer: Tokenizer) -> dict:
    """All that the final weights depend on: a run resumes only where this is the same."""
    settings = {key: value for key, value in config.to_dict().items() if key not in NOT_DEFINING}
    return {
        "pretraining": settings,
        "records": fingerprint(records.content_digest, records.facts["sequence_length"]),
        "tokenizer": tokenizer.digest,
    }


class PretrainingRun:
    """One run in one process: the model, its optimizer, its data and its checkpoints."""

    def __init__(
        self,
        config: PretrainingConfig,
        records: Manifest,
        tokenizer: Tokenizer,
        directory: Path,
        tracker: Tracker,
        probe: Probe | None = None,
    ) -> None:
        self.config, self.records, self.directory = config, records, directory
        self.tracker, self.probe = tracker, probe
        self.strategy = create_strategy(config.strategy)
        special = SpecialIds(tokenizer.cls_id, tokenizer.sep_id, tokenizer.mask_id)
        with self.strategy.scope():
            self.model = Electra.create(
                config.architecture, tokenizer.size, config.precision, config.seed
            )
            self.optimizer = AdamW(
                self.model.trainable_variables,
                config.optimizer,
                PolynomialSchedule(config.schedule, config.total_steps),
            )
        self.train_step = PretrainingStep(self.model, self.optimizer, special, config)
        self.evaluate = HeldoutEvaluation(self.model, special, config)
        self.checkpoints = Checkpoints(directory, self.model, self.optimizer, config.checkpoint)
        self.step = self.checkpoints.restore_latest()
        self.history = History(directory / HISTORY_FILE, self.step)

    def train(self, stop: StopRequest) -> None:
        """Train from the current step to the last one."""
        config = self.config
        self._probe_when_due(stop)  # the initial weights, or what an interruption cut short
        batches = iter(self._distributed_batches())
        progress = Progress(config.total_steps, self.step)
        window = MetricsWindow(config.batch_size * self.records.facts["sequence_length"])
        try:
            while self.step < config.total_steps:
                count = self._steps_until_next_look()
                metrics = StepMetrics(*self._run_steps(batches, tf.constant(count)).numpy())
                self._check_finite(metrics, count)
                self.step += count
                window.add(metrics, count)
                progress.advance(count)
                if self._due(config.log_every):
                    progress.show(self._log("train", window.summary()))
                    window.clear()
                if self._due(config.evaluation.every):
                    self._evaluate()
                    window.restart_clock()
                if self._probe_when_due(stop):
                    window.restart_clock()
                if stop or self._due(config.checkpoint.every):
                    self.checkpoints.save()
                    window.restart_clock()
                if stop and self.step < config.total_steps:
                    raise TrainingInterrupted(
                        f"{stop.signal_name} at step {self.step} of {config.total_steps}: the "
                        "state is saved, the same command goes on from here"
                    )
        finally:
            progress.close()

    def finish(self, run_fingerprint: str) -> Manifest:
        """Write the manifest of the finished run."""
        # The history knows the metrics too where an earlier process was killed before this line.
        heldout = self.history.find("heldout", self.step) or self._evaluate()
        prefix = self.checkpoints.latest()
        files = sorted(prefix.parent.glob(f"{prefix.name}.*"))
        shards = (
            dataclasses.replace(Shard.describe(path, 1), name=f"{CHECKPOINTS}/{path.name}")
            for path in files
        )
        manifest = Manifest(
            directory=self.directory,
            kind="pretraining",
            fingerprint=run_fingerprint,
            shards={"checkpoint": tuple(shards)},
            facts={
                "step": self.step,
                "heldout": heldout,
                "parameters": self.model.count_params(),
                "config": self.config.to_dict(),
            },
        )
        manifest.save()
        return manifest

    @tf.function
    def _run_steps(self, batches: Iterator, count: tf.Tensor) -> tf.Tensor:
        """Run `count` steps; the sums of their metrics, in the order of `StepMetrics`."""
        totals = tf.zeros([len(StepMetrics._fields)])
        for _ in tf.range(count):
            per_replica = self.strategy.run(self._replica_step, args=(next(batches),))
            totals += self.strategy.reduce(tf.distribute.ReduceOp.SUM, per_replica, axis=None)
        return totals

    # A step has no control flow that AutoGraph would have to convert: half the tracing time.
    @tf.autograph.experimental.do_not_convert
    def _replica_step(self, batch: Batch) -> tf.Tensor:
        return tf.stack(self.train_step(batch))

    def _distributed_batches(self):
        dataset = training_batches(
            self.records, self.config.batch_size, self.config.seed, self.step
        )
        return self.strategy.experimental_distribute_dataset(dataset)

    def _steps_until_next_look(self) -> int:
        config = self.config
        intervals = [config.log_every, config.evaluation.every, config.checkpoint.every]
        if self.probe is not None:
            intervals.append(config.probe.every)
        until_due = min(interval - self.step % interval for interval in intervals)
        return min(config.steps_per_loop, until_due, config.total_steps - self.step)

    def _due(self, interval: int) -> bool:
        return self.step % interval == 0 or self.step == self.config.total_steps

    def _check_finite(self, metrics: StepMetrics, count: int) -> None:
        if math.isfinite(metrics.loss) and math.isfinite(metrics.gradient_norm):
            return
        epoch, batch = divmod(self.step, steps_per_epoch(self.records, self.config.batch_size))
        last = self.step + count - 1
        where = f"step {last}" if count == 1 else f"one of the steps {self.step} to {last}"
        raise NonFiniteLossError(
            f"loss {metrics.loss / count}, gradient norm {metrics.gradient_norm / count} "
            f"at {where} (epoch {epoch}, batch {batch}, seed {self.config.seed}). Try a lower "
            "pretraining.schedule.peak, a longer pretraining.schedule.warmup_steps or "
            "pretraining.precision=float32, under a new run name. The last checkpoint, "
            f"{self.checkpoints.latest() or 'none yet'}, was saved before"
        )

    def _evaluate(self) -> dict[str, float]:
        config = self.config
        batches = heldout_batches(self.records, config.batch_size, config.evaluation.batches)
        return self._log("heldout", self.evaluate(batches))

    def _probe_when_due(self, stop: StopRequest) -> bool:
        """Probe the weights, once at each step that is due; returns whether one was."""
        if self.probe is None or self.step % self.config.probe.every:
            return False
        if self.history.find("probe", self.step) is None:
            metrics = self.probe(self.model, asked_to_stop=lambda: bool(stop))
            if metrics is not None:
                self._log("probe", dict(metrics))
        return True

    def _log(self, split: str, values: dict[str, float]) -> dict[str, float]:
        self.history.append(split, self.step, values)
        self.tracker.metrics({f"{split}/{key}": v for key, v in values.items()}, self.step)
        return values
