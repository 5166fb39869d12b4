"""What people open: pages, map layers, tables and the terminal."""
