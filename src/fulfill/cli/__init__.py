"""The command line: options in, library calls, exit code out."""
