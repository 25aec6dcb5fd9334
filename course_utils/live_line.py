"""One line that says how a long piece of work is getting on, and that leaves nothing behind in a notebook."""

import os
import shutil
import sys


def screen() -> str | None:
    """Return where a live line can be shown: "notebook", "terminal", or None for nowhere.

    Nowhere when COURSE_PROGRESS=off (set wherever a notebook is run for its outputs), while nbgrader grades, and
    when the output is a file or a pipe.

    Example:
        >>> screen() in ("notebook", "terminal", None)
        True
    """
    if os.environ.get("COURSE_PROGRESS") == "off" or os.environ.get("NBGRADER_EXECUTION"):
        return None
    if "ipykernel" in sys.modules:
        import IPython

        shell = IPython.get_ipython()
        if getattr(shell, "kernel", None) is not None:
            return "notebook"
    return "terminal" if sys.stdout is not None and sys.stdout.isatty() else None


def duration(seconds: float) -> str:
    """Return a time to wait in words.

    Example:
        >>> duration(3.4), duration(125)
        ('3 s', '2 min 05 s')
    """
    seconds = max(0, round(seconds))
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60:02} s"


class LiveLine:
    """A line that is written again and again in its place.

    In a notebook it is emptied at the end, so that what is stored does not depend on the run; in a terminal it stays.

    Args:
        where (str): "notebook", "terminal" or None for nowhere, as `screen` says.

    Example:
        >>> line = LiveLine(None)
        >>> line.write("half done")
        >>> line.close()
    """

    def __init__(self, where: str | None):
        self.where = where
        self._handle = None
        if where == "notebook":
            from IPython import display

            self._handle = display.display(_Text(""), display_id=True)

    def write(self, text: str) -> None:
        """Show a text in place of the one before."""
        if self._handle is not None:
            self._handle.update(_Text(text))
        elif self.where == "terminal":
            columns = shutil.get_terminal_size((80, 24)).columns - 1
            sys.stdout.write("\r" + text[:columns].ljust(columns))
            sys.stdout.flush()

    def close(self) -> None:
        """End the line: no more is written."""
        if self._handle is not None:
            self._handle.update(_Text(""))
            self._handle = None
        elif self.where == "terminal":
            sys.stdout.write("\n")
            sys.stdout.flush()


class _Text:
    """A line of text that a notebook shows and can replace."""

    def __init__(self, text: str):
        self.text = text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/plain": self.text}
