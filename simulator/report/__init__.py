"""The telling: one run's folder becomes a page a finance bureau can file. Nothing is computed here.

`publish.publish` makes the page; `record.RunFolder` reads a run; `sections` holds one function per part of
it.
"""
