"""The console script: hands over to the program that the package carries."""

import os
import sys


def main() -> int:
    """Run the command with this process's arguments; returns only when it does not run."""
    arguments = sys.argv[1:]
    name = next((a for a in arguments if not a.startswith("-")), "")
    if name == "report":
        sys.stderr.write(
            f"myocramp: error[E-USAGE]: {name}: expected a command of this version, found one that comes later\n"
        )
        return 2
    if name == "import":
        from myocramp._import_command import main as import_main

        arguments.remove(name)
        return import_main(arguments)
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "myocramp")
    try:
        os.execv(program, ["myocramp", *sys.argv[1:]])
    except OSError as error:
        sys.stderr.write(f"myocramp: error[E-INTERNAL]: {program}: expected the program, found: {error.strerror}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
