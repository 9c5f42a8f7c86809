"""Files as office programs, libraries and people write them, each with its right value and where such files come from.

Every kind has a module of its own; what is reported is either the plain register's facts or a problem that names the cause. A new
file found in the wild is one more case of its kind.
"""
