"""Launcher for a checkout: `python cli.py optimize` is `fulfill optimize`."""

from fulfill.cli.main import main

if __name__ == "__main__":
    main()
