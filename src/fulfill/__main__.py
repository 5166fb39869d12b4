"""`python -m fulfill`."""

from fulfill.cli import main

if __name__ == "__main__":
    main()
