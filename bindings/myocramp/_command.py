"""The console script: hands over to the program that the package carries."""

import os
import sys

# Options of every command that take a value, and may stand before it.
_WITH_VALUE = ("--layout", "--study", "--config", "--set", "--progress")


def main() -> int:
    """Run the command with this process's arguments; returns only when it does not run."""
    arguments = sys.argv[1:]
    place = _place(arguments)
    name = arguments[place] if place < len(arguments) else ""
    if name == "report":
        sys.stderr.write(
            f"myocramp: error[E-USAGE]: {name}: expected a command of this version, found one that comes later\n"
        )
        return 2
    if name == "import":
        from myocramp._import_command import main as import_main

        return import_main(arguments[:place] + arguments[place + 1 :])
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "myocramp")
    try:
        os.execv(program, ["myocramp", *sys.argv[1:]])
    except OSError as error:
        sys.stderr.write(f"myocramp: error[E-INTERNAL]: {program}: expected the program, found: {error.strerror}\n")
        return 1


def _place(arguments: list[str]) -> int:
    """Return the index of the command's name, the number of arguments where there is none."""
    place = 0
    while place < len(arguments) and arguments[place].startswith("-"):
        place += 2 if arguments[place] in _WITH_VALUE else 1
    return min(place, len(arguments))


if __name__ == "__main__":
    sys.exit(main())
