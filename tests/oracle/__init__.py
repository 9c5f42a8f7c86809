"""An independent second reading of the law, to check the engine against.

`reading` assesses a register row by row in exact decimals; `random_registers` makes registers full of edge
values and turns the worked cases into registers. Nothing here shares code with the engine, or is fast.
"""
