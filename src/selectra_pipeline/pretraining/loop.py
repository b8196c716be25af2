"""The pre-training run: resume, train, evaluate, save, and stop gracefully."""

import itertools
import logging
from collections.abc import Callable

import tensorflow as tf

from selectra_pipeline.config.base import fingerprint
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.initial_weights import InitialWeights
from selectra_pipeline.model.trained import TOKENIZER_DIRECTORY
from selectra_pipeline.pretraining.accent_movement import AccentMovement
from selectra_pipeline.pretraining.checkpoint import Checkpoints, newest_step
from selectra_pipeline.pretraining.device_speed import peak_flops
from selectra_pipeline.pretraining.distributed_batches import distribute
from selectra_pipeline.pretraining.distributed_step import DistributedStep
from selectra_pipeline.pretraining.evaluation import HeldoutEvaluation
from selectra_pipeline.pretraining.finiteness import NonFiniteLossError, is_finite
from selectra_pipeline.pretraining.history import (
    HISTORY_FILE,
    History,
    replay_history,
    tracked_names,
)
from selectra_pipeline.pretraining.hosts import (
    has_several_hosts,
    is_chief,
    lost_host_errors,
    require_same,
    require_shared,
    wait_for_all,
)
from selectra_pipeline.pretraining.interruption import (
    StopRequest,
    TrainingInterrupted,
    graceful_stop,
)
from selectra_pipeline.pretraining.masking import MaskingVocabulary
from selectra_pipeline.pretraining.metrics_window import MetricsWindow
from selectra_pipeline.pretraining.probe import Probe
from selectra_pipeline.pretraining.progress import Progress
from selectra_pipeline.pretraining.run_definition import (
    check_fit,
    defining_facts,
    hosts_fingerprint,
)
from selectra_pipeline.pretraining.run_plan import RUN_FILE, claim_directory
from selectra_pipeline.pretraining.step import PretrainingStep, StepMetrics
from selectra_pipeline.pretraining.tracker import SilentTracker, Tracker
from selectra_pipeline.pretraining.training_state import TrainingState
from selectra_pipeline.records.reader import (
    heldout_batches,
    record_errors,
    steps_per_epoch,
    training_batches,
)
from selectra_pipeline.shards.manifest import MANIFEST_NAME, Manifest, Shard, finished
from selectra_pipeline.shards.paths import Path, as_path
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

logger = logging.getLogger(__name__)


def pretrain(
    config: PretrainingConfig,
    records: Manifest,
    tokenizer: Tokenizer,
    directory: str | Path,
    tracker: Tracker,
    strategy: tf.distribute.Strategy,
    initial_weights: InitialWeights | None = None,
    create_probe: Callable[[], Probe] | None = None,
) -> Manifest:
    """Pre-train an ELECTRA on the records, or go on with the run that `directory` holds.

    A new run starts from `initial_weights`, if given, else from random ones.

    An interrupted run, called again, ends in the same weights bit by bit as an unbroken one on the
    same devices, on others with the same data and noise; so does a finished run that goes on under
    a longer plan (see run_plan.py).

    Args:
        directory: where the run lives, the same for all hosts.
        strategy: the devices to run on, from `create_strategy`.
        create_probe: called before the first step, so that what the probe lacks is found missing
            then; None where probes are off. With several hosts, the chief's is used.

    Returns:
        a manifest of kind "pretraining": the files of the final checkpoint and of the best one, if
        such are kept, and as facts the step, the last held-out metrics, the same of the best
        checkpoint, parameter counts and the configuration.

    Raises:
        ConfigError: the records or the initial weights do not fit the configuration, or hosts do
            not share `directory`.
        ResumeError: `directory` holds another run.
        TrainingInterrupted: SIGTERM or Ctrl-C; the state is saved.
        NonFiniteLossError: the loss exploded; nothing is saved after that.
        HostLostError: another host of the run is gone.
        StorageError: the disk is full; the last checkpoint is good.
    """
    directory = as_path(directory)
    check_fit(config, records, tokenizer)
    defining = defining_facts(config, records, tokenizer, initial_weights)
    run_fingerprint = fingerprint("pretraining", defining)
    done = finished(directory, run_fingerprint)
    if done is not None:
        logger.info("pre-training in %s is up to date", directory)
        if is_chief(strategy):
            replay_history(directory / HISTORY_FILE, tracker, done.facts["step"])
        return done
    probe = create_probe() if create_probe else None
    with record_errors(records), lost_host_errors(strategy), graceful_stop() as stop:
        require_same(
            strategy,
            int(hosts_fingerprint(run_fingerprint, config)[:7], base=16),
            "the hosts have different configurations, records or vocabularies; give the same "
            "command on each, with a data_root that all of them share",
        )
        run = PretrainingRun(
            config, records, tokenizer, directory, tracker, strategy, initial_weights, probe
        )
        if run.is_chief:  # not before the initial weights are known to fit
            claim_directory(directory, defining, newest_step(directory))
            tokenizer.save(directory / TOKENIZER_DIRECTORY)
        require_shared(strategy, directory / RUN_FILE)
        run.resume()
        run.train(stop)
        return run.finish(run_fingerprint)


class PretrainingRun:
    """One run in this process: the model, its optimizer, its data and its checkpoints.

    Where several hosts train together, each has one; the chief's writes checkpoints and history
    and reports to the tracker.
    """

    def __init__(
        self,
        config: PretrainingConfig,
        records: Manifest,
        tokenizer: Tokenizer,
        directory: Path,
        tracker: Tracker,
        strategy: tf.distribute.Strategy,
        initial_weights: InitialWeights | None = None,
        probe: Probe | None = None,
    ) -> None:
        self.config, self.records, self.directory = config, records, directory
        self.strategy, self.is_chief = strategy, is_chief(strategy)
        self.tracker = tracker if self.is_chief else SilentTracker()
        self.probe = probe
        with strategy.scope():
            state = TrainingState.create(config, tokenizer.size, initial_weights)
        self.model = state.model
        step = PretrainingStep(state, MaskingVocabulary.of(tokenizer), config)
        self.train_steps = DistributedStep(strategy, step, bool(config.length_buckets))
        self.evaluate = HeldoutEvaluation(
            strategy, step.objective, config.seed, config.accumulation_steps
        )
        word_table = self.model.embeddings.word_embeddings.numpy()  # before any step
        self.accent_movement = AccentMovement(tokenizer.vocabulary, word_table)
        self.checkpoints = Checkpoints(
            directory, state.variables(), config.checkpoint, self.is_chief
        )

    def resume(self) -> None:
        """Go on from the newest checkpoint, if there is one."""
        self.step = self.checkpoints.restore_latest()
        require_same(
            self.strategy,
            self.step,
            f"the hosts found different checkpoints in {self.directory}; set data_root to a "
            "directory that all hosts share",
        )
        self.history = History(self.directory / HISTORY_FILE, self.step, self.is_chief)
        replay_history(self.history.path, self.tracker, self.step)
        self._heldout: tuple[int, dict[str, float] | None] = (self.step, None)
        self._saved_step = self.step
        if self.step > 0 and self._due(self.config.evaluation.every):
            self._evaluate_if_cut_short()

    def _evaluate_if_cut_short(self) -> None:
        """Measure what the earlier process saved, if it did not; let the checkpoint compete."""
        heldout = self.history.find("heldout", self.step)
        require_same(
            self.strategy,
            int(heldout is not None),
            f"the hosts found different histories in {self.directory}; start them again",
        )
        if heldout is None:
            self._evaluate()
        else:
            self._offer(heldout)

    def train(self, stop: StopRequest) -> None:
        """Train from the current step to the last one."""
        config = self.config
        self._probe_when_due(stop)  # the initial weights, or what an interruption cut short
        batches = iter(self._distributed_batches())
        progress = Progress(config.total_steps, self.step)
        window = MetricsWindow(config, peak_flops(config, self.strategy))
        try:
            while self.step < config.total_steps:
                count = self._steps_until_next_look()
                metrics, stop_requests = self.train_steps(batches, count, bool(stop))
                self._check_finite(metrics, count)
                self.step += count
                window.add(metrics, count)
                progress.advance(count)
                if self._due(config.log_every):
                    progress.show(self._log("train", window.summary()))
                    window.clear()
                # Several hosts stop together, at the first step that told all of them.
                stopping = stop_requests > 0 or self._stops_alone(stop)
                # First what a kill or a lack of memory would lose, then what can be made again.
                if stopping or self._due(config.checkpoint.every):
                    self._save()
                    window.restart_clock()
                if not stopping and self._look(stop):
                    self.history.flush()
                    window.restart_clock()
                if (stopping or self._stops_alone(stop)) and self.step < config.total_steps:
                    self._save()
                    # Some launchers end all hosts with the first that leaves.
                    wait_for_all(self.strategy)
                    raise TrainingInterrupted(
                        f"{stop.signal_name or 'another host was asked to stop'} at step "
                        f"{self.step} of {config.total_steps}: the state is saved, the same "
                        "command goes on from here"
                    )
        finally:
            progress.close()

    def _look(self, stop: StopRequest) -> bool:
        """Evaluate and probe where that is due; returns whether it was."""
        evaluates = self._due(self.config.evaluation.every)
        if evaluates:
            self._evaluate()
        return self._probe_when_due(stop) or evaluates

    def _stops_alone(self, stop: StopRequest) -> bool:
        return bool(stop) and not has_several_hosts(self.strategy)

    def finish(self, run_fingerprint: str) -> Manifest:
        """Write the manifest of the finished run."""
        # The history knows the metrics where an earlier process was killed before this line.
        heldout = (
            self._heldout_here() or self.history.find("heldout", self.step) or self._evaluate()
        )
        self.history.flush()
        if self.is_chief:
            self._manifest(run_fingerprint, heldout).save()
        wait_for_all(self.strategy)
        return Manifest.load(self.directory)

    def _manifest(self, run_fingerprint: str, heldout: dict[str, float]) -> Manifest:
        best = self.checkpoints.best.first()
        return Manifest(
            directory=self.directory,
            kind="pretraining",
            fingerprint=run_fingerprint,
            shards={
                split: tuple(Shard.describe(path, 1, relative_to=self.directory) for path in paths)
                for split, paths in self.checkpoints.files().items()
            },
            facts={
                "step": self.step,
                "heldout": heldout,
                "best": None if best is None else best._asdict(),
                "parameters": self.model.count_params(),
                "config": self.config.to_dict(),
            },
        )

    def _distributed_batches(self):
        config = self.config
        dataset = training_batches(
            self.records, config.batch_size, config.seed, self.step, config.length_buckets
        )
        return distribute(self.strategy, dataset)

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
        if is_finite(metrics):
            return
        raise NonFiniteLossError.after(
            metrics,
            steps=range(self.step, self.step + count),
            steps_per_epoch=steps_per_epoch(self.records, self.config.batch_size),
            seed=self.config.seed,
            last_checkpoint=self.checkpoints.latest(),
        )

    def _save(self) -> None:
        if not self.is_chief:
            return
        self.history.flush()
        if self._saved_step == self.step:  # and evaluated since
            return
        self.checkpoints.save()
        self._saved_step = self.step
        # The run goes on from a shorter one: what was its last checkpoint may be deleted from here.
        (self.directory / MANIFEST_NAME).unlink(missing_ok=True)

    def _evaluate(self) -> dict[str, float]:
        config = self.config
        wanted = -(-self.records.count("heldout") // config.batch_size)
        count = min(wanted, config.evaluation.batches)
        batches = heldout_batches(self.records, config.batch_size, count)
        endless = distribute(self.strategy, batches)
        metrics = self.evaluate(itertools.islice(endless, count))
        metrics |= self.accent_movement(self.model.embeddings.word_embeddings.numpy())
        self._heldout = self.step, self._log("heldout", metrics)
        self._offer(metrics)
        return metrics

    def _offer(self, heldout: dict[str, float]) -> None:
        """Let a regular checkpoint compete, and none that a signal asked for at some other step."""
        if self.is_chief and self._due(self.config.checkpoint.every):
            self.checkpoints.offer(heldout)

    def _heldout_here(self) -> dict[str, float] | None:
        """Held-out metrics of the current step, if this process measured them."""
        step, metrics = self._heldout
        return metrics if step == self.step else None

    def _probe_when_due(self, stop: StopRequest) -> bool:
        """Probe the weights, once at each step that is due; returns whether this is one.

        The other hosts wait for the chief in the next step.
        """
        if self.probe is None or self.step % self.config.probe.every:
            return False
        if self.is_chief and self.history.find("probe", self.step) is None:
            metrics = self.probe(self.model, asked_to_stop=lambda: bool(stop))
            if metrics is not None:
                self._log("probe", dict(metrics))
        return True

    def _log(self, split: str, values: dict[str, float]) -> dict[str, float]:
        self.history.append(split, self.step, values)
        self.tracker.metrics(tracked_names(split, values), self.step)
        return values
