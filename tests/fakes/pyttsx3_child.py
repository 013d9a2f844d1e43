"""The child process of the engine with drivers of our own beside those of pyttsx3."""

import runpy
import sys
from pathlib import Path

import pyttsx3.drivers

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))
pyttsx3.drivers.__path__.append(str(Path(__file__).with_name("pyttsx3_drivers")))
runpy.run_path(str(ROOT / "gateway" / "engines" / "pyttsx3" / "pyttsx3_child.py"), run_name="__main__")
