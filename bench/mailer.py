"""A bare client of a mail server: `python -m bench.mailer PORT LETTERS SIZE` sends over one kept connection.

It prints when it began and when it ended, on the clock that all processes of a machine share.
"""

from __future__ import annotations

import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage

LINE = "The same words in every line of this letter, seventy octets or so.\n"


def send_all(port: int, letters: int, size: int, *, processes: int) -> float:
    """Let so many processes share the letters out; the seconds from the first beginning to the last end."""
    words = [str(port), str(letters // processes), str(size)]
    command = [sys.executable, "-m", "bench.mailer", *words]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _process in range(processes)]
    spans = [process.communicate()[0].split() for process in running]
    if any(process.returncode for process in running):
        raise RuntimeError("The bare client failed.")
    return max(float(span[1]) for span in spans) - min(float(span[0]) for span in spans)


def send(port: int, letters: int, size: int) -> tuple[float, float]:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "office@portal.example", "reader@fiji.example", "The same size"
    mail.set_content(LINE * ((size - 250) // len(LINE)))
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for _letter in range(letters):
            smtp.send_message(mail)
    return began, time.monotonic()


if __name__ == "__main__":
    print(*send(*map(int, sys.argv[1:])))
