"""Bytes into text: UTF-8 is read, other encodings are recognised and refused.

Two things happen to accented letters on their way through a spreadsheet. A file saved as plain
"CSV" is in Windows-1252 and no valid UTF-8. A UTF-8 file that was opened as Windows-1252 and saved
again is valid, but `é` has become `Ã©`; names then no longer join.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

SURROGATE = re.compile("[\udc80-\udcff]")
"""Characters that stand for the bytes which are not UTF-8 (error handler `surrogateescape`)."""
REPLACEMENT = "\ufffd"
"""What programs write in place of a letter that they could not read."""
_SIGNATURES = {
    b"PK\x03\x04": "it is an Excel or other zipped file, not a CSV file",
    b"\xd0\xcf\x11\xe0": "it is an old Excel workbook, not a CSV file",
    b"\xff\xfe": "it is UTF-16, which Excel calls 'Unicode text'",
    b"\xfe\xff": "it is UTF-16, which Excel calls 'Unicode text'",
}
_BYTE_OF = {bytes([code]).decode("cp1252", "replace"): code for code in range(128, 256)}
_BYTE_OF.pop(REPLACEMENT)
# The five bytes that Windows-1252 leaves open pass through most programs as control characters.
_BYTE_OF |= {chr(code): code for code in range(128, 160)}
_LEADS = "\u00c2-\u00c5\u00e2-\u00e9\u00ef"  # of Latin letters, of punctuation and CJK, of the mark
_FOLLOWS = "".join(re.escape(sign) for sign, code in _BYTE_OF.items() if 128 <= code < 192)
_SUSPECT = re.compile(f"[{_LEADS}][{_FOLLOWS}]")


def decode(content: bytes) -> tuple[str, str]:
    """Decode the content of a text file.

    Parameters
    ----------
    content : bytes
        Content of the file.

    Returns
    -------
    text : str
        In composed form (NFC): an accented letter may be stored as one code point or as letter and
        accent, and names must join whichever program wrote them. Bytes that are not UTF-8 become
        surrogates, see `windows_text`. Empty where there is a reason.
    reason : str
        Why this cannot be a text file in UTF-8; empty where it can.
    """
    for signature, reason in _SIGNATURES.items():
        if content.startswith(signature):
            return "", reason
    if b"\0" in content:
        # in UTF-16, every other byte of Latin text is zero
        halves = (content[::2], content[1::2])
        utf16 = any(half.count(0) > 0.4 * len(half) for half in halves)
        return "", "it is UTF-16" if utf16 else "it contains zero bytes"
    text = content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    return unicodedata.normalize("NFC", text), ""


def windows_text(cell: str) -> str:
    """Return a cell as it reads in Windows-1252; empty where the cell is valid UTF-8.

    Parameters
    ----------
    cell : str
        From a text of `decode`.

    Returns
    -------
    str
    """
    if SURROGATE.search(cell) is None:
        return ""
    return cell.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def garbled(text: str) -> bool:
    """Tell whether a text may contain letters that were decoded wrongly; see `meant`."""
    return not text.isascii() and (REPLACEMENT in text or _SUSPECT.search(text) is not None)


def meant(cell: str) -> str:
    """Return what a cell meant whose UTF-8 bytes were once read as Windows-1252.

    The cell must be valid UTF-8 as a whole if its characters are turned back into bytes. `São`,
    `Ñuñoa` and `Ãlvaro` are not, and `NESCAFÉ®` would give a letter that no name here has.

    Parameters
    ----------
    cell : str

    Returns
    -------
    str
        Empty where the cell is as it was written.
    """
    if _SUSPECT.search(cell) is None:
        return ""
    try:
        read = bytes(_BYTE_OF[sign] if ord(sign) > 127 else ord(sign) for sign in cell).decode()
    except (KeyError, UnicodeDecodeError):
        return ""
    return read.removeprefix("\ufeff") if all(map(_usual, read)) else ""


def _usual(sign: str) -> bool:
    """Tell whether a character occurs in names and sources: Latin, punctuation, CJK."""
    code = ord(sign)
    return (
        code < 0x180  # Latin letters of European languages
        or 0x2000 <= code < 0x2200  # dashes, quotation marks, currencies, the trade mark
        or 0x3000 <= code < 0xA000  # Chinese and Japanese
        or 0xFF00 <= code < 0xFFF0  # their wide forms
        or code == 0xFEFF  # the byte-order mark
    )


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252", "gb18030")
"""Encodings that `encoding_of` recognises, by their names of IANA where there is one."""
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SAMPLE_LINES = 2000
"""Lines with other than ASCII letters from which an encoding is recognised."""


def encoding_of(content: bytes) -> str:
    """Return the encoding of a text file as another program exported it.

    Parameters
    ----------
    content : bytes
        Content of the file.

    Returns
    -------
    str
        One of `ENCODINGS`, or ``utf-16-le`` or ``utf-16-be`` where the file has no mark; empty
        where the content is no text, or a text in another encoding.
    """
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return name if _decodes(content, name) else ""
    if b"\0" in content:
        # in UTF-16, every other byte of Latin text is zero
        even, odd = (half.count(0) / max(1, len(half)) for half in (content[::2], content[1::2]))
        name = "utf-16-le" if odd > even else "utf-16-be"
        return name if max(even, odd) > 0.4 > 4 * min(even, odd) and _decodes(content, name) else ""
    if _decodes(content, "utf-8"):
        return "utf-8"
    # Latin text is often valid GB18030 and Chinese text always Windows-1252: only the letters that
    # come out tell them apart, which is what the library weighs
    from charset_normalizer import from_bytes

    lines = (line for line in content.splitlines() if not line.isascii())
    sample = b"\n".join(islice(lines, _SAMPLE_LINES))
    best = from_bytes(sample, cp_isolation=["gb18030", "cp1252"], threshold=0.5).best()
    if best is not None and best.encoding == "gb18030" and _decodes(content, "gb18030"):
        return "gb18030"
    # Windows-1252 and Latin-1 differ in the bytes that Latin-1 has for control characters
    if re.search(rb"[\x80-\x9f]", content) is None:
        return "iso-8859-1"
    return "windows-1252" if _decodes(content, "cp1252") else ""


def _decodes(content: bytes, encoding: str) -> bool:
    """Tell whether a content is valid in an encoding."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
