"""A streaming recogniser of 2 kB that hears two tones: the real sherpa-onnx runs it, so its calls are really tried."""

from pathlib import Path

import numpy as np

RATE = 16000
LOW_HZ, HIGH_HZ = 300, 6000
BLANK_ABOVE = -6.0  # log energy: tones lie near 0, silence near -16


def tone(hz: float, seconds: float, rate: int = RATE) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), np.float32)


def write_model(folder: Path) -> Path:
    """`tokens.txt` and `model.onnx` with the inputs, outputs and metadata of a WeNet CTC export."""
    from onnx import TensorProto, helper, numpy_helper, save

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokens.txt").write_text("<blk> 0\n低 1\n高 2\n", encoding="utf-8")
    weights = np.zeros((80, 3), np.float32)
    weights[2:12, 1] = 1 / 10
    weights[68:78, 2] = 1 / 10
    constants = {
        "weights": weights,
        "bias": np.array([BLANK_ABOVE, 0, 0], np.float32),
        "from": np.array([0], np.int64),
        "to": np.array([100000], np.int64),
        "axis": np.array([1], np.int64),
        "step": np.array([4], np.int64),
    }
    nodes = [
        helper.make_node("Slice", ["x", "from", "to", "axis", "step"], ["every_fourth"]),
        helper.make_node("MatMul", ["every_fourth", "weights"], ["energy"]),
        helper.make_node("Add", ["energy", "bias"], ["scores"]),
        helper.make_node("LogSoftmax", ["scores"], ["log_probs"], axis=-1),
        helper.make_node("Identity", ["attn_cache"], ["next_att_cache"]),
        helper.make_node("Identity", ["conv_cache"], ["next_conv_cache"]),
    ]
    number, whole = TensorProto.FLOAT, TensorProto.INT64

    def value(name: str, kind: int, *shape: str | int) -> object:
        return helper.make_tensor_value_info(name, kind, list(shape))

    graph = helper.make_graph(
        nodes,
        "two_tones",
        [
            value("x", number, "N", "T", 80),
            value("offset", whole),
            value("required_cache_size", whole),
            value("attn_cache", number, 1, 1, "A", 2),
            value("conv_cache", number, 1, 1, 1, "C"),
            value("attn_mask", TensorProto.BOOL, 1, 1, "M"),
        ],
        [
            value("log_probs", number, "N", "S", 3),
            value("next_att_cache", number, 1, 1, "A", 2),
            value("next_conv_cache", number, 1, 1, 1, "C"),
        ],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    told = {"model_type": "wenet_ctc", "head": 1, "num_blocks": 1, "output_size": 1, "cnn_module_kernel": 2}
    told |= {"right_context": 6, "subsampling_factor": 4, "vocab_size": 3}
    helper.set_model_props(model, {name: str(number) for name, number in told.items()})
    save(model, folder / "model.onnx")
    return folder
