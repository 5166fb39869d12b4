"""Command line: parses options, calls the library and sets exit codes."""
