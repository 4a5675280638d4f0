"""A second client of ropenet, written from its specification with nothing but the standard
library and `cryptography`. It shares no code with the node: where both agree, the specification
says enough."""


class Refused(Exception):
    """What was read is not what the specification asks for; the message names the check."""


def need(condition, what):
    if not condition:
        raise Refused(what)
