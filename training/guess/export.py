"""Writes the trained network as ONNX: weights in half precision, computed in single."""

import argparse

import numpy
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from model import AROUND, PAD, ROWS, SOURCE_IDS, Guess

OPSET = 17


class Writer:
    """Collects the nodes and weights of a graph."""

    def __init__(self):
        self.nodes, self.weights = [], []

    def node(self, kind, *inputs, **attributes):
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def weight(self, tensor):
        """Kept as half, cast on loading."""
        return self.node("Cast", self.constant(tensor.detach().numpy().astype(numpy.float16)), to=TensorProto.FLOAT)

    def constant(self, array):
        array = numpy.asarray(array)
        name = f"weight_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(numpy.asarray(array), name))
        return name

    def single(self, number):
        return self.constant(numpy.float32(number))

    def linear(self, x, weight, bias):
        return self.node("Add", self.node("MatMul", x, self.weight(weight.T)), self.weight(bias))

    def layer(self, x, layer):
        return self.linear(x, layer.weight, layer.bias)

    def norm(self, x, layer):
        return self.node("LayerNormalization", x, self.weight(layer.weight), self.weight(layer.bias), axis=-1, epsilon=layer.eps)

    def split_heads(self, x, heads, size, order):
        shape = self.constant(numpy.array([0, 0, heads, size], numpy.int64))
        return self.node("Transpose", self.node("Reshape", x, shape), perm=order)

    def block(self, x, block, mask, bias):
        width = block.near.weight.shape[1]
        near = self.node("Transpose", self.node("Mul", self.norm(x, block.near_norm), mask), perm=[0, 2, 1])
        kernel, reach = self.weight(block.near.weight.T.unsqueeze(1)), block.near.reach
        near = self.node("Conv", near, kernel, self.weight(block.near.bias), group=width, pads=[reach, reach])
        x = self.node("Add", x, self.node("Transpose", near, perm=[0, 2, 1]))
        return self.think(self.far(x, block, bias) if block.heads else x, block)

    def far(self, x, block, bias):
        width = block.near.weight.shape[1]
        normed, size = self.norm(x, block.far_norm), width // block.heads
        scales = size**-0.5, 1, 1
        parts = [
            (weight * scale, shift * scale)
            for weight, shift, scale in zip(block.ask.weight.chunk(3), block.ask.bias.chunk(3), scales)
        ]
        orders = [0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]
        q, k, v = (self.split_heads(self.linear(normed, *p), block.heads, size, o) for p, o in zip(parts, orders))
        weights = self.node("Softmax", self.node("Add", self.node("MatMul", q, k), bias), axis=-1)
        far = self.node("Transpose", self.node("MatMul", weights, v), perm=[0, 2, 1, 3])
        far = self.node("Reshape", far, self.constant(numpy.array([0, 0, width], numpy.int64)))
        return self.node("Add", x, self.layer(far, block.answer))

    def think(self, x, block):
        think = self.node("Relu", self.layer(self.norm(x, block.think_norm), block.think_in))
        return self.node("Add", x, self.layer(think, block.think_out))


def runs(w, network):
    """The sum of the rows of the runs of letters around each letter; the table is kept in bytes."""
    seen = w.node("Cast", w.node("Min", "ids", w.constant(numpy.int64(SOURCE_IDS["us"]))), to=TensorProto.FLOAT)
    seen = w.node("Unsqueeze", seen, w.constant(numpy.array([1], numpy.int64)))
    hashes = w.constant(network.coefficients.unsqueeze(1).numpy().astype(numpy.float32))
    sums = w.node("Cast", w.node("Conv", seen, hashes, pads=[AROUND, AROUND]), to=TensorProto.INT64)
    rows = w.node("Mod", sums, w.constant(numpy.int64(ROWS)))
    table = network.runs.weight.detach().numpy()
    # Few of the numbers are large: cut off, they cost less than the steps between all others.
    scale = numpy.quantile(abs(table), 0.9999) / 127
    table = w.constant(numpy.clip(numpy.round(table / scale), -127, 127).astype(numpy.int8))
    read = w.node("Cast", w.node("Gather", table, rows), to=TensorProto.FLOAT)
    total = w.node("ReduceSum", read, w.constant(numpy.array([1], numpy.int64)), keepdims=0)
    return w.node("Mul", total, w.single(scale))


def graph(network):
    """ids [words, 1 + letters] -> the likeliest chunk for each letter [words, letters]."""
    w = Writer()
    known = w.node("Not", w.node("Equal", "ids", w.constant(numpy.int64(PAD))))
    mask = w.node("Unsqueeze", w.node("Cast", known, to=TensorProto.FLOAT), w.constant(numpy.array([2], numpy.int64)))
    bias = w.node("Mul", w.node("Sub", mask, w.single(1)), w.single(1e4))
    bias = w.node("Unsqueeze", w.node("Transpose", bias, perm=[0, 2, 1]), w.constant(numpy.array([1], numpy.int64)))
    one, zero = w.constant(numpy.array([1], numpy.int64)), w.constant(numpy.array([0], numpy.int64))
    length = w.node("Shape", "ids", start=1)
    places = w.node("Slice", w.weight(network.places), zero, length, zero)
    padded = w.node("Pad", "ids", w.constant(numpy.array([0, AROUND, 0, AROUND], numpy.int64)))
    letters = w.node("Transpose", w.node("Gather", w.weight(network.letters.weight), padded), perm=[0, 2, 1])
    kernel = network.around.weight.view(network.around.out_features, 2 * AROUND + 1, -1).transpose(1, 2)
    around = w.node("Conv", letters, w.weight(kernel), w.weight(network.around.bias))
    x = w.node("Add", w.node("Transpose", around, perm=[0, 2, 1]), places)
    x = w.node("Add", x, w.layer(runs(w, network), network.recall))
    for i, block in enumerate(network.blocks):
        if i == len(network.blocks) // 2:
            early = w.layer(w.norm(x, network.norm), network.say)
            x = w.node("Add", x, w.layer(w.node("Softmax", early, axis=-1), network.hear))
        x = w.block(x, block, mask, bias)
    # The source, which stands before the letters, has no sound.
    x = w.node("Slice", x, one, length, one)
    last = w.layer(w.norm(x, network.norm), network.say)
    w.nodes.append(helper.make_node("ArgMax", [last], ["chunks"], axis=-1, keepdims=0))
    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["words", "tokens"])]
    outputs = [helper.make_tensor_value_info("chunks", TensorProto.INT64, ["words", "letters"])]
    return helper.make_graph(w.nodes, "guess", inputs, outputs, w.weights)


def load(path):
    kept = torch.load(path)
    network = Guess(len(kept["chunks"]), **kept["size"])
    network.load_state_dict(kept["network"])
    return network.eval(), kept["chunks"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("trained")
    arguments.add_argument("--out", required=True, help="the graph; the chunks of phonemes go beside it, one a line")
    options = arguments.parse_args()
    network, chunks = load(options.trained)
    model = helper.make_model(graph(network), opset_imports=[helper.make_opsetid("", OPSET)], producer_name="training/guess")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, options.out)
    with open(options.out.removesuffix(".onnx") + ".txt", "w", encoding="utf-8") as file:
        file.writelines(f"{chunk}\n" for chunk in chunks)


if __name__ == "__main__":
    main()
