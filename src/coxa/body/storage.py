"""Recordings on disk: one Parquet file, one row a frame, one column a number, the schema version in its metadata.

Columns are `time_s` and, for each landmark, `left_hip.x`, `.y`, `.z`, `.world_x`, `.world_y`, `.world_z` and
`.visibility`, so that any Parquet reader can make sense of them. Wide columns load eight times faster than
nested lists.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl

from coxa.body.landmarks import COUNT, Landmark
from coxa.body.recording import SCHEMA, Recording
from coxa.errors import BadInput
from coxa.files import written_whole

_PARTS = {"image": ("x", "y", "z"), "world": ("world_x", "world_y", "world_z"), "visibility": ("visibility",)}
_COLUMNS = {field: [f"{point.name.lower()}.{part}" for point in Landmark for part in parts] for field, parts in _PARTS.items()}


def write_recording(recording: Recording, path: str | Path) -> None:
    """Write a recording to one Parquet file; the file is there whole or not at all.

    Parameters
    ----------
    recording : Recording
        T frames.
    path : str or Path
        Where to; an older file of that name is replaced.

    Raises
    ------
    BadInput
        If the folder does not exist or cannot be written.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> one = np.zeros((1, 33, 3))
    >>> clip = Recording(np.zeros(1), one, one, np.ones((1, 33)), 640, 480, 30.0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_recording(clip, folder + "/clip.parquet")
    ...     read_recording(folder + "/clip.parquet").fps
    30.0
    """
    path = Path(path)
    columns = {"time_s": recording.time_s}
    for field, names in _COLUMNS.items():
        # one transposed copy, so that each column is contiguous
        values = np.ascontiguousarray(getattr(recording, field).reshape(len(recording), -1).T)
        columns.update(zip(names, values, strict=True))
    facts = {"width": recording.width, "height": recording.height, "fps": recording.fps, "source": recording.source}
    with written_whole(path, "the recording") as file:
        pl.DataFrame(columns).write_parquet(file, compression="lz4", metadata={"schema": SCHEMA, "recording": json.dumps(facts)})


def read_recording(path: str | Path) -> Recording:
    """Read a recording that `write_recording` wrote, exact to the bit.

    Parameters
    ----------
    path : str or Path
        A Parquet file of schema "coxa.recording/1".

    Returns
    -------
    Recording

    Raises
    ------
    BadInput
        If there is no such file, it is empty, truncated or no Parquet, it holds something else or another
        version, or its values are not a recording.
    """
    path = Path(path)
    if not path.is_file():
        raise BadInput(f"{path}: expected a recording (Parquet), found no such file; check the name")
    if path.stat().st_size == 0:
        raise BadInput(f"{path}: expected a recording (Parquet), got an empty file; export it again")
    try:
        metadata = pl.read_parquet_metadata(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput(f"{path}: expected a whole Parquet file, got one that is truncated or no Parquet; export it again") from error
    if "schema" not in metadata:
        raise BadInput(f"{path}: expected a recording ({SCHEMA}), got a Parquet file of something else; write it with coxa")
    if metadata["schema"] != SCHEMA:
        raise BadInput(f"{path}: expected a recording of schema {SCHEMA}, got {metadata['schema']!r}; convert it, or update coxa")
    try:
        facts = json.loads(metadata["recording"])
        width, height, fps, source = int(facts["width"]), int(facts["height"]), float(facts["fps"]), str(facts["source"])
    except (KeyError, ValueError, TypeError) as error:
        raise BadInput(f"{path}: expected width, height, fps and source in its metadata, got none that fit; export it again") from error
    try:
        table = pl.read_parquet(path)
        frames = table.height
        arrays = {
            field: np.ascontiguousarray(table.select(pl.col(names).cast(pl.Float32)).to_numpy()).reshape(frames, COUNT, len(_PARTS[field]))
            for field, names in _COLUMNS.items()
        }
        time_s = table["time_s"].cast(pl.Float64).to_numpy()
    except pl.exceptions.ColumnNotFoundError as error:
        missing = str(error).split("\n", 1)[0]
        raise BadInput(f"{path}: expected a column for each landmark, got none of this name: {missing}; export it again") from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise BadInput(f"{path}: expected a whole Parquet file of numbers, got one that cannot be decoded; export it again") from error
    try:
        return Recording(time_s, arrays["image"], arrays["world"], arrays["visibility"][:, :, 0], width, height, fps, source)
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error
