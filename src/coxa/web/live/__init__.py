"""Live: the socket over which the landmarks of a set come in."""
