"""What shells write before what is typed, as patterns: `POSIX` for bash and its like, `ANY` for Windows's too."""

from __future__ import annotations

_ACCOUNT = r"\[?[\w.-]{1,40}@[^$#%>\n]{0,160}[$#%>]"
POSIX = rf"[ \t]{{0,20}}(?:{_ACCOUNT}|[$%\u276f\u279c])[ \t]+"
ANY = rf"[ \t]{{0,20}}(?:PS[^>\n]{{0,200}}>|[A-Za-z]:\\[^>\n]{{0,200}}>|{_ACCOUNT}|[$%\u276f\u279c>])[ \t]+"
