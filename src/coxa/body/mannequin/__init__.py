"""The mannequin: a simulated adult whose joints move within anatomical limits, drawn for pictures and for tests.

Start with `skeleton.Skeleton`, `poses.posture` and `camera.Camera`. May import `coxa.body.landmarks` and `coxa.errors` only.
"""
