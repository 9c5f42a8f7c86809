"""The language of policy files: units, formulas, what they mean in whole numbers, and their two forms of code.

A formula is read (`formula`), checked for units and made into `nodes`: whole numbers with a known range, so that no
arithmetic can fail or wrap. The same nodes are evaluated in plain Python (`plain`) and compiled to machine code (`machine`).
"""
