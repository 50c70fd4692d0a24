"""Measurements for the tests."""

import torch

DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}
NAMES = ("gelu", "silu", "gelu_tanh", "quick_gelu", "mish")


def held_bytes(call, ignore=()):
    """Bytes of the distinct storages that a forward pass saves, and its result.

    ignore: tensors whose storages are not counted, such as parameters.
    """
    storages = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    ignored = {t.untyped_storage().data_ptr() for t in ignore}
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        out = call()
    return sum(size for at, size in storages.items() if at not in ignored), out


def relative(actual, exact):
    """Root-mean-square error relative to the exact value's."""
    return ((actual.double() - exact.double()).norm() / exact.double().norm()).item()


def all_values(dtype):
    """Every number of a 16-bit dtype, NaNs and infinities included."""
    return torch.arange(-32768, 32768, dtype=torch.int32).to(torch.int16).view(dtype)


def ulp(value, dtype):
    """The distance of neighbouring numbers of a dtype at fp64 values."""
    digits, least = {
        torch.bfloat16: (8, -126),
        torch.float16: (11, -14),
        torch.float32: (24, -126),
    }[dtype]
    exponent = torch.frexp(value.abs().clamp(min=2.0**least))[1] - 1
    return torch.ldexp(torch.ones_like(value), exponent - digits + 1)
