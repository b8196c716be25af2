"""The formulas of the model in numpy and float64, written without a look at the layers."""

import math

import numpy as np

ERF = np.vectorize(math.erf)


def weights_of(layer) -> dict[str, np.ndarray]:
    """Float64 weights by their path below the layer."""
    prefix = f"{layer.name}/"
    return {
        variable.path.removeprefix(prefix): variable.numpy().astype(np.float64)
        for variable in layer.trainable_variables
    }


def dense(x, weights, name):
    return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]


def layer_norm(x, weights, name, epsilon=1e-12):
    centred = x - x.mean(-1, keepdims=True)
    normal = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon)
    return normal * weights[f"{name}/gamma"] + weights[f"{name}/beta"]


def gelu(x):
    return x * 0.5 * (1.0 + ERF(x / math.sqrt(2.0)))


def softmax(x):
    exponentials = np.exp(x - x.max(-1, keepdims=True))
    return exponentials / exponentials.sum(-1, keepdims=True)


def attention(x, mask, weights, heads, prefix=""):
    """One sequence and one head at a time. x: [batch, seq, hidden]; mask: [batch, seq]."""
    query, key, value = (dense(x, weights, prefix + name) for name in ("query", "key", "value"))
    size = x.shape[-1] // heads
    result = np.zeros_like(x)
    for row in range(x.shape[0]):
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            scores = query[row, :, part] @ key[row, :, part].T / math.sqrt(size)
            scores = np.where(mask[row] > 0, scores, -np.inf)  # [seq, seq]
            result[row, :, part] = softmax(scores) @ value[row, :, part]
    return result


def encoder_layer(x, mask, weights, heads, prefix=""):
    """Post-LayerNorm: normalise after each residual sum."""
    attended = attention(x, mask, weights, heads, f"{prefix}attention/")
    attended = dense(attended, weights, f"{prefix}attention_output")
    x = layer_norm(x + attended, weights, f"{prefix}attention_LayerNorm")
    inner = gelu(dense(x, weights, f"{prefix}intermediate"))
    return layer_norm(
        x + dense(inner, weights, f"{prefix}output"), weights, f"{prefix}output_LayerNorm"
    )
