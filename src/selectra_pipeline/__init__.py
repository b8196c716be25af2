"""Raw text to a compact ELECTRA encoder, and the encoder to a results table."""

import os
import platform

__version__ = "0.1.0"

# TensorFlow and Keras read these once, when they are first imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # no start-up chatter; errors still show
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
if platform.machine().lower() in ("x86_64", "amd64"):
    # TensorFlow leaves oneDNN's kernels off on x86 processors without AVX512-VNNI, where a step
    # takes more than twice as long without them (docs/speed.md).
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
