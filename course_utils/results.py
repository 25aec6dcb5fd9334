"""Events of a run (claims, measurements and checks), appended as JSON lines to the file that COURSE_RESULTS names."""

import json
import os


def record(event: dict) -> None:
    """Append one event to the results file; do nothing where no results are collected.

    The folder of the file is made when there is none.

    Args:
        event (dict): "event" is "claim", "measurement" or "check"; the rest are plain values.

    Example:
        >>> record({"event": "claim", "name": None, "sentence": "1 < 2", "held": True, "value": None, "unit": None})
    """
    path = os.environ.get("COURSE_RESULTS")
    if not path:
        return
    line = json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n"
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(path, "a", encoding="utf-8", newline="\n") as file:
            file.write(line)
    except OSError as error:
        print(f"The results file {path} cannot be written: {error.strerror}.")
