"""The child process that hosts libespeak-ng: run as a program, never imported by the rest of robotvoice.

    python espeak_child.py LIBRARY DATA

libespeak-ng keeps global state, may end its host process and is GPL: it lives at arm's length behind two
pipes, which `robotvoice.engines.speaking_child` serves.
"""

import ctypes
import json
import os
import sys

if __name__ == "__main__":  # behind the standard library's, whose names a folder of packages may hold too
    sys.path.append(os.path.abspath(f"{__file__}/../../../.."))  # noqa: PTH100 - pathlib costs 5 ms here

from robotvoice.engines.speaking_child import TYPE_CHECKING, Send, Speak, serve

if TYPE_CHECKING:
    from typing import Any

SYNCHRONOUS = 2
DO_NOT_EXIT = 0x8000
UTF8, END_PAUSE = 0x0001, 0x1000
PARAMETERS = {"rate": 1, "volume": 2, "pitch": 3}
CHUNK_MS = 60


class Voice(ctypes.Structure):
    """espeak_VOICE of speak_lib.h"""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


def languages_of(voice: Voice) -> list[tuple[int, str]]:
    """(priority, code) pairs; the C form is a priority byte and a string, repeated, until a zero byte."""
    found = []
    at = voice.languages
    while at and (priority := ctypes.string_at(at, 1)[0]):
        code = ctypes.string_at(at + 1)
        found.append((priority, code.decode("utf-8", "replace")))
        at += 1 + len(code) + 1
    return found


def catalogue(library: ctypes.CDLL) -> dict[str, object]:
    """All voices and the names of all variants."""
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(Voice))
    listed = library.espeak_ListVoices(None)
    voices = []
    index = 0
    while listed[index]:
        voice = listed[index].contents
        voices.append(
            {
                "name": voice.name.decode("utf-8", "replace"),
                "identifier": voice.identifier.decode("utf-8", "replace"),
                "languages": languages_of(voice),
            }
        )
        index += 1
    data = ctypes.c_char_p()
    library.espeak_Info.restype = ctypes.c_char_p
    version = library.espeak_Info(ctypes.byref(data)).decode()
    folder = os.path.join((data.value or b"").decode(), "voices", "!v")  # noqa: PTH118 - pathlib costs 5 ms here
    return {"version": version, "voices": voices, "variants": sorted(os.listdir(folder))}  # noqa: PTH208 - as above


def begin(send: Send) -> tuple[dict[str, object], Speak]:
    library = ctypes.CDLL(sys.argv[1])
    data = os.fsencode(sys.argv[2]) or None
    sample_rate = library.espeak_Initialize(SYNCHRONOUS, CHUNK_MS, data, DO_NOT_EXIT)
    if sample_rate <= 0:
        raise OSError(f"espeak_Initialize gave {sample_rate}: its voice data was not found")

    def on_audio(samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            send(b"A", ctypes.string_at(samples, 2 * count))
        return 0

    # Kept in a name: the library holds a pointer to it that the garbage collector does not see.
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(on_audio)
    library.espeak_SetSynthCallback(callback)

    def speak(request: "dict[str, Any]") -> None:
        assert callback
        if library.espeak_SetVoiceByName(request["identifier"].encode()) != 0:
            raise ValueError(f"the library refused the voice {request['identifier']}")
        for name, parameter in PARAMETERS.items():
            library.espeak_SetParameter(parameter, request[name], 0)
        received = {name: library.espeak_GetParameter(number, 1) for name, number in PARAMETERS.items()}
        send(b"S", json.dumps({"voice": request["voice"], **received}).encode())
        text = request["text"].encode("utf-8", "replace") + b"\0"
        flags = UTF8 | (END_PAUSE if request["last"] else 0)
        library.espeak_Synth(text, ctypes.c_size_t(len(text)), 0, 1, 0, flags, None, None)

    return {"sample_rate": sample_rate, **catalogue(library)}, speak


if __name__ == "__main__":
    serve(begin)
