"""Statistical disclosure control: what of a run, of a register and of several releases may leave the bureau."""
