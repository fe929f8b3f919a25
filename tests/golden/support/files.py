"""Where the goldens are, and how arrays are written there."""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent.parent


def write_f32(name, values):
    """Writes little-endian 32-bit floats, row after row, to NAME.f32."""
    values = np.asarray(values)
    assert np.isfinite(values).all(), name
    values.astype("<f4").tofile(FOLDER / f"{name}.f32")
