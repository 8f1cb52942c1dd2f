"""A workload in eager PyTorch on one thread, see contestant.ts: under a mask, or with the weights of
its linear layers in PyTorch's own sparse CSR format.

    python pytorch.py WORKLOAD masked|sparse FOLDER

FOLDER holds the examples as raw bytes and their labels as raw int32, as examples.ts writes them.
"""

import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

BATCH, LEARNING_RATE, VALIDATION = 60, 1.2e-3, 5000
PRUNED, PRUNED_OF_OUTPUT = 0.2, 0.1
workload, kind, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])

torch.set_num_threads(1)


class SparseProduct(torch.autograd.Function):
    """x Wᵀ for W of shape [outputs, inputs] in CSR; gradients at its stored values only."""

    @staticmethod
    def forward(ctx, x, values, layer):
        ctx.layer = layer
        ctx.save_for_backward(x, values)
        return (layer.csr(values) @ x.t()).t()

    @staticmethod
    def backward(ctx, gradient):
        x, values = ctx.saved_tensors
        layer = ctx.layer
        pattern = layer.csr(torch.zeros_like(values))
        by_weight = torch.sparse.sampled_addmm(pattern, gradient.t(), x, beta=0.0).values()
        by_input = None
        if ctx.needs_input_grad[0]:
            by_input = (layer.transposed(values) @ gradient.t()).t()
        return by_input, by_weight, None


class SparseLinear(nn.Module):
    def __init__(self, weight, bias):
        super().__init__()
        csr = weight.to_sparse_csr()
        self.shape = weight.shape
        self.rows, self.columns = csr.crow_indices(), csr.col_indices()
        self.values = nn.Parameter(csr.values().clone())
        self.bias = nn.Parameter(bias.clone())
        # Where each value lies in the transposed matrix.
        numbered = torch.sparse_csr_tensor(
            self.rows, self.columns, torch.arange(1.0, len(self.values) + 1, dtype=torch.float64),
            self.shape,
        )
        transposed = numbered.to_dense().t().contiguous().to_sparse_csr()
        self.transposed_rows = transposed.crow_indices()
        self.transposed_columns = transposed.col_indices()
        self.order = transposed.values().long() - 1

    def csr(self, values):
        return torch.sparse_csr_tensor(self.rows, self.columns, values, self.shape)

    def transposed(self, values):
        return torch.sparse_csr_tensor(
            self.transposed_rows, self.transposed_columns, values[self.order], self.shape[::-1]
        )

    def forward(self, x):
        return SparseProduct.apply(x, self.values, self) + self.bias


def build():
    if workload == "conv-2":
        network = nn.Sequential(
            nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(),
            nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(16384, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10),
        )
        # The faster of PyTorch's two memory formats for convolutions here.
        return network.to(memory_format=torch.channels_last)
    return nn.Sequential(
        nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10)
    )


def examples(name):
    labels = torch.frombuffer(bytearray((folder / f"{name}-labels").read_bytes()), dtype=torch.int32)
    features = torch.frombuffer(bytearray((folder / f"{name}-features").read_bytes()), dtype=torch.uint8)
    features = features.view(len(labels), -1)
    if workload == "conv-2":
        features = features.view(len(labels), 32, 32, 3)
    return features, labels.long()


def batch_of(features, rows):
    floats = features[rows].float().div_(255)
    return floats.permute(0, 3, 1, 2) if workload == "conv-2" else floats


def prunable(network):
    return [layer for layer in network if isinstance(layer, (nn.Linear, nn.Conv2d))]


class Training:
    def __init__(self, density):
        torch.manual_seed(0)
        self.network = build()
        self.layers = prunable(self.network)
        for layer in self.layers:
            nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.initial = [layer.weight.detach().clone() for layer in self.layers]
        self.masks = [(torch.rand_like(layer.weight) < density).float() for layer in self.layers]
        self.apply_masks()
        if kind == "sparse":
            self.network = nn.Sequential(*[
                SparseLinear(module.weight.detach(), module.bias.detach())
                if isinstance(module, nn.Linear) else module
                for module in self.network
            ])
        self.begin()

    def begin(self):
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=LEARNING_RATE)
        self.is_masked = kind == "masked" and any((mask == 0).any() for mask in self.masks)

    def apply_masks(self):
        with torch.no_grad():
            for layer, mask in zip(self.layers, self.masks):
                layer.weight.mul_(mask)

    def step(self):
        rows = torch.randint(0, len(train_labels), (BATCH,))
        logits = self.network(batch_of(train_features, rows))
        loss = functional.cross_entropy(logits, train_labels[rows])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if self.is_masked:
            for layer, mask in zip(self.layers, self.masks):
                layer.weight.grad.mul_(mask)
        self.optimizer.step()

    def prune(self):
        """The smallest fifth of every layer, the smallest tenth of the last one; survivors go back."""
        with torch.no_grad():
            for index, (layer, mask) in enumerate(zip(self.layers, self.masks)):
                fraction = PRUNED_OF_OUTPUT if index == len(self.layers) - 1 else PRUNED
                alive = layer.weight.abs()[mask == 1]
                threshold = alive.kthvalue(max(1, round(fraction * len(alive)))).values
                mask.mul_((layer.weight.abs() > threshold).float())
                layer.weight.copy_(self.initial[index] * mask)
                layer.bias.zero_()
        self.begin()

    @torch.no_grad()
    def evaluate(self):
        for features, labels in [(train_features[:VALIDATION], train_labels[:VALIDATION]), test]:
            for rows in torch.arange(len(labels)).split(1000):
                logits = self.network(batch_of(features, rows))
                functional.cross_entropy(logits, labels[rows], reduction="sum").item()
                (logits.argmax(1) == labels[rows]).sum().item()

    def level(self, steps, evaluate_every):
        training, evaluation = 0.0, 0.0
        for first in range(0, steps, evaluate_every):
            start = time.perf_counter()
            self.evaluate()
            middle = time.perf_counter()
            for _ in range(min(evaluate_every, steps - first)):
                self.step()
            evaluation += middle - start
            training += time.perf_counter() - middle
        start = time.perf_counter()
        self.evaluate()
        return training, evaluation + time.perf_counter() - start


train_features, train_labels = examples("train")
test = examples("test")
training = None
is_first_level = True
print("ready PyTorch", torch.__version__, flush=True)
for line in sys.stdin:
    request, *numbers = line.split()
    if request == "start":
        training = Training(float(numbers[0]))
        is_first_level = True
        print("started", flush=True)
    elif request == "steps":
        start = time.perf_counter()
        for _ in range(int(numbers[0])):
            training.step()
        print(time.perf_counter() - start, flush=True)
    else:
        if not is_first_level:
            training.prune()
        is_first_level = False
        print(*training.level(*map(int, numbers)), flush=True)
