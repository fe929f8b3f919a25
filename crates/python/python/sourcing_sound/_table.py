"""Results as Arrow tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from . import _native
from ._errors import UnsupportedError, coded

if TYPE_CHECKING:
    import pandas as pd

ROWS = ("segments", "events")


class Table:
    """Rows with the columns of the guide "Results as tables", the same as in the Parquet files of the
    command line.

    It has the Arrow PyCapsule interface: ``pyarrow.table(table)``, ``polars.DataFrame(table)``,
    ``pandas.DataFrame.from_arrow(table)`` (pandas 3) and DuckDB take it, without a copy of the
    numbers and without pyarrow, except that DuckDB needs ``pyarrow.table(table)``.
    """

    def __init__(self, native: _native.Table) -> None:
        self._native = native

    def __len__(self) -> int:
        return self._native.rows

    @property
    def column_names(self) -> list[str]:
        """The names of the columns."""
        return self._native.column_names

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a ``pandas.DataFrame``.

        Raises
        ------
        UnsupportedError
            ``unsupported`` without pandas and pyarrow.
        """
        try:
            import pandas  # noqa: F401
            import pyarrow
        except ImportError as error:
            raise UnsupportedError(
                f"to_pandas needs pandas and pyarrow: pip install pandas pyarrow ({error}) "
                "[unsupported]"
            ) from error
        frame: pd.DataFrame = pyarrow.table(self).to_pandas()
        return frame

    def __arrow_c_schema__(self) -> object:
        """The columns, as a capsule ``arrow_schema``."""
        return self._native.schema_capsule()

    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object:
        """The rows, as a capsule ``arrow_array_stream``. Another schema cannot be requested."""
        return self._native.stream_capsule()

    def __repr__(self) -> str:
        return f"<Table: {len(self)} rows of {', '.join(self.column_names)}>"


def is_of_events(rows: str) -> bool:
    """Whether rows are those of events."""
    if rows not in ROWS:
        raise coded("config", f'rows is {rows!r}, expected "segments" or "events"')
    return rows == "events"
