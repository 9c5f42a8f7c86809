"""The data: the declared contract of a register's tables, and the readers that hold a file to it."""
