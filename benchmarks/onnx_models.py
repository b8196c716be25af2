"""A fine-tuned tagger in Keras and in onnxruntime: entity F1, speed and size.

    pip install "selectra-pipeline[onnx]"
    python benchmarks/onnx_models.py data/06_models/RUN/finetuned/TASK/model /conll2002/esp.testa
        [--contestants keras onnx onnx_int8 onnx_fused] [--batch 32] [--every 4] [--rounds 5]

F1 is that of the whole file, as is the share of words whose tag is the first contestant's. For
speed, one in `--every` of its batches is predicted, and the same sentences one at a time. Batches
are of like lengths. onnxruntime is given no more padding than the longest needs, keras the rows of
this project, which are of a few lengths. Every contestant is a process of its own; they take turns,
a pass over the sentences each a round. Prints a Markdown table of medians; the size is that of the
file of the weights.

keras is the graph of `kedro run --pipeline evaluate`, onnx and onnx_int8 are what `kedro run
--pipeline serving` writes. onnx_fused is onnx after onnxruntime's own offline optimizer for BERT,
which puts operators in that only onnxruntime has.
"""

import argparse
import json
import pathlib
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from contest import Contestant, serve

from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.downstream.batching import Group, PackedBatches
from selectra_pipeline.downstream.prediction import predictor
from selectra_pipeline.downstream.reading.conll import read_conll
from selectra_pipeline.downstream.sequence_packing import PackedBatch
from selectra_pipeline.downstream.tasks import words
from selectra_pipeline.downstream.tasks.token_classification import TokenClassification
from selectra_pipeline.serving.served_model import ServedModel, load_served
from selectra_pipeline.shards.paths import as_path
from selectra_pipeline.training.single_device import single_device

KERAS, FUSED = "keras", "onnx_fused"
CONTESTANTS = (KERAS, "onnx", "onnx_int8", FUSED)
FUSED_FILE = "model_fused.onnx"
SCORE, BATCHES, SINGLE = "score", "batches", "single"
WARM_UP = 1  # passes that do not count

Predict = Callable[[PackedBatch], np.ndarray]  # tags by number, [batch, seq]


class Sentences(NamedTuple):
    """The file's sentences, the short ones first."""

    task: TokenClassification
    rows: list[words.TaggedSentence]
    batches: PackedBatches
    groups: list[Group]


def read(arguments: argparse.Namespace, served: ServedModel) -> Sentences:
    """The file, for a model's tags and tokenizer."""
    config = TaskConfig(
        type="token_classification",
        train=(arguments.conll,),
        test=(arguments.conll,),
        labels=served.label_names,
    )
    rows = words.read_sentences(read_conll(as_path(arguments.conll)), config)
    task = TokenClassification.create(config, {"test": rows})
    longest = served.config.max_position_embeddings
    examples, _ = task.examples(rows, served.tokenizer, longest)
    order = sorted(range(len(rows)), key=lambda index: len(examples[index].input_ids))
    rows, examples = ([values[index] for index in order] for values in (rows, examples))
    batches = PackedBatches(examples, arguments.batch, longest, task.label_spec)
    numbers, size = list(range(len(rows))), arguments.batch
    groups = [numbers[start : start + size] for start in range(0, len(rows), size)]
    return Sentences(task, rows, batches, groups)


def create(name: str, arguments: argparse.Namespace) -> Mapping[str, Callable[[], float]]:
    """What a contestant does: tag the file and give its F1, or tag a part and give its size."""
    served = load_lenient(arguments.model)
    data = read(arguments, served)
    predict = (
        keras_tags(served, data.task) if name == KERAS else onnx_tags(model_path(name, arguments))
    )
    chosen = data.groups[arguments.every // 2 :: arguments.every]
    batches = [data.batches.pack(group).inputs for group in chosen]
    examples = [data.batches.examples[i] for group in chosen for i in group]
    alone = PackedBatches(examples, 1, data.batches.row_lengths[-1], data.task.label_spec)
    single = [alone.pack([index]).inputs for index in range(len(examples))]

    def score() -> float:
        found = [row for group in data.groups for row in predict(data.batches.pack(group).inputs)]
        tags = data.task.decode(data.rows, data.batches.examples, found[: len(data.rows)])
        tags_path(name, arguments).write_text(json.dumps(tags))
        return data.task.score(data.rows, tags).metrics["f1"]

    def tag(all_inputs: Sequence[PackedBatch]) -> float:
        for inputs in all_inputs:
            predict(inputs)
        return len(examples)

    return {SCORE: score, BATCHES: lambda: tag(batches), SINGLE: lambda: tag(single)}


def keras_tags(served: ServedModel, task: TokenClassification) -> Predict:
    """As evaluation predicts: one graph, fused groups compiled for each shape."""
    predict = predictor(served.model, task, single_device())
    return lambda inputs: predict(inputs).numpy()


def onnx_tags(path: pathlib.Path) -> Predict:
    """With onnxruntime's own settings, but for threads that wait busily: contestants take turns."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = ("input_ids", "attention_mask", "token_type_ids")

    def predict(inputs: PackedBatch) -> np.ndarray:
        longest = int(np.sum(inputs.padded.input_mask, axis=1).max())
        cut = (np.asarray(x, np.int64)[:, :longest] for x in inputs.padded)
        feed = dict(zip(names, cut, strict=True))
        return session.run(None, feed)[0].argmax(axis=-1)

    return predict


def load_lenient(model: str) -> ServedModel:
    """A tagger of any vocabulary."""
    served = load_served(model, VocabularyConfig(require_accents=False))
    if served.kind != "tagger":
        raise SystemExit(f"{model} is a {served.kind}; name the folder of a tagger")
    return served


def model_path(name: str, arguments: argparse.Namespace) -> pathlib.Path:
    """Where the weights of a contestant are."""
    if name == KERAS:
        return pathlib.Path(arguments.model, "model.safetensors")
    file = {"onnx": "model.onnx", "onnx_int8": "model_int8.onnx", FUSED: FUSED_FILE}[name]
    return pathlib.Path(arguments.folder, name, file)


def tags_path(name: str, arguments: argparse.Namespace) -> pathlib.Path:
    """Where a contestant leaves the tags of the whole file."""
    return pathlib.Path(arguments.folder, f"{name}_tags.json")


def same_tags(names: tuple[str, str], arguments: argparse.Namespace) -> float:
    """The share of words to which two contestants give the same tag."""
    pairs = zip(
        *(json.loads(tags_path(name, arguments).read_text()) for name in names), strict=True
    )
    return statistics.mean(a == b for rows in pairs for a, b in zip(*rows, strict=True))


def export(arguments: argparse.Namespace) -> None:
    """Write the contestants' models."""
    from selectra_pipeline.serving.onnx_folder import export_onnx

    served = load_lenient(arguments.model)
    for form in ("onnx", "onnx_int8"):
        export_onnx(served, ServingConfig(), pathlib.Path(arguments.folder, form), form)
    if FUSED in arguments.contestants:
        from onnxruntime.transformers.optimizer import optimize_model

        fused = optimize_model(
            str(model_path("onnx", arguments)),
            "bert",
            num_heads=served.config.num_heads,
            hidden_size=served.config.hidden_size,
        )
        model_path(FUSED, arguments).parent.mkdir()
        fused.save_model_to_file(str(model_path(FUSED, arguments)))


def compare(arguments: argparse.Namespace) -> None:
    """Let the contestants take turns and print the table."""
    export(arguments)
    command = [sys.executable, *sys.argv, "--folder", arguments.folder, "--serve"]
    contestants = [Contestant(name, [*command, name], WARM_UP) for name in arguments.contestants]
    for contestant in contestants:
        contestant.go(SCORE)
    for _ in range(WARM_UP + arguments.rounds):
        for what in (BATCHES, SINGLE):
            for contestant in contestants:
                contestant.go(what)
    print_table(arguments, contestants)
    for contestant in contestants:
        contestant.close()


def print_table(arguments: argparse.Namespace, contestants: Sequence[Contestant]) -> None:
    """F1, megabytes, and medians of speed, also as a multiple of the first contestant's."""
    first = contestants[0]
    count = first.answers[BATCHES][0]["value"]
    print(f"{count:.0f} sentences, medians of {arguments.rounds} rounds\n")
    heads = [
        f"{many}, /s | x {first.name} | processor-ms each"
        for many in (f"{arguments.batch} at once", "one at a time")
    ]
    print(f"| model | F1 | tags as {first.name} | MB | {' | '.join(heads)} |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for contestant in contestants:
        speeds = []
        for what in (BATCHES, SINGLE):
            seconds = contestant.median(what, "seconds")
            times = first.median(what, "seconds") / seconds
            processor = 1000 * contestant.median(what, "processor_seconds") / count
            speeds.append(f"{count / seconds:.0f} | {times:.2f} | {processor:.1f}")
        f1 = contestant.answers[SCORE][0]["value"]
        same = same_tags((first.name, contestant.name), arguments)
        size = model_path(contestant.name, arguments).stat().st_size / 1e6
        cells = [contestant.name, f"{100 * f1:.2f}", f"{same:.2%}", f"{size:.1f}", *speeds]
        print(f"| {' | '.join(cells)} |")


def main() -> None:
    """Compare, or be one of the contestants."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="folder of a fine-tuned tagger")
    parser.add_argument("conll", help="a CoNLL file with the tagger's entity tags")
    parser.add_argument("--contestants", nargs="+", default=CONTESTANTS, choices=CONTESTANTS)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--every", type=int, default=4, help="time one in so many batches")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(lambda: create(arguments.serve, arguments))
        return
    with tempfile.TemporaryDirectory() as folder:
        arguments.folder = folder
        compare(arguments)


if __name__ == "__main__":
    main()
