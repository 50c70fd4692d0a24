"""convert on a user's own models: what is recognised, what is left and why, and what follows a copy."""

import copy
import os
import pickle

import pytest
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

import invact_torch as inv
from support import held_bytes, relative

N, INNER = 16, 40


class Gated(nn.Module):
    """A gated MLP; `unit` is what lies between its Linears."""

    def __init__(self, unit, act=None):
        super().__init__()
        self.w1 = nn.Linear(N, INNER)
        self.w2 = nn.Linear(INNER, N)
        self.w3 = nn.Linear(N, INNER)
        self.unit = unit
        if act is not None:
            self.act = act

    def forward(self, x):
        return self.w2(self.unit(self, self.w1(x), self.w3(x)))


class Fused(nn.Module):
    def __init__(self, split, act):
        super().__init__()
        self.both = nn.Linear(N, 2 * INNER)
        self.down = nn.Linear(INNER, N)
        self.act = act
        self.split = split

    def forward(self, x):
        a, b = self.split(self.both(x))
        return self.down(self.act(a) * b)


class Block(nn.Module):
    """Pre-norm; the MLP with an activation as a function."""

    def __init__(self, norm=None):
        super().__init__()
        self.norm = nn.LayerNorm(N) if norm is None else norm
        self.up = nn.Linear(N, INNER)
        self.act = nn.GELU()
        self.drop = nn.Dropout(0.0)
        self.down = nn.Linear(INNER, N)

    def forward(self, x):
        return x + self.down(self.drop(self.act(self.up(self.norm(x)))))


class Stack(nn.Module):
    def __init__(self, depth=3, make=Block):
        super().__init__()
        self.layers = nn.ModuleList(make() for _ in range(depth))
        self.head = nn.Linear(N, 5)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


def example():
    return torch.randn(4, 6, N)


def step(model, x):
    """Output and gradients."""
    model.zero_grad()
    y = model(x)
    y.backward(torch.linspace(-1, 1, y.numel()).reshape(y.shape))
    return y.detach(), {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def assert_same(model, x, expected, tolerance=1e-5):
    """Within what the fp32 sets and fp32's rounding give."""
    y, gradients = step(model, x)
    assert relative(y, expected[0]) <= tolerance
    assert gradients.keys() == expected[1].keys()
    for name, gradient in gradients.items():
        assert relative(gradient, expected[1][name]) <= tolerance, name


def reasons(report):
    return {m.name: m.text for m in report.left}


def named(report):
    return {m.name: m.text for m in report.replaced}


@pytest.mark.parametrize("mode", ["inverted", "recompute"])
def test_sequential(mode):
    model = nn.Sequential(
        nn.LayerNorm(N),
        nn.Linear(N, INNER),
        nn.GELU("tanh"),
        nn.Linear(INNER, INNER),
        nn.SiLU(),
        nn.Linear(INNER, 3),
    )
    x = example()
    expected = step(model, x)
    state = {n: t.clone() for n, t in model.state_dict().items()}
    before = held_bytes(lambda: model(x), model.parameters())[0]
    report = inv.convert(model, inputs=x, mode=mode)
    assert set(named(report)) == {"0", "2", "4"} and not report.left
    assert model.state_dict().keys() == state.keys()
    assert isinstance(model[2], nn.GELU) and type(nn.GELU()) is nn.GELU
    assert_same(model, x, expected)
    rows = 4 * 6
    # norm: x, mean and rstd become rstd; activations: x becomes a bit an element, or y is freed
    saved = rows * (4 * N + 4) + 2 * rows * INNER * 4 - (2 * rows * INNER // 8 if mode == "inverted" else 0)
    if mode == "inverted":
        assert before - held_bytes(lambda: model(x), model.parameters())[0] == saved
    assert report.kept_before - report.kept_after == saved
    assert report.saved_a_token == saved / rows
    assert sum(m.saved for m in report.replaced) == saved
    for _ in range(3):
        step(model, x)
        with torch.no_grad():
            for p in model.parameters():
                p -= 0.1 * p.grad
    model.load_state_dict(state)
    assert_same(model, x, expected)
    assert inv.revert(model) == (3 if mode == "inverted" else 5)
    y, gradients = step(model, x)
    assert torch.equal(y, expected[0])
    assert all(torch.equal(g, expected[1][n]) for n, g in gradients.items())
    assert type(model[2]) is nn.GELU and "_invact" not in vars(model[2])


def test_recompute_frees_the_output():
    model = Stack(2)
    x = example()
    inv.convert(model, inputs=x, mode="recompute", norms=False)
    seen = []
    model.layers[0].act.register_forward_hook(lambda m, args, out: seen.append(out.untyped_storage()))
    loss = model(x).sum()
    assert seen[0].nbytes() == 0
    loss.backward()
    assert seen[0].nbytes() == 4 * 6 * INNER * 4


ACTIVATIONS = {
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "mish": F.mish,
}


@pytest.mark.parametrize("name", list(ACTIVATIONS))
@pytest.mark.parametrize("mode", ["inverted", "recompute"])
def test_functional_gated_unit(name, mode):
    f = ACTIVATIONS[name]
    model = nn.Sequential(Gated(lambda m, a, b: f(a) * b), Gated(lambda m, a, b: b * f(a)))
    x = example()
    expected = step(model, x)
    report = inv.convert(model, inputs=x, mode=mode)
    assert named(report) == dict.fromkeys("01", f"{name} gated unit, {mode}")
    assert_same(model, x, expected)


def test_gate_and_up_exchanged():
    """Which Linear is the gate is found by numbers."""
    model = Gated(lambda m, a, b: a * F.silu(b))
    x = example()
    expected = step(model, x)
    inv.convert(model, inputs=x)
    assert model._invact.children == ("w3", "w1", "w2")
    assert_same(model, x, expected)


def test_functional_activation():
    class MLP(nn.Module):
        def __init__(self):
            super().__init__()
            self.up = nn.Linear(N, INNER)
            self.down = nn.Linear(INNER, N)

        def forward(self, x):
            return self.down(F.gelu(self.up(x)))

    model = MLP()
    x = example()
    expected = step(model, x)
    assert named(inv.convert(model, inputs=x)) == {"": "gelu activation in an MLP, inverted"}
    assert_same(model, x, expected)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("mode", ["inverted", "recompute"])
def test_fused_projection(first, mode):
    model = Fused(lambda t: t.chunk(2, -1)[:: 1 if first else -1], nn.SiLU())
    x = example()
    expected = step(model, x)
    report = inv.convert(model, inputs=x, mode=mode)
    assert named(report) == {"": f"silu fused gated unit, {mode}"}
    assert model._invact.gate_first is first
    assert_same(model, x, expected)


LEFT = {
    "clamped": lambda m, a, b: m.act(a.clamp(max=7.0)) * b,
    "clamped up": lambda m, a, b: m.act(a) * b.clamp(-7.0, 7.0),
    "shifted": lambda m, a, b: m.act(a) * (b + 1.0),
    "scaled": lambda m, a, b: m.act(a) * b * 2.0,
    "sigmoid": lambda m, a, b: (
        torch.sigmoid(a) * b * m.act(b).abs().clamp(max=0) + a * torch.sigmoid(a * 1.5) * b
    ),
}


@pytest.mark.parametrize("name", list(LEFT))
def test_other_units_are_left(name):
    model = nn.Sequential(Gated(LEFT[name], nn.SiLU()))
    try:
        left = reasons(inv.convert(model, inputs=example()))
    except inv.ConversionError as error:  # its activation may be nothing to gain from either
        left = {"0": str(error)}
    assert "clamped, scaled or interleaved" in left["0"]
    assert type(model[0]) is Gated


def test_interleaved_unit_is_left():
    model = Fused(lambda t: (t[..., ::2], t[..., 1::2]), nn.SiLU())
    with pytest.raises(inv.ConversionError, match="clamped, scaled or interleaved"):
        inv.convert(model, inputs=example())


def test_dropout_and_frozen_readers():
    model = Stack(4)
    model.layers[1].drop.p = 0.1
    model.layers[2].down.requires_grad_(False)
    model.layers[3].act = nn.ReLU()
    report = inv.convert(model, inputs=example(), norms=False)
    assert set(named(report)) == {"layers.0.act"}
    assert reasons(report) == {
        "layers.1.act": "dropout lies between it and the next Linear",
        "layers.2.act": "the next Linear is frozen and has no adapter",
    }


def test_gated_unit_whose_product_nobody_keeps():
    """A frozen last Linear: a and b are kept, 8 bytes an element in fp32, instead of a, f(a) and b."""
    model = Gated(lambda m, a, b: F.silu(a) * b)
    model.w2.requires_grad_(False)
    x = example()
    expected = step(model, x)
    report = inv.convert(model, inputs=x)
    assert "keeps both inputs" in named(report)[""]
    assert report.kept_before - report.kept_after == 4 * 6 * INNER * 4
    assert_same(model, x, expected)


def test_dropout_before_the_last_linear_of_a_gated_unit():
    model = Gated(lambda m, a, b: m.act(F.silu(a) * b), nn.Dropout(0.2))
    with pytest.raises(inv.ConversionError, match="nothing was converted"):
        inv.convert(model, inputs=example())


def test_activation_as_an_attribute():
    """A function cannot be exchanged for an instance: the report says how it can."""
    left = reasons(inv.convert(nn.TransformerEncoder(encoder_layer(F.gelu), 1), inputs=example()))
    assert left["layers.0"] == "its activation is a function: give it a module such as torch.nn.GELU()"
    model = nn.TransformerEncoder(encoder_layer(nn.GELU()), 2)
    x = example()
    expected = step(model, x)
    report = inv.convert(model, inputs=x)
    assert {f"layers.{k}.activation" for k in range(2)} <= set(named(report))
    assert_same(model, x, expected)


def encoder_layer(act):
    return nn.TransformerEncoderLayer(N, 2, INNER, dropout=0.0, activation=act, batch_first=True)


def test_output_changed_in_place():
    class Changed(Block):
        def forward(self, x):
            y = self.act(self.up(x))
            y += 1.0
            return self.down(y)

    with pytest.raises(inv.ConversionError, match="changed in place"):
        inv.convert(Changed(), inputs=example())


class RMS(nn.Module):
    """RMSNorms in PyTorch operations, as models write them."""

    def __init__(self, variant, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(N) + (0.0 if variant == "gemma" else 0.5))
        self.small = eps
        self.variant = variant

    def forward(self, x):
        h = x.float()
        h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.small)
        if self.variant == "gemma":
            return (h * (1.0 + self.weight.float())).type_as(x)
        if self.variant == "llama":
            return self.weight * h.to(x.dtype)
        if self.variant == "torch":
            return (self.weight * h).to(x.dtype)
        return (h * (1.0 + self.weight.float()).to(x.dtype)).to(x.dtype)  # 1 + w is rounded first


@pytest.mark.parametrize("variant", ["llama", "torch", "gemma"])
def test_norm_variants(variant):
    model = Block(RMS(variant))
    x = example()
    expected = step(model, x)
    report = inv.convert(model, inputs=x, activations=False)
    assert model.norm._invact.function == variant and model.norm._invact.eps == 1e-6
    assert_same(model, x, expected)
    inv.revert(model)
    model, x = model.bfloat16(), x.bfloat16()
    y = model.norm(x)
    inv.convert(model, inputs=x, activations=False)
    # one in fifty elements may lie so near the middle of two numbers that fp32's order of operations decides
    assert (model.norm(x) == y).float().mean() > 0.98
    assert report.replaced[0].name == "norm"


@pytest.mark.parametrize(
    "norm, reason", [(RMS("rounded"), "rounds to 16 bits"), (nn.GroupNorm(4, N), "none of")]
)
def test_other_norms_are_left(norm, reason):
    with pytest.raises(inv.ConversionError, match=reason):
        inv.convert(nn.Sequential(norm, nn.Linear(N, N)), inputs=torch.randn(4, N))


class Readers(nn.Module):
    """A norm whose output is read in several ways."""

    def __init__(self, how):
        super().__init__()
        self.norm = nn.LayerNorm(N)
        self.q = nn.Linear(N, N)
        self.k = nn.Linear(N, N)
        self.how = how

    def forward(self, x):
        y = self.norm(x)
        return self.how(self, y, x)


class Double(torch.autograd.Function):
    """Invisible to functions modes: only the graph shows that it reads y."""

    @staticmethod
    def forward(ctx, y):
        return torch.empty_like(y).copy_(y.detach() * 2)

    @staticmethod
    def backward(ctx, dy):
        return dy * 2


READERS = {
    "linears": (True, lambda m, y, x: m.q(y) + m.k(y)),
    "views": (True, lambda m, y, x: x + m.q(y.flatten(0, 1)).view_as(x) + m.k(y[:, :3]).sum()),
    "product": (True, lambda m, y, x: torch.matmul(y, m.q.weight) + x),
    "residual": (False, lambda m, y, x: y + m.q(y)),
    "output": (False, lambda m, y, x: (m.q(y), y)),
    "output view": (False, lambda m, y, x: (m.q(y), y[:, 0])),
    "wide": (False, lambda m, y, x: m.q(y) + F.linear(y.double(), m.k.weight.double())),
    "statistics": (False, lambda m, y, x: m.q(y) * y.detach().std()),
    "outside autocast": (False, lambda m, y, x: m.q(y) + outside(m.k, y)),
    "custom function": (False, lambda m, y, x: m.q(y) + Double.apply(y)),
}


def outside(linear, y):
    with torch.autocast("cpu", enabled=False):
        return linear(y)


@pytest.mark.parametrize("name", list(READERS))
@pytest.mark.parametrize("given", [None, torch.bfloat16])
def test_who_reads_a_norm(name, given):
    """16 bits under autocast where matrix products alone read y; found whether or not autocast is on."""
    linear, how = READERS[name]
    model = Readers(how)
    x = example()
    inv.convert(model, inputs=x, autocast=given)
    assert model.norm._invact.readers_are_linear is linear
    with torch.autocast("cpu", torch.bfloat16):
        assert model.norm(x).dtype == (torch.bfloat16 if linear else torch.float32)
        model(x)


class Overwritten(torch.autograd.Function):
    """Writes into its input and does not say so, as kernels of Triton do."""

    @staticmethod
    def forward(ctx, y):
        y.data.neg_()
        return y.view_as(y)

    @staticmethod
    def backward(ctx, dy):
        return -dy


def test_output_overwritten_without_a_trace():
    model = Readers(lambda m, y, x: m.q(Overwritten.apply(y)))
    with pytest.raises(inv.ConversionError, match="changed in place"):
        inv.convert(model, inputs=example())


def test_layers():
    def converted(layers):
        model = Stack(3)
        inv.convert(model, inputs=example(), norms=False, layers=layers)
        return [int(n.split(".")[1]) for n, m in model.named_modules() if hasattr(m, "_invact")]

    assert converted(1) == [1]
    assert converted([0, -1]) == [0, 2]
    assert converted(range(2)) == [0, 1]
    assert converted("layers.[12]") == [1, 2]
    assert converted("*.act") == [0, 1, 2]
    assert converted(lambda name, module: name.startswith("layers.2")) == [2]
    with pytest.raises(TypeError, match="layers"):
        converted([1.5])
    with pytest.raises(inv.ConversionError, match="nothing was converted"):
        converted(7)


def test_twice():
    """Layers may be converted in different modes; a second time nothing is left to do."""
    model = Stack(2)
    x = example()
    expected = step(model, x)
    inv.convert(model, inputs=x, layers=0, mode="recompute")
    inv.convert(model, inputs=x, layers=1)
    assert_same(model, x, expected)
    with pytest.raises(inv.ConversionError, match="nothing was converted"):
        inv.convert(model, inputs=x)
    inv.revert(model)
    assert not any(hasattr(m, "_invact") for m in model.modules())


def test_without_inputs():
    """Only what has its reader inside, or beside it in a Sequential, is known."""
    model = nn.Sequential(
        nn.LayerNorm(N),
        Gated(lambda m, a, b: F.silu(a) * b),
        nn.Linear(N, INNER),
        nn.GELU(),
        nn.Linear(INNER, N),
    )
    x = example()
    expected = step(model, x)
    report = inv.convert(model)
    assert set(named(report)) == {"1", "3"}
    assert "give inputs=" in reasons(report)["0"] and "give inputs=" in str(report)
    assert_same(model, x, expected)
    with pytest.raises(inv.ConversionError, match="give inputs="):
        inv.convert(Stack())


def test_errors_leave_the_model_alone():
    model = Stack()
    with pytest.raises(ValueError, match="mode"):
        inv.convert(model, inputs=example(), mode="exact")
    with pytest.raises(inv.ConversionError, match="forward pass on inputs failed"):
        inv.convert(model, inputs=torch.randn(3, N + 1))
    with pytest.raises(inv.ConversionError, match="float64"):
        inv.convert(Stack().double(), inputs=example().double())
    assert not any(hasattr(m, "_invact") for m in model.modules())
    assert not torch.nn.modules.module._global_forward_pre_hooks
    assert not torch.nn.modules.module._global_forward_hooks


def test_probe_leaves_no_trace():
    """Buffers, flags, gradients and random states are as before."""
    model = nn.Sequential(nn.Linear(N, INNER), nn.BatchNorm1d(INNER), nn.SiLU(), nn.Linear(INNER, N)).eval()
    model[1].train()
    mean = model[1].running_mean.clone()
    flags = [m.training for m in model.modules()]
    torch.manual_seed(3)
    state = torch.get_rng_state()
    inv.convert(model, inputs=torch.randn(8, N, generator=torch.Generator().manual_seed(1)))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(model[1].running_mean, mean)
    assert [m.training for m in model.modules()] == flags
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("mode", ["inverted", "recompute"])
def test_copies(mode):
    """deepcopy, pickle and the replicas of DataParallel compute with their own parameters."""
    model = Stack()
    x = example()
    inv.convert(model, inputs=x, mode=mode)
    copies = [copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
    for other in copies:
        with torch.no_grad():
            for p in other.parameters():
                p.mul_(1.5)
        reference = Stack()
        reference.load_state_dict(other.state_dict())
        assert_same(other, x, step(reference, x))
        assert inv.revert(other) > 0
        assert torch.equal(other(x), reference(x))
    norm = model.layers[0].norm
    replica = norm._replicate_for_data_parallel()
    replica._parameters = {n: torch.full_like(p, 2.0) for n, p in norm.named_parameters()}
    assert relative(replica(x), F.layer_norm(x, (N,), *replica._parameters.values())) <= 1e-6
    assert hasattr(model.layers[0].act, "_invact")


def test_hooks_and_other_patches():
    model = Stack(2)
    x = example()
    calls = []
    model.layers[0].act.register_forward_hook(lambda m, a, out: calls.append(out.shape))
    model.layers[1].act.forward = lambda y: F.gelu(y)
    report = inv.convert(model, inputs=x, norms=False)
    assert "replaced already" in reasons(report)["layers.1.act"]
    calls.clear()
    model(x)
    assert calls == [(4, 6, INNER)]


@pytest.mark.parametrize("mode", ["inverted", "recompute"])
@pytest.mark.parametrize("reentrant", [True, False])
def test_checkpointing(mode, reentrant):
    class Checkpointed(Stack):
        def forward(self, x):
            for k, layer in enumerate(self.layers):
                x = checkpoint(layer, x, use_reentrant=reentrant) if k == 1 else layer(x)
            return self.head(x)

    model = Checkpointed()
    x = example().requires_grad_()
    expected = step(model, x)
    report = inv.convert(model, inputs=x, mode=mode)
    assert any(name.startswith("layers.0") for name in named(report))
    assert_same(model, x, expected)


@pytest.mark.parametrize("mode", ["inverted", "recompute"])
def test_compile(mode):
    torch._dynamo.reset()
    model = Stack(2, lambda: nn.Sequential(Block(), Gated(lambda m, a, b: m.act(a) * b, nn.SiLU())))
    x = example()
    expected = step(model, x)
    inv.convert(model, inputs=x, mode=mode)
    assert_same(
        torch.compile(model, fullgraph=True, backend="aot_eager"),
        x,
        {0: expected[0], 1: {f"_orig_mod.{n}": g for n, g in expected[1].items()}},
    )
    torch._dynamo.reset()


def test_fully_shard(tmp_path):
    from torch.distributed.fsdp import fully_shard

    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    dist.init_process_group("gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    try:
        model = Stack(2)
        x = example()
        expected = step(model, x)
        inv.convert(model, inputs=x)
        for layer in model.layers:
            fully_shard(layer)
        fully_shard(model)
        y, gradients = step(model, x)
        assert relative(y, expected[0]) <= 1e-5
        for name, gradient in gradients.items():
            assert relative(gradient.full_tensor(), expected[1][name]) <= 1e-5, name
        with pytest.raises(inv.ConversionError, match="sharded already"):
            inv.convert(model, inputs=x)
        fully_shard(model.layers[0].act)
        with pytest.raises(inv.ConversionError, match="before FSDP"):
            inv.revert(model)
    finally:
        dist.destroy_process_group()


def test_distributed_data_parallel(tmp_path):
    dist.init_process_group("gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    try:
        model = Stack(2)
        x = example()
        expected = step(model, x)
        parallel = nn.parallel.DistributedDataParallel(model)
        assert len(inv.convert(parallel, inputs=x).replaced) == 4
        assert_same(parallel, x, {0: expected[0], 1: {f"module.{n}": g for n, g in expected[1].items()}})
    finally:
        dist.destroy_process_group()


def test_check():
    model = Stack(2)
    x = example()
    with pytest.raises(inv.ConversionError, match="nothing is converted"):
        inv.check(model, x)
    inv.convert(model, inputs=x)
    result = inv.check(model, x)
    assert result.worst[1] <= 1e-5 and len(result.gradients) == len(list(model.parameters()))
    assert all(p.grad is None for p in model.parameters())
    result = inv.check(model, x, loss=lambda y: y.abs().sum(), autocast=torch.bfloat16)
    assert 0 < result.worst[1] <= 0.1 and result.tolerance == 0.1
    act = model.layers[1].act
    act._invact = act._invact._replace(function="mish")
    with pytest.raises(inv.ConversionError, match="differ by more than|the loss is"):
        inv.check(model, x)
    assert act._invact.function == "mish"


def test_report():
    model = Stack(3)
    report = inv.convert(model, inputs=example())
    lines = str(report).splitlines()
    assert len(lines) == 3
    assert "  3 LayerNorm layers.*.norm: layer norm" in lines[0] or "  3 LayerNorm layers.*.norm" in lines[1]
    assert lines[-1].startswith("kept for the backward pass: ") and "24 tokens" in lines[-1]
    assert repr(model.layers[0].act) == "GELU(approximate='none', invact='gelu activation')"
