"""Names that others chose, on the way to a terminal."""


def printable(text: str) -> str:
    r"""Return a text that cannot steer a terminal; lines stay lines.

    Names of columns, jobs and reasons of failures come from elsewhere: a control
    character in them could hide, colour or overwrite what stands beside them.

    Examples
    --------
    >>> printable("V1\x1b[2J")
    'V1\\x1b[2J'
    """
    return "".join(
        character
        if character.isprintable() or character == "\n"
        else character.encode("unicode_escape").decode()
        for character in text
    )
