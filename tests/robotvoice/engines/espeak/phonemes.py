"""What eSpeak NG would say, as phonemes: run as a program, as the library is not to be in the tests' process.

python phonemes.py LIBRARY DATA < [[voice, text], ...]      prints [phonemes, ...]
"""

import ctypes
import json
import os
import sys

NO_AUDIO, DO_NOT_EXIT, UTF8 = 2, 0x8000, 1


def main() -> None:
    answers = os.dup(1)
    os.dup2(2, 1)
    library = ctypes.CDLL(sys.argv[1])
    library.espeak_Initialize(NO_AUDIO, 0, os.fsencode(sys.argv[2]) or None, DO_NOT_EXIT)
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    said = []
    for voice, text in json.load(sys.stdin):
        assert library.espeak_SetVoiceByName(voice.encode()) == 0, voice
        held = ctypes.create_string_buffer(text.encode())
        at = ctypes.c_void_p(ctypes.addressof(held))
        clauses = []
        while at.value:
            clauses.append((library.espeak_TextToPhonemes(ctypes.byref(at), UTF8, 0) or b"").decode())
        said.append(" ".join(clauses).strip())
    os.write(answers, json.dumps(said).encode())


if __name__ == "__main__":
    main()
