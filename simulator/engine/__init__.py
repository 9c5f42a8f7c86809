"""The engine: the law played over a register, and over draws of possible futures."""
