"""The answers: what it costs, how sure that is, what it brings, and whether the targets are reached."""
