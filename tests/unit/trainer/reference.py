#!/usr/bin/env python3
"""Makes reference.safetensors, which tests/unit/trainer/reference.c compares leat with: an independent implementation of
the Llama form in NumPy (float64, whole matrices, masks), differentiated by the package `autograd`, trained with AdamW.

    python3 -m venv v && v/bin/pip install numpy==2.4.6 autograd==1.9.1 && v/bin/python reference.py reference.safetensors

Recorded: logits, loss and the gradient of every tensor of the initial model, the losses and gradient norms of 20 steps, and
the weights after them; once with tied and once with separate embeddings and other options (see CASES). Weights and tokens
come from integer formulas that the test repeats.
"""

import json
import struct
import sys

import autograd.numpy as np
from autograd import grad

V, LAYERS, D, HEADS, KV, FFN, T, B, EOD = 13, 2, 16, 4, 2, 20, 7, 2, 3
STEPS, WARMUP, LR, MIN_LR, DECAY, BETA1, BETA2, EPS, CLIP = 20, 3, 2e-2, 1e-3, 0.1, 0.9, 0.95, 1e-8, 0.5
THETA, NORM_EPS = 100.0, 1e-5
CASES = {"tied": dict(tied=True, documents=False), "untied": dict(tied=False, documents=True)}


def shapes(tied):
    s = {"model.embed_tokens.weight": (V, D), "model.norm.weight": (D,)}
    size = D // HEADS
    for i in range(LAYERS):
        p = f"model.layers.{i}."
        s[p + "input_layernorm.weight"] = s[p + "post_attention_layernorm.weight"] = (D,)
        s[p + "self_attn.q_proj.weight"] = s[p + "self_attn.o_proj.weight"] = (D, D)
        s[p + "self_attn.k_proj.weight"] = s[p + "self_attn.v_proj.weight"] = (KV * size, D)
        s[p + "mlp.gate_proj.weight"] = s[p + "mlp.up_proj.weight"] = (FFN, D)
        s[p + "mlp.down_proj.weight"] = (D, FFN)
    if not tied:
        s["lm_head.weight"] = (V, D)
    return s


def initial(name, shape):
    h = 2166136261
    for b in name.encode():
        h = (h ^ b) * 16777619 % 2**32
    n = int(np.prod(shape))
    i = np.arange(n, dtype=np.uint64)
    x = ((i * 2654435761 + h * 40503) % 2**32) / 2**32 - 0.5
    return (x + 1 if len(shape) == 1 else x).reshape(shape)


def tokens(step):
    b, j = np.arange(B)[:, None], np.arange(T + 1)[None, :]
    return (7 * b + 3 * j * j + 5 * j + 1 + step * (j + 1)) % V


def norm(x, w):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + NORM_EPS) * w


def rope(x):  # [B, T, heads, size]
    half = x.shape[-1] // 2
    angle = np.arange(T)[:, None] * THETA ** (-np.arange(half) / half)
    c, s = np.cos(angle)[None, :, None, :], np.sin(angle)[None, :, None, :]
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * c - b * s, b * c + a * s], axis=-1)


def mask(x, documents):
    seen = np.tril(np.ones((T, T), bool))[None]
    if documents:  # of the same document: as many ends before the one as before the other
        before = np.cumsum(x == EOD, axis=1) - (x == EOD)
        seen = seen & (before[:, :, None] == before[:, None, :])
    return np.where(seen, 0.0, -np.inf)[:, None]


def logits(w, x, documents):
    size = D // HEADS
    h = w["model.embed_tokens.weight"][x]
    bias = mask(x, documents)
    for i in range(LAYERS):
        p = f"model.layers.{i}."
        n = norm(h, w[p + "input_layernorm.weight"])
        q, k, v = ((n @ w[p + f"self_attn.{c}_proj.weight"].T).reshape(B, T, -1, size) for c in "qkv")
        q, k = rope(q), rope(k)
        k, v = np.repeat(k, HEADS // KV, axis=2), np.repeat(v, HEADS // KV, axis=2)
        s = np.einsum("bihd,bjhd->bhij", q, k) / np.sqrt(size) + bias
        s = np.exp(s - np.max(s, axis=-1, keepdims=True))
        s = s / np.sum(s, axis=-1, keepdims=True)
        a = np.einsum("bhij,bjhd->bihd", s, v).reshape(B, T, D)
        h = h + a @ w[p + "self_attn.o_proj.weight"].T
        n = norm(h, w[p + "post_attention_layernorm.weight"])
        g = n @ w[p + "mlp.gate_proj.weight"].T
        h = h + (g / (1 + np.exp(-g)) * (n @ w[p + "mlp.up_proj.weight"].T)) @ w[p + "mlp.down_proj.weight"].T
    h = norm(h, w["model.norm.weight"])
    return h @ w.get("lm_head.weight", w["model.embed_tokens.weight"]).T


def loss(w, step, documents):
    t = tokens(step)
    z = logits(w, t[:, :-1], documents)
    z = z - np.max(z, axis=-1, keepdims=True)
    p = z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True))
    each = -np.sum(p * np.eye(V)[t[:, 1:]], axis=-1)
    live = (t[:, :-1] != EOD) if documents else np.ones((B, T), bool)
    return np.sum(each * live) / np.sum(live)


def rate(s):
    if s <= WARMUP:
        return LR * s / WARMUP
    return MIN_LR + (LR - MIN_LR) * (1 + np.cos(np.pi * (s - WARMUP) / (STEPS - WARMUP))) / 2 if s < STEPS else MIN_LR


def run(case, tied, documents):
    w = {n: initial(n, s) for n, s in shapes(tied).items()}
    out = {f"{case}.logits": logits(w, tokens(0)[:, :-1], documents)}
    m, v = ({n: 0 * x for n, x in w.items()} for _ in range(2))
    losses, norms = [], []
    for s in range(1, STEPS + 1):
        losses.append(loss(w, s - 1, documents))
        g = grad(loss)(w, s - 1, documents)
        if s == 1:
            out.update({f"{case}.grad.{n}": x for n, x in g.items()})
        norms.append(np.sqrt(sum(np.sum(x * x) for x in g.values())))
        scale = min(1.0, CLIP / norms[-1])
        for n in w:
            m[n] = BETA1 * m[n] + (1 - BETA1) * g[n] * scale
            v[n] = BETA2 * v[n] + (1 - BETA2) * (g[n] * scale) ** 2
            decay = DECAY if w[n].ndim > 1 else 0
            hat_m, hat_v = m[n] / (1 - BETA1**s), v[n] / (1 - BETA2**s)
            w[n] = w[n] * (1 - rate(s) * decay) - rate(s) * hat_m / (np.sqrt(hat_v) + EPS)
    out[f"{case}.losses"], out[f"{case}.norms"] = np.array(losses), np.array(norms)
    out.update({f"{case}.after.{n}": x for n, x in w.items()})
    return out


def save(path, tensors):
    header, at, data = {}, 0, b""
    for n, x in tensors.items():
        raw = np.ascontiguousarray(x, dtype="<f8").tobytes()
        header[n] = {"dtype": "F64", "shape": list(x.shape), "data_offsets": [at, at + len(raw)]}
        at, data = at + len(raw), data + raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    everything = {}
    for case, options in CASES.items():
        everything.update(run(case, **options))
    save(sys.argv[1], everything)
