"""`python -m fulfill`."""

from fulfill.cli.main import main

if __name__ == "__main__":
    main()
