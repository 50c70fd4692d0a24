"""Registered operators, torch.compile and activation checkpointing."""

import functools

import pytest
import torch
import torch._dynamo
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import (
    CheckpointPolicy,
    checkpoint,
    create_selective_checkpoint_contexts,
)

import invact_torch as inv
from support import relative

OPS = torch.ops.invact_torch


def operators(device):
    """Each operator with arguments."""
    x = torch.randn(6, 20, device=device).bfloat16()
    y, bits = OPS.activation_forward(x, "gelu")
    p = OPS.gated_forward(x, x, "silu", True)
    w, b = torch.randn(20, device=device), torch.randn(20, device=device)
    b[3] = 100.0
    norm = (x, w, b, 1e-5, "layer", torch.bfloat16, torch.bfloat16, False, True)
    z, _, rstd, slot, beside = OPS.norm_forward(*norm)
    rms = (x, w, None, 1e-5, "llama", torch.float32, torch.bfloat16, True, True)
    return [
        (OPS.activation, (x, "gelu")),
        (OPS.activation_forward, (x, "silu")),
        (OPS.activation_forward, (x.t(), "silu")),
        (OPS.activation_backward, (x, y, bits, "gelu")),
        (OPS.exact_backward, (x, x, "mish")),
        (OPS.gated_forward, (x, x, "silu", True)),
        (OPS.gated_backward, (x, x, p, "silu", True)),
        (OPS.gated_fused_forward, (x, "gelu")),
        (OPS.gated_fused_backward, (p[:, :10], p, "silu", True)),
        (OPS.norm_forward, norm),
        (OPS.norm_forward, rms),
        (OPS.norm_forward, (*norm[:-1], False)),
        (OPS.norm_backward, (x, z, rstd, w, b, slot, beside, "layer", torch.bfloat16, False)),
    ]


def test_opcheck(device):
    for op, arguments in operators(device):
        torch.library.opcheck(op.default, arguments)


def functions(device):
    """What is compiled: a function, its inputs' shapes with the batch first, and bounds."""
    w, b = torch.randn(64, device=device), torch.randn(64, device=device)
    b[5], w[7], b[7] = 1000.0, 0.0, 1.0
    return {
        "gelu": inv.gelu,
        "gelu exact": functools.partial(inv.activation, "gelu", exact=True),
        "silu": lambda x: inv.silu(x),
        "swiglu": lambda x: inv.swiglu(x, x + 1.0),
        "swiglu fused": lambda x: inv.swiglu_(x * 2.0),
        "swiglu fp16": lambda x: inv.swiglu_(x.half()),
        "layer norm": lambda x: inv.layer_norm(x, 64, w, b),
        "rms norm": lambda x: inv.rms_norm(x, 64, w, variant="gemma"),
        "no gradients": lambda x: inv.gelu(x.detach()) + x,
        "recompute": lambda x: inv.recompute("silu", x, lambda y: y * 2.0),
    }


@pytest.mark.parametrize("label", list(functions("cpu")))
def test_compile_whole_graph_with_dynamic_shapes(device, label):
    torch._dynamo.reset()
    function = functions(device)[label]
    compiled = torch.compile(function, fullgraph=True, dynamic=True)
    for rows in (5, 9, 16):
        x = torch.randn(rows, 64, device=device, requires_grad=True)
        d = torch.randn_like(function(x))
        expected = torch.autograd.grad(function(x), x, d)[0]
        with torch._dynamo.config.patch(error_on_recompile=True):
            y = compiled(x)
        actual = torch.autograd.grad(y, x, d)[0]
        assert relative(y.detach(), function(x).detach()) <= 1e-6
        assert relative(actual, expected) <= 2e-6


def test_compiled_model_under_autocast(device):
    torch._dynamo.reset()
    model = nn.Sequential(
        inv.LayerNorm(16, readers_are_linear=True),
        nn.Linear(16, 64),
        inv.GELU(),
        nn.Linear(64, 16),
        inv.RMSNorm(16, eps=1e-6, variant="llama"),
    ).to(device)
    compiled = torch.compile(model, fullgraph=True)
    x = torch.randn(8, 16, device=device)
    gradients = []
    for run in (model, compiled):
        with torch.autocast(device.type, dtype=torch.bfloat16):
            loss = run(x).float().square().sum()
        gradients.append(torch.autograd.grad(loss, list(model.parameters())))
    for eager, mine in zip(*gradients):
        assert (mine - eager).norm() <= 2e-2 * eager.norm() + 1e-4


def test_compiled_training_finds_channels_as_they_change(device):
    torch._dynamo.reset()
    norm = inv.LayerNorm(32, device=device, dtype=torch.bfloat16)
    compiled = torch.compile(norm, fullgraph=True)
    x = torch.randn(64, 32, device=device).bfloat16()
    dy = torch.randn(64, 32, device=device).bfloat16()
    for biases in (0, 1, 5):
        with torch.no_grad():
            norm.bias[:biases] = 500.0
        norm.zero_grad()
        compiled(x).backward(dy)
        mine = norm.weight.grad.clone()
        exact = (dy.double() * F.layer_norm(x.double(), (32,))).sum(0)
        assert (
            (mine.double() - exact).abs() <= 1e-2 * exact.abs().clamp(min=exact.square().mean().sqrt())
        ).all()


def test_second_derivatives_of_compiled_code_are_refused(device):
    torch._dynamo.reset()
    x = torch.randn(8, device=device, requires_grad=True)
    compiled = torch.compile(lambda x: inv.gelu(x).sin(), fullgraph=True)
    (dx,) = torch.autograd.grad(compiled(x).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="double backward|second|not have been used|does not require grad"):
        torch.autograd.grad(dx.sum(), x)


def model(device):
    torch.manual_seed(3)
    return nn.ModuleDict(
        {
            "norm": inv.LayerNorm(16),
            "gate": nn.Linear(16, 64),
            "down": nn.Linear(32, 16),
            "up": nn.Linear(16, 64),
            "last": nn.Linear(64, 16),
        }
    ).to(device)


def block(m, x):
    x = x + m["down"](inv.swiglu_(m["gate"](m["norm"](x))))
    return x + m["last"](inv.gelu(m["up"](x)))


@pytest.mark.parametrize("reentrant", [False, True])
@pytest.mark.parametrize("compiled", [False, True])
def test_checkpointing(device, reentrant, compiled):
    torch._dynamo.reset()
    m = model(device)
    x = torch.randn(7, 16, device=device, requires_grad=True)
    expected = torch.autograd.grad(block(m, x).square().sum(), [x, *m.parameters()])
    run = torch.compile(block, fullgraph=True) if compiled else block
    out = checkpoint(run, m, x, use_reentrant=reentrant)
    out.square().sum().backward()
    for parameter, e in zip([x, *m.parameters()], expected):
        assert relative(parameter.grad, e) <= 1e-5


@pytest.mark.parametrize("compiled", [False, True])
def test_selective_checkpointing_by_name(device, compiled):
    if compiled and torch.__version__ < "2.15":
        pytest.skip("PyTorch 2.11 cannot compile a backward pass that takes a comparison of sizes")
    torch._dynamo.reset()
    m = model(device)
    x = torch.randn(7, 16, device=device, requires_grad=True)
    expected = torch.autograd.grad(block(m, x).square().sum(), [x, *m.parameters()])
    seen = []
    kept = {
        OPS.activation_forward.default,
        OPS.gated_fused_forward.default,
        OPS.norm_forward.default,
    }

    def policy(context, op, *args, **kwargs):
        if op in kept:
            seen.append((op, context.is_recompute))
            return CheckpointPolicy.MUST_SAVE
        return CheckpointPolicy.PREFER_RECOMPUTE

    def run(m, x):
        return checkpoint(
            block,
            m,
            x,
            use_reentrant=False,
            context_fn=functools.partial(create_selective_checkpoint_contexts, policy),
        )

    out = (torch.compile(run, fullgraph=True) if compiled else run)(m, x)
    out.square().sum().backward()
    for parameter, e in zip([x, *m.parameters()], expected):
        assert relative(parameter.grad, e) <= 1e-5
    assert {op for op, _ in seen} == kept


def test_kept_bytes_of_compiled_code(device):
    torch._dynamo.reset()
    first = nn.Linear(32, 128, device=device, dtype=torch.bfloat16)
    last = nn.Linear(128, 32, device=device, dtype=torch.bfloat16)
    fused = nn.Linear(32, 256, device=device, dtype=torch.bfloat16)
    x = torch.randn(64, 32, device=device, dtype=torch.bfloat16)
    for function, per_element in (
        (lambda x: last(inv.gelu(first(x))), 2.125),
        (lambda x: last(inv.swiglu_(fused(x))), 4.0),
    ):
        out = torch.compile(function, fullgraph=True)(x)
        parameters = {
            p.untyped_storage().data_ptr()
            for p in (*first.parameters(), *last.parameters(), *fused.parameters())
        }
        storages = {}
        for saved in out.grad_fn.saved_tensors if hasattr(out.grad_fn, "saved_tensors") else ():
            storage = saved.untyped_storage()
            if storage.data_ptr() not in parameters and storage.data_ptr() != x.untyped_storage().data_ptr():
                storages[storage.data_ptr()] = storage.nbytes()
        assert sum(storages.values()) / (64 * 128) == per_element
