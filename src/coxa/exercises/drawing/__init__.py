"""Pictures of the exercises: stills, animations and where the camera stands, all from the key poses of `[movement]`."""
