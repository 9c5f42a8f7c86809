"""The public names of `simulator`: each function calls the module that does the work."""
