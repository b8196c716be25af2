"""The same fine-tuning and prediction by transformers' Trainer."""

import tempfile
from collections.abc import Callable

import torch
from pytorch_step import configuration
from sentences import BATCH, Sentences
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from transformers import (
    DataCollatorForTokenClassification,
    ElectraForTokenClassification,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
)

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.downstream.example import IGNORED

IGNORED_HERE = -100  # what PyTorch's cross-entropy leaves out


def create(
    data: Sentences, architecture: ArchitectureConfig, precision: str, order: str, attention: str
) -> dict[str, Callable[[], float]]:
    """Training and prediction, by task. Each returns the number of examples seen.

    Args:
        order: Trainer's sampling strategy; with "sequential" the examples are sorted by length.
        attention: transformers' implementation, "sdpa" or "eager".
    """
    torch.set_flush_denormal(True)
    encoder = configuration(architecture.discriminator(data.vocab_size), attention)
    encoder.num_labels = len(data.task.label_names)
    examples = [
        {
            "input_ids": example.input_ids,
            "attention_mask": [1] * len(example.input_ids),
            "labels": [IGNORED_HERE if x == IGNORED else x for x in example.labels],
        }
        for example in data.examples
    ]
    if order == "sequential":
        examples.sort(key=lambda example: len(example["input_ids"]))
    # It only pads: the text is ids already.
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(WordPiece({"[PAD]": 0}, unk_token="[PAD]")), pad_token="[PAD]"
    )
    trainer = Trainer(
        ElectraForTokenClassification(encoder),
        _arguments(precision, order),
        DataCollatorForTokenClassification(tokenizer),
        train_dataset=examples,
        # The best label of each token, as ours returns, rather than all logits.
        preprocess_logits_for_metrics=lambda logits, labels: logits.argmax(-1),
    )

    def train() -> float:
        trainer.train()
        return len(examples)

    def predict() -> float:
        return len(trainer.predict(examples).predictions)

    return {"training": train, "prediction": predict}


def _arguments(precision: str, order: str) -> TrainingArguments:
    return TrainingArguments(
        output_dir=tempfile.mkdtemp(),
        use_cpu=True,
        bf16=precision == "bfloat16",
        num_train_epochs=1,
        per_device_train_batch_size=BATCH,
        per_device_eval_batch_size=BATCH,
        train_sampling_strategy=order,
        learning_rate=1e-4,
        weight_decay=0.01,
        optim="adamw_torch_fused",
        dataloader_pin_memory=False,
        disable_tqdm=True,
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
    )
