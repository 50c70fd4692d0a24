"""Triton's kernels on every input of 16 bits and a sample of fp32.

They run on the card if there is one, else in Triton's interpreter: test_interpreted.py starts this file with
TRITON_INTERPRET=1.
"""

import numpy as np
import pytest
import torch

import invact_torch as inv
import reference
from support import DTYPES, all_values, relative, ulp

if torch.cuda.is_available():
    DEVICE = torch.device("cuda")
elif inv._INTERPRET:
    DEVICE = torch.device("cpu")
else:
    pytest.skip("neither a CUDA device nor TRITON_INTERPRET=1", allow_module_level=True)

pytestmark = [pytest.mark.cuda] if DEVICE.type == "cuda" else []
SETS = pytest.mark.parametrize("key", list(inv.SETS), ids=[s.name for s in inv.SETS.values()])


def inputs(dtype):
    """All inputs in 16 bits; in fp32 a sample, all exponents included."""
    if dtype != torch.float32:
        return all_values(dtype).to(DEVICE)
    spread = torch.arange(0, 2**32, 524287, dtype=torch.int64).to(torch.int32).view(torch.float32)
    return torch.cat([spread, 3 * torch.randn(8000), torch.linspace(-2, 0, 8000)]).to(DEVICE)


def test_triton_serves():
    assert inv._triton_serves(DEVICE.type)


@SETS
def test_forward(key):
    name, label = key
    dtype = DTYPES[label]
    x = inputs(dtype)
    y, bits = inv._activation_forward(x, name)
    assert torch.equal(torch.isnan(y), torch.isnan(x))
    finite = torch.isfinite(x)
    assert torch.isfinite(y[finite]).all()
    exact, _ = inv._reference(name, x[finite])
    exact = torch.where(exact == 0, torch.zeros_like(exact), exact)
    error = (y[finite].double() - exact).abs() / ulp(exact, dtype)
    if dtype == torch.float32 and name not in ("gelu", "silu"):
        error /= torch.where(exact.abs() < 1e-3, 100, 4)  # exp of a rounded argument
    assert error.max().item() <= (4.0 if dtype == torch.float32 else 0.52 if inv._INTERPRET else 0.56)
    assert y[x == torch.inf].item() == torch.inf if dtype != torch.float32 else True
    low = y[x == -torch.inf]
    assert (low == 0).all() and torch.signbit(low).all()
    zero = x == 0
    assert torch.equal(torch.signbit(y[zero]), torch.signbit(x[zero])) and (y[zero] == 0).all()
    right = inv._unpack(bits, x.numel())
    assert torch.equal(right, x.double() >= reference.read(inv.SETS[key].name)["argmin"])


@SETS
def test_forward_without_indicator_and_with_gate(key):
    name, label = key
    dtype = DTYPES[label]
    x = inputs(dtype)
    x = x[~torch.isnan(x)]
    y, _ = inv._activation_forward(x, name)
    assert torch.equal(y, inv._activation(x, name))
    dx = inv._exact_backward(torch.ones_like(x), x, name).double()
    finite = torch.isfinite(x)
    _, slope = inv._reference(name, x[finite])
    slope = torch.nan_to_num(slope, nan=0.0)
    far = x[finite].double().abs() < 1e4
    rounding = {torch.bfloat16: 2.0**-8, torch.float16: 2.0**-11, torch.float32: 4e-7}[dtype]
    assert ((dx[finite] - slope).abs()[far]).max().item() <= 1.05 * rounding
    assert (dx[x == torch.inf] == 1).all() and (dx[x == -torch.inf] == 0).all()


@SETS
def test_factor_is_the_specification(key):
    """Every number of the dtype from -1 on, on both branches, is an output y."""
    _, label = key
    dtype = DTYPES[label]
    chosen = inv.SETS[key]
    y = inputs(dtype)
    y = torch.cat([y, y])
    right = torch.arange(y.numel(), device=DEVICE) >= y.numel() // 2
    # No y lies below f(T); -1 is below every f(T).
    possible = (y.double() >= -1.0) | torch.isnan(y)
    y, right = y[possible], right[possible]
    actual = inv._factor(chosen, y, inv._pack(right)).cpu().numpy()
    expected = reference.derivative(
        reference.read(chosen.name), label, y.float().cpu().numpy(), right.cpu().numpy()
    )
    assert np.array_equal(np.isnan(actual), np.isnan(expected))
    if inv._INTERPRET or dtype == torch.float32:
        assert np.array_equal(actual, expected, equal_nan=True)
    else:  # in 16 bits the card's kernels take the approximate root
        assert np.nanmax(np.abs(actual - expected)) <= 2e-6


@SETS
def test_gradient_is_the_factor_rounded(key):
    name, label = key
    dtype = DTYPES[label]
    x = inputs(dtype)
    x = x[torch.isfinite(x)]
    y, bits = inv._activation_forward(x, name)
    dy = torch.randn(x.shape, device=DEVICE).to(dtype)
    dx = inv._activation_backward(dy, y, bits, name)
    expected = (dy.float() * inv._factor(inv.SETS[key], y, bits)).to(dtype)
    assert torch.equal(dx, expected)


@SETS
def test_error_in_use(key):
    name, label = key
    chosen = inv.SETS[key]
    x, weight = inv._sample(DTYPES[label], DEVICE)
    y, bits = inv._activation_forward(x, name)
    error = (inv._factor(chosen, y, bits).double() - inv._reference(name, x)[1]).abs()
    assert (weight * error.square()).sum().sqrt().item() <= 1.02 * chosen.error_rms
    # Triton's f in fp32 is off by 0.57 ulp near T at most, where g goes with the root of y - f(T).
    most = 1.07 if label == "fp32" else 1.02
    assert error.max().item() <= most * chosen.error_max


@pytest.mark.parametrize("n", [1, 7, 8, 9, 2047, 2048, 2049, 5000])
def test_lengths(n):
    x = torch.randn(n, device=DEVICE).bfloat16()
    y, bits = inv._activation_forward(x, "gelu")
    assert bits.numel() == (n + 7) // 8
    assert torch.equal(inv._unpack(bits, n), x.float() >= inv.SETS["gelu", "bf16"].threshold)
    assert bits[-1].item() >> ((n - 1) % 8 + 1) == 0
    assert inv._activation_backward(torch.ones_like(y), y, bits, "gelu").shape == (n,)


@pytest.mark.parametrize("label", list(DTYPES))
@pytest.mark.parametrize("name", ["gelu", "silu"])
@pytest.mark.parametrize("strided", [False, True])
def test_gated(name, label, strided):
    dtype = DTYPES[label]
    both = (3 * torch.randn(3, 40, 2, 300, device=DEVICE)).to(dtype)
    a, b = both[..., 0, :], both[..., 1, :]
    if not strided:
        a, b = a.contiguous(), b.contiguous()
    dp = torch.randn(a.shape, device=DEVICE).to(dtype)
    recover = dtype != torch.float16
    p = inv._gated_forward(a, b, name, recover)
    value, slope = inv._reference(name, a)
    bound = {torch.bfloat16: 4e-3, torch.float16: 5e-4, torch.float32: 1e-6}[dtype]
    assert relative(p, value * b.double()) <= bound
    da, db = inv._gated_backward(dp, a, p if recover else b, name, recover)
    assert relative(da, dp.double() * b.double() * slope) <= bound
    assert relative(db, dp.double() * value) <= bound


@pytest.mark.parametrize("label", ["bf16", "fp32"])
def test_gate_of_every_size_gives_b_back(label):
    dtype = DTYPES[label]
    a = all_values(torch.bfloat16)
    a = a[torch.isfinite(a) & (a.float().abs() < 1e30)].to(dtype).to(DEVICE)
    b = torch.where(torch.arange(a.numel(), device=DEVICE) % 2 == 0, 1.5, -0.75).to(dtype)
    for name in ("gelu", "silu"):
        p = inv._gated_forward(a, b, name, True)
        da, db = inv._gated_backward(torch.ones_like(p), a, p, name, True)
        assert torch.isfinite(p).all() and torch.isfinite(da).all() and torch.isfinite(db).all()
        _, slope = inv._reference(name, a)
        slope = torch.nan_to_num(slope, nan=0.0)
        near = a.double().abs() < 80
        bound = 1.5 * 2.0**-7 if dtype == torch.bfloat16 else 2e-6
        assert ((da.double() - b.double() * slope).abs())[near].max().item() <= bound


def test_norm_of_one_number_a_row():
    x = torch.tensor([[2.0], [-3.0], [0.0]], device=DEVICE)
    w, b = torch.tensor([1.5], device=DEVICE), torch.tensor([0.5], device=DEVICE)
    y, _, rstd, slot, beside = inv._norm_forward(x, w, b, 1e-5, "layer", x.dtype, x.dtype, False, True)
    assert torch.equal(y, torch.full_like(x, 0.5))
    dx, _, db = inv._norm_backward(x, y, rstd, w, b, slot, beside, "layer", x.dtype, False)
    assert torch.isfinite(dx).all() and db.item() == -1.0


@pytest.mark.parametrize("label", list(DTYPES))
@pytest.mark.parametrize("n", [7, 96, 1000])
@pytest.mark.parametrize("variant", ["layer", "torch", "llama", "gemma"])
def test_norm_agrees_with_torch_operations(variant, n, label, monkeypatch):
    dtype = DTYPES[label]
    x = torch.randn(13, n, device=DEVICE).to(dtype)
    w = torch.randn(n, device=DEVICE)
    b = 0.1 * torch.randn(n, device=DEVICE) if variant == "layer" else None
    if n > 7:
        w[1] = 0.0
        w[3] = -0.0
        w[5] = 1e-5
        if b is not None:
            b[3], b[7] = 2.0, 1000 * w[7]
    w = w.to(dtype)
    b = None if b is None else b.to(dtype)
    dy = torch.randn(13, n, device=DEVICE).to(dtype)

    def run():
        outputs = inv._norm_forward(x, w, b, 1e-5, variant, dtype, dtype, False, True)
        y, _, rstd, slot, beside = outputs
        gradients = inv._norm_backward(dy, y, rstd, w, b, slot, beside, variant, dtype, False)
        return y, *gradients

    actual = run()
    monkeypatch.setattr(inv, "_triton_serves", lambda device_type: False)
    expected = run()
    bound = {torch.bfloat16: 3e-3, torch.float16: 4e-4, torch.float32: 3e-6}[dtype]
    for mine, theirs in zip(actual, expected):
        if theirs is None:
            assert mine is None
        elif theirs.double().norm() > 1e-3:
            assert relative(mine, theirs) <= bound
