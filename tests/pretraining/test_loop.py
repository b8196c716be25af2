import dataclasses
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tiny_run
from tiny_run import STEPS, assert_equal_states, config, final_state

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.pretraining import loop
from selectra_pipeline.pretraining.checkpoint import CHECKPOINTS, ResumeError
from selectra_pipeline.pretraining.history import HISTORY_FILE, read_history
from selectra_pipeline.pretraining.interruption import TrainingInterrupted
from selectra_pipeline.pretraining.loop import NonFiniteLossError, pretrain
from selectra_pipeline.pretraining.schedule import PolynomialSchedule
from selectra_pipeline.pretraining.step import StepMetrics
from selectra_pipeline.pretraining.tracker import SilentTracker
from selectra_pipeline.shards.manifest import MANIFEST_NAME, Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


class ForbiddenTracker:
    """Fails the test when anything is measured."""

    def test_what_defines_a_run_is_all_but_how_it_is_watched(tiny):
    facts = loop.defining_facts(config(), tiny.records, tiny.tokenizer)
    watched = {
        "checkpoint": {"every": 1},
        "evaluation": {"every": 1},
        "log_every": 1,
        "steps_per_loop": 9,
    }
    assert loop.defining_facts(config(**watched), tiny.records, tiny.tokenizer) == facts
    for change in ({"seed": 9}, {"total_steps": 61}, {"batch_size": 8}, {"precision": "bfloat16"}):
        assert loop.defining_facts(config(**change), tiny.records, tiny.tokenizer) != facts
    renamed = dataclasses.replace(tiny.records, fingerprint="other")
    assert loop.defining_facts(config(), renamed, tiny.tokenizer) == facts
