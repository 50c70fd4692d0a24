"""Triton's kernels compile for an H100, also where there is no card."""

import os
import re

import pytest

import invact_torch as inv

triton = pytest.importorskip("triton", reason="Triton is not installed")
if os.environ.get("TRITON_INTERPRET") == "1":
    pytest.skip("the interpreter replaces the compiler", allow_module_level=True)

POINTER = {"bf16": "*bf16", "fp16": "*fp16", "fp32": "*fp32"}


def compiled(kernel, pointers, numbers, constants, warps=4):
    """The assembly of a kernel for compute capability 9.0, pointers and lengths divisible by 16."""
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    signature = {**pointers, **numbers, **dict.fromkeys(constants, "constexpr")}
    ordered = {name: signature[name] for name in kernel.arg_names}
    divisible = {
        (i,): [["tt.divisibility", 16]]
        for i, name in enumerate(kernel.arg_names)
        if name in pointers or name == "n"
    }
    source = ASTSource(fn=kernel, signature=ordered, constexprs=constants, attrs=divisible)
    options = {"num_warps": warps, "enable_fp_fusion": False}
    return triton.compile(source, target=GPUTarget("cuda", 90, 32), options=options).asm["ptx"]


@pytest.mark.parametrize("key", [("gelu", "bf16"), ("silu", "fp16"), ("mish", "bf16"), ("gelu", "fp32")])
def test_activation(key):
    chosen = inv.SETS[key]
    pointer = POINTER[key[1]]
    constants = {"PTX": True, "BLOCK": inv._BLOCK}
    forward = compiled(
        inv._activation_forward_kernel,
        {"x_ptr": pointer, "y_ptr": pointer, "bits_ptr": "*u8"},
        {"n": "i32"},
        {"FORWARD": chosen.forward, "THRESHOLD": chosen.threshold, "INDICATOR": True, **constants},
    )
    backward = compiled(
        inv._activation_backward_kernel,
        {"dy_ptr": pointer, "y_ptr": pointer, "bits_ptr": "*u8", "dx_ptr": pointer},
        {"n": "i64"},
        {"FACTOR": chosen.factor, **constants},
    )
    for ptx in (forward, backward):
        assert re.search(r"ld\.global[\w.:]*\.v4\.b32", ptx), "loads of 16 bytes"
        assert not re.search(r"^\s*(call|(ld|st)\.local)", ptx, re.MULTILINE)
    if key[1] != "fp32":
        assert "rcp.approx.ftz.f32" in forward and "div" not in forward
        assert "sqrt.approx.ftz.f32" in backward and "sqrt.rn" not in backward


@pytest.mark.parametrize("key", [("silu", "bf16"), ("gelu", "bf16"), ("gelu", "fp16"), ("silu", "fp32")])
def test_gated(key):
    chosen = inv.SETS[key]
    pointer = POINTER[key[1]]
    recover = key[1] != "fp16"
    constants = {
        "GATE": chosen.gate,
        "RECOVER": recover,
        "LEAST": inv._LEAST_GATE,
        "PTX": True,
        "BLOCK": 2048,
    }
    forward = compiled(
        inv._gated_forward_kernel,
        dict.fromkeys(["a_ptr", "b_ptr", "p_ptr"], pointer),
        {"n": "i32", "blocks": "i32", "a_stride": "i32", "b_stride": "i32", "p_stride": "i32"},
        constants,
    )
    backward = compiled(
        inv._gated_backward_kernel,
        dict.fromkeys(["dp_ptr", "a_ptr", "kept_ptr", "da_ptr", "db_ptr"], pointer),
        dict.fromkeys(["n", "blocks", "dp_stride", "a_stride", "kept_stride", "d_stride"], "i32"),
        {**constants, "EXACT": key[1] == "fp32"},
    )
    if key[0] == "gelu":
        # The sign of f(-0) is that of the factor which b is divided by: both passes need it.
        assert "0f80000000" in forward and "0f80000000" in backward


@pytest.mark.parametrize("n", [384, 768, 4096, 8192, 16384])
@pytest.mark.parametrize("layer", [False, True])
def test_norm(layer, n):
    rows, block, warps = inv._tile(n)
    shared = {
        "HAS_WEIGHT": True,
        "HAS_BIAS": layer,
        "CENTRE": layer,
        "ADD_ONE": False,
        "FLOOR": inv._FLOOR,
        "KEEP_NORMALIZED": False,
        "SIDE": layer,
        "ROWS": rows,
        "BLOCK": block,
    }
    forward = compiled(
        inv._norm_forward_kernel,
        {
            **dict.fromkeys(["x_ptr", "w_ptr", "b_ptr", "y_ptr", "kept_ptr", "side_ptr"], "*bf16"),
            "rstd_ptr": "*fp32",
            "slot_ptr": "*i32",
        },
        {"rows": "i32", "n": "i32", "side_width": "i32", "eps": "fp32"},
        {**shared, "ROUND": not layer},
        warps,
    )
    backward = compiled(
        inv._norm_backward_kernel,
        {
            **dict.fromkeys(["dy_ptr", "kept_ptr", "w_ptr", "b_ptr", "side_ptr", "dx_ptr"], "*bf16"),
            **dict.fromkeys(["rstd_ptr", "parts_ptr"], "*fp32"),
            "slot_ptr": "*i32",
        },
        {"rows": "i32", "n": "i32", "side_width": "i32"},
        {**shared, "BOUNDED": layer},
        warps,
    )
    sums = compiled(
        inv._norm_sums_kernel,
        {"parts_ptr": "*fp32", "dw_ptr": "*bf16", "db_ptr": "*bf16"},
        {"parts": "i32", "n": "i32"},
        {"HAS_WEIGHT": True, "HAS_BIAS": layer, "PARTS": 256, "BLOCK": inv._SUMMED},
        8,
    )
    for ptx in (forward, backward, sums):
        assert ".f64" not in ptx
