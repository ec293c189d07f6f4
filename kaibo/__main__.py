"""`python -m kaibo` is the same as the `kaibo` command."""

from kaibo.config.cli import main

if __name__ == "__main__":
    main()
