"""The same optimisation step in PyTorch and transformers, as fast as they get on a processor.

Same model, objective and optimizer: generator and discriminator over shared embeddings, logits at
the masked positions only, dropout, clipping, a fused AdamW (with the bias correction that ours does
not have). bfloat16 is autocast: weights stay in float32, as ours do.
"""

from collections.abc import Callable

import torch
from torch.nn import functional
from transformers import ElectraConfig, ElectraForMaskedLM, ElectraForPreTraining

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.project import ProjectConfig

MASK_ID, FIRST_WORD = 4, 5


def create(project: ProjectConfig, attention: str, compiled: bool) -> Callable[[], float]:
    """A function that takes a step and returns its loss.

    Args:
        attention: transformers' implementation, "sdpa" or "eager".
    """
    torch.manual_seed(1)
    torch.set_flush_denormal(True)
    config, words = project.pretraining, project.vocabulary.size
    model = TorchElectra(project, attention)
    model.train()
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=1e-5, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.01, fused=True
    )
    autocast = torch.autocast("cpu", torch.bfloat16, enabled=config.precision == "bfloat16")
    shape = (config.batch_size, project.records.sequence_length)
    ids = torch.randint(FIRST_WORD, words, shape)
    loss_of = torch.compile(model) if compiled else model

    def step() -> float:
        optimizer.zero_grad(set_to_none=True)
        with autocast:
            loss = loss_of(ids)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.optimizer.clip_norm)
        optimizer.step()
        return loss.item()

    return step


class TorchElectra(torch.nn.Module):
    """ids [batch, seq] -> the loss."""

    def __init__(self, project: ProjectConfig, attention: str) -> None:
        super().__init__()
        architecture, words = project.pretraining.architecture, project.vocabulary.size
        self.objective = project.pretraining.objective
        self.predictions = self.objective.masking.max_predictions(project.records.sequence_length)
        small = configuration(architecture.generator(words), attention)
        large = configuration(architecture.discriminator(words), attention)
        self.generator, self.discriminator = ElectraForMaskedLM(small), ElectraForPreTraining(large)
        self.generator.electra.embeddings = self.discriminator.electra.embeddings
        table = self.discriminator.electra.embeddings.word_embeddings.weight
        self.generator.generator_lm_head.weight = table

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        draws = torch.rand(ids.shape)
        positions = draws.topk(self.predictions, dim=1).indices  # [batch, predictions]
        targets = ids.gather(1, positions)
        hidden = torch.rand(positions.shape) < self.objective.masking.mask_probability
        masked = ids.scatter(1, positions, torch.where(hidden, MASK_ID, targets))
        states = self.generator.electra(input_ids=masked).last_hidden_state
        chosen = states.gather(1, positions.unsqueeze(-1).expand(-1, -1, states.shape[-1]))
        logits = self.generator.generator_lm_head(self.generator.generator_predictions(chosen))
        logits = logits.flatten(0, 1).float()  # [batch * predictions, vocab]
        mlm_loss = functional.cross_entropy(logits, targets.flatten())
        corrupted = ids.scatter(1, positions, _sample(logits.detach()).view_as(positions))
        is_replaced = (corrupted != ids).float()
        logits = self.discriminator(input_ids=corrupted).logits.float()
        rtd_loss = functional.binary_cross_entropy_with_logits(logits, is_replaced)
        return self.objective.mlm_weight * mlm_loss + self.objective.rtd_weight * rtd_loss


def _sample(logits: torch.Tensor) -> torch.Tensor:
    """One word a row. [rows, vocab] -> [rows]; `torch.multinomial` takes several times as long."""
    cumulative = logits.softmax(-1).cumsum(-1)
    target = torch.rand(len(logits), 1) * cumulative[:, -1:]
    return torch.searchsorted(cumulative, target).clamp(max=logits.shape[-1] - 1)


def configuration(encoder: EncoderConfig, attention: str) -> ElectraConfig:
    """Of the same encoder in transformers; `attention` is the name of its implementation."""
    return ElectraConfig(
        vocab_size=encoder.vocab_size,
        embedding_size=encoder.embedding_size,
        hidden_size=encoder.hidden_size,
        num_hidden_layers=encoder.num_layers,
        num_attention_heads=encoder.num_heads,
        intermediate_size=encoder.intermediate_size,
        max_position_embeddings=encoder.max_position_embeddings,
        hidden_dropout_prob=encoder.dropout,
        attention_probs_dropout_prob=encoder.attention_dropout,
        layer_norm_eps=encoder.layer_norm_epsilon,
        attn_implementation=attention,
    )
