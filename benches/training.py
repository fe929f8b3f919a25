"""How fast the compact network trains in PyTorch, for `cargo xtask bench training`.

Answers every line of JSON, `{"steps": n}`, with a line of JSON, `{"examples", "seconds",
"processor_seconds", "version"}`, of `n` steps (forward, backward, AdamW) on a batch of noise, on
one thread. `benches/training.rs` has the same network.
"""

import json
import os
import sys
import time

import torch
from torch import nn

BATCH, N_MELS, FRAMES, N_LABELS = 32, 64, 86, 10
# Output channels, side of the kernel, stride, whether a max-pool follows.
BLOCKS = [
    (16, 5, 2, False),
    (16, 3, 1, True),
    (32, 3, 1, False),
    (32, 3, 1, True),
    (64, 3, 1, False),
    (64, 3, 1, True),
    (96, 3, 1, False),
]


class Compact(nn.Module):
    """Blocks of convolution, batch norm, ReLU and pool; the pooled features; a linear layer."""

    def __init__(self):
        super().__init__()
        layers, channels_in = [], 1
        for channels, kernel, stride, pool in BLOCKS:
            layers += [
                nn.Conv2d(channels_in, channels, kernel, stride, kernel // 2, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(inplace=True),
            ]
            layers += [nn.MaxPool2d(2)] if pool else []
            channels_in = channels
        self.blocks = nn.Sequential(*layers)
        self.dropout = nn.Dropout(0.3)
        self.linear = nn.Linear(channels_in, N_LABELS)

    def forward(self, x):
        over_time = self.blocks(x).mean(2)
        return self.linear(self.dropout(over_time.mean(2) + over_time.amax(2)))


class Training:
    """The network, its optimiser and one batch."""

    def __init__(self):
        torch.manual_seed(1)
        # Channels last is the faster of the two layouts on a CPU.
        layout = torch.channels_last
        self.network = Compact().to(memory_format=layout)
        parameters = list(self.network.parameters())
        groups = [
            {"params": [p for p in parameters if p.dim() > 1], "weight_decay": 1e-2},
            {"params": [p for p in parameters if p.dim() <= 1], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=3e-3)
        inputs = torch.rand(BATCH, 1, N_MELS, FRAMES) * 2 - 1
        self.inputs = inputs.contiguous(memory_format=layout)
        labels = torch.arange(BATCH) % N_LABELS
        self.targets = nn.functional.one_hot(labels, N_LABELS).float()

    def step(self):
        """One step of training."""
        loss = nn.functional.cross_entropy(self.network(self.inputs), self.targets)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()


def processor_seconds():
    """The time that all threads of this process have run for, on Linux."""
    return time.process_time() if os.path.exists("/proc/self/task") else None


def measure(training, steps):
    """The answer to a request."""
    training.step()  # warms up caches
    begun, processor_begun = time.perf_counter(), processor_seconds()
    for _ in range(steps):
        training.step()
    processor = processor_begun and processor_seconds() - processor_begun
    return {
        "examples": steps * BATCH,
        "seconds": time.perf_counter() - begun,
        "processor_seconds": processor,
        "version": torch.__version__,
    }


def main():
    """Answers requests until there are no more."""
    torch.set_num_threads(1)
    training = Training()
    for line in sys.stdin:
        print(json.dumps(measure(training, json.loads(line)["steps"])), flush=True)


main()
