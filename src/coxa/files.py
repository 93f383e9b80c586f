"""`written_whole`: a file that is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from coxa.errors import BadInput


@contextmanager
def written_whole(path: Path, what: str, *, private: bool = False) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of an older one of its name once the block has ended well.

    Parameters
    ----------
    path : Path
        Where to.
    what : str
        What is written, as the message names it, such as "the recording".
    private : bool
        Only its owner may read it, and it outlives a power cut; else it has the rights of any new file.

    Yields
    ------
    file object
        Open for bytes.

    Raises
    ------
    BadInput
        If the folder does not exist or cannot be written, or there is no room; nothing is left behind then.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with written_whole(Path(folder, "greeting.txt"), "the greeting") as file:
    ...         _ = file.write(b"Good day")
    ...     Path(folder, "greeting.txt").read_text(), os.listdir(folder)
    ('Good day', ['greeting.txt'])
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise BadInput(f"{path}: expected a folder that can be written, got {error.strerror}; choose another place") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            if private:
                file.flush()
                os.fsync(file.fileno())
        if not private:
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(temporary, 0o666 & ~mask)  # mkstemp's own are private
        os.replace(temporary, path)
    except OSError as error:
        raise BadInput(f"{path}: {what} could not be written, {error.strerror}; free space or choose another place") from error
    finally:
        Path(temporary).unlink(missing_ok=True)
