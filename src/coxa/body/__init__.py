"""Body: landmarks, recordings, signals, posture and view, and the mannequin.

Knows the 33 landmarks and how other skeletons become them, `Recording` and its storage, signals in degrees and ratios,
posture and camera view, and the mannequin (kinematics, contacts, body, drawing). Must not know exercises, people or
storage of theirs; imports no other room. Start with `Recording`, `read_recording` and `coxa.body.signals.trace`.
"""

from coxa.body.recording import Recording
from coxa.body.storage import read_recording, write_recording

__all__ = ["Recording", "read_recording", "write_recording"]
