"""``python -m servanda.cli`` does what ``servanda`` does."""

from servanda.cli import main

if __name__ == "__main__":
    main()
