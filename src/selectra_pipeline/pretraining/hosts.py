"""Several hosts in one run: who writes, whether they agree, and what happens when one is lost."""

import contextlib
import time
from collections.abc import Iterator

import tensorflow as tf

from selectra_pipeline.config.base import ConfigError, UserError
from selectra_pipeline.shards.paths import Path

SHARED_WITHIN = 60.0  # seconds: for so long NFS may remember that a file was not there

# What a collective operation raises when a host that it waits for has died or left.
LOST_HOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.DeadlineExceededError,
    tf.errors.CancelledError,
    tf.errors.InternalError,
    tf.errors.FailedPreconditionError,
)


class HostLostError(UserError, RuntimeError):
    """Another host of the run is gone. The same command on all hosts goes on."""


def has_several_hosts(strategy: tf.distribute.Strategy) -> bool:
    """Whether other processes take part in every step."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process writes what all hosts share: checkpoints, history, manifest."""
    if not has_several_hosts(strategy):
        return True
    resolver = strategy.cluster_resolver
    if resolver.cluster_spec().as_dict().get("chief"):
        return resolver.task_type == "chief"
    return resolver.task_id == 0


def require_same(strategy: tf.distribute.Strategy, number: int, message: str) -> None:
    """Raise `ConfigError` on every host unless all of them have the same number. Collective."""
    numbers = sorted(set(_gathered(strategy, number)))
    if len(numbers) > 1:
        raise ConfigError(f"{message} (found {', '.join(map(str, numbers))})")


def wait_for_all(strategy: tf.distribute.Strategy) -> None:
    """Return when all hosts have come here."""
    _gathered(strategy, 0)


def is_seen(path: Path) -> bool:
    """Whether a file that another host has written is here, too, or appears in a while."""
    deadline = time.monotonic() + SHARED_WITHIN
    while not path.exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def require_shared(strategy: tf.distribute.Strategy, path: Path) -> None:
    """Check that all hosts see a file that the chief has written by now.

    Raises:
        ConfigError: one does not.
    """
    wait_for_all(strategy)
    require_same(
        strategy,
        int(is_seen(path)),
        f"not all hosts see {path.name} in {path.parent}; set data_root to a directory that all "
        "hosts share",
    )


@contextlib.contextmanager
def lost_host_errors(strategy: tf.distribute.Strategy) -> Iterator[None]:
    """Within the block, say what happened when a collective operation fails for want of a host."""
    try:
        yield
    except LOST_HOST as error:
        if not has_several_hosts(strategy):
            raise
        raise HostLostError(
            "another host of this run stopped or can't be reached "
            f"({error.message.splitlines()[0]}); look at its log, then give the same command on "
            "all hosts: they go on from the last checkpoint"
        ) from error


def _gathered(strategy: tf.distribute.Strategy, number: int) -> list[int]:
    """Each replica's number, in the order of the replicas; a collective operation."""
    per_replica = strategy.run(lambda: tf.constant([number]))
    return strategy.gather(per_replica, axis=0).numpy().tolist()
