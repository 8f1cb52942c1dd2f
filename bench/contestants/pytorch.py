"""LeNet-300-100 under a mask in PyTorch, eager, one thread: one line of input is a number of steps,
one line of output the seconds they took."""

import sys
import time

import torch

BATCH, LEARNING_RATE = 60, 1.2e-3
density = float(sys.argv[1])

torch.set_num_threads(1)
torch.manual_seed(0)
layers = [torch.nn.Linear(784, 300), torch.nn.Linear(300, 100), torch.nn.Linear(100, 10)]
network = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU(), layers[2])
masks = [(torch.rand_like(layer.weight) < density).float() for layer in layers]
with torch.no_grad():
    for layer, mask in zip(layers, masks):
        torch.nn.init.xavier_normal_(layer.weight).mul_(mask)
optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
features = torch.randint(0, 256, (60_000, 784), dtype=torch.uint8)
labels = torch.randint(0, 10, (60_000,))


def step() -> None:
    rows = torch.randint(0, 60_000, (BATCH,))
    loss = torch.nn.functional.cross_entropy(network(features[rows].float().div_(255)), labels[rows])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    if density < 1:
        for layer, mask in zip(layers, masks):
            layer.weight.grad.mul_(mask)
    optimizer.step()


print("ready", torch.__version__, flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(line)):
        step()
    print(time.perf_counter() - start, flush=True)
