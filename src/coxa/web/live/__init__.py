"""The live set: frames of landmarks come in over a socket, events go back once they are written."""
