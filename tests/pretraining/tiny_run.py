"""A pre-training that takes seconds, for this process or, as a script, for others to kill.

    python tiny_run.py RECORDS TOKENIZER DIRECTORY CONFIG_JSON [STEP ...]

trains in a child process; as soon as the child has reached the first STEP it is killed, the next
child is killed at the second, and so on; the last one may finish. Each fourth child is killed
earlier, in its first seconds: while it restores, traces the step, or trains already.
"""

import json
import math
import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.pretraining.history import HISTORY_FILE, read_history
from selectra_pipeline.pretraining.loop import pretrain
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.pretraining.tracker import SilentTracker
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

STEPS = 60
SETTINGS = {
    "architecture": {
        "hidden_size": 32,
        "num_layers": 1,
        "num_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 32,
        "generator_size": 0.5,
    },
    "schedule": {"peak": 4e-3, "warmup_steps": 10},
    "evaluation": {"every": 30, "batches": 2},
    "checkpoint": {"every": 20, "keep": 2},
    "batch_size": 16,
    "total_steps": STEPS,
    "log_every": 10,
    "seed": 3,
}


def settings(**changes) -> dict:
    """`SETTINGS` with some of them changed; sections are merged."""
    merged = dict(SETTINGS)
    for key, value in changes.items():
        merged[key] = {**merged.get(key, {}), **value} if isinstance(value, dict) else value
    return merged


def config(**changes) -> PretrainingConfig:
    return PretrainingConfig.from_params(settings(**changes))


def final_state(manifest: Manifest) -> dict[str, np.ndarray]:
    """All values of the final checkpoint: weights, optimizer slots, step."""
    prefix = str(manifest.paths("checkpoint")[0]).rsplit(".", 1)[0]
    reader = tf.train.load_checkpoint(prefix)
    return {
        name: np.asarray(reader.get_tensor(name))
        for name in reader.get_variable_to_shape_map()
        if "OBJECT_GRAPH" not in name and "save_counter" not in name
    }


def assert_equal_states(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    assert set(ours) == set(theirs)
    different = [name for name in ours if ours[name].tobytes() != theirs[name].tobytes()]
    assert not different


def main(records: str, tokenizer: str, directory: str, config_json: str, *kill_at: str) -> None:
    draw = random.Random(len(kill_at))
    for number, step in enumerate(kill_at, start=1):
        child = start_child(records, tokenizer, directory, config_json)
        deadline = time.monotonic() + (draw.uniform(0, 3) if number % 4 == 0 else math.inf)
        while last_step(directory) < int(step) and time.monotonic() < deadline:
            assert os.waitpid(child, os.WNOHANG) == (0, 0), "the child ended before it was killed"
            time.sleep(0.003)
        time.sleep(draw.uniform(0, 0.02))  # anywhere: in a step, or while saving
        os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
    child = start_child(records, tokenizer, directory, config_json)
    assert os.waitpid(child, 0)[1] == 0


def start_child(records: str, tokenizer: str, directory: str, config_json: str) -> int:
    """Train in a fork: TensorFlow is imported already but has not begun to work here."""
    child = os.fork()
    if child:
        return child
    config = PretrainingConfig.from_params(json.loads(config_json))
    pretrain(
        config,
        Manifest.load(records),
        Tokenizer.load(tokenizer),
        directory,
        SilentTracker(),
        create_strategy(config),
    )
    os._exit(0)


def last_step(directory: str) -> int:
    entries = read_history(Path(directory) / HISTORY_FILE)
    return entries[-1]["step"] if entries else 0


if __name__ == "__main__":
    main(*sys.argv[1:])
