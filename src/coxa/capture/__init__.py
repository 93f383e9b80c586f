"""Where landmarks come from: video files, recordings in other formats, the simulated person.

Knows how to get from a file to a `coxa.body.recording.Recording`; does not know what the landmarks mean. May import
`coxa.body`, `coxa.exercises` and `coxa.motion`.

Start with `from_video`, and with `frames` where the pictures themselves are wanted.
"""

from coxa.capture.video import Clip, frames, from_video, landmarks

__all__ = ["Clip", "frames", "from_video", "landmarks"]
