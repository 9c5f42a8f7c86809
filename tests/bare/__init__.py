"""The README's commands on a machine that has nothing: a bare Debian, an ordinary user, an empty home (python -m tests.bare)."""
