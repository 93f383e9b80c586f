"""The errors a person can meet, each one line: what was expected, what came, where, and what to do."""


class CoxaError(Exception):
    """Anything coxa can say plainly to the person who called it."""


class BadInput(CoxaError):
    """The input is wrong; the command line prints the message on one line and exits with 2."""


class NotInstalled(CoxaError):
    """Something coxa needs beside Python is missing; the message says what to install."""
