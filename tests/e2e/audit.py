"""What `fraud leftovers` prints, by heading."""


def kinds_under(heading: str, table: str) -> list[str]:
    """Return the kinds of the resources that the audit lists under a heading."""
    found, here = [], False
    for line in table.splitlines():
        if not line.startswith(" "):
            here = line.startswith(f"{heading}:")
        elif here and line[2] != " ":  # else a long name, or what is to know of it
            found.append(line[2:20].strip())
    return sorted(found)


def assert_nothing_undeclared(table: str) -> None:
    """After a destroy only what the settings retain is there."""
    for heading in ("LEFTOVER", "DEPLOYED", "NAME ONLY"):
        assert kinds_under(heading, table) == [], table
