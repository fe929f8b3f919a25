"""Noise that is the same on every machine and with every version of numpy."""

import numpy as np


def white_noise(samples, seed=1):
    """A linear congruential generator's values, within -1..1."""
    state = seed
    noise = np.empty(samples)
    for n in range(samples):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        noise[n] = state / 2**30 - 1.0
    return noise
