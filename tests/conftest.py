"""What holds for every test."""

from hypothesis import settings

# A slow or busy machine is no failure: nothing here is timed.
settings.register_profile("coxa", deadline=None)
settings.load_profile("coxa")
