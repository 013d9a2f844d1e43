"""A /proc with sound cards in it, as the kernel writes it."""

from pathlib import Path

STATUS = (
    "state: RUNNING\nowner_pid   : {pid}\ntrigger_time: 1.5\ndelay       : 2048\n-----\nhw_ptr      : 4\n"
)
HW_PARAMS = (
    "access: MMAP_INTERLEAVED\nformat: S16_LE\nchannels: 2\nrate: 48000 (48000/1)\n"
    "period_size: 1024\nbuffer_size: 4096\n"
)
NAMES = {
    "Headphones": "bcm2835_headpho - bcm2835 Headphones",
    "vc4hdmi0": "vc4-hdmi - vc4-hdmi-0",
    "Device": "USB-Audio - USB Audio Device",
    "Camera": "USB-Audio - USB Camera",
}


class Proc:
    """Cards are given by their ids, in the order of their numbers; the camera's can only record."""

    def __init__(self, folder: Path, *cards: str) -> None:
        self.path = folder
        self.plug(*cards)

    def plug(self, *cards: str) -> None:
        """These and no others from now on."""
        asound = self.path / "asound"
        asound.mkdir(parents=True, exist_ok=True)
        for status in asound.glob("card*/pcm*/sub0/*"):
            status.unlink()
        for folder in sorted(asound.glob("card*/**/"), reverse=True):
            folder.rmdir()
        lines = [f"{n:>2} [{id:<15}]: {NAMES[id]}\n" + f"{'':22}{NAMES[id]}\n" for n, id in enumerate(cards)]
        (asound / "cards").write_text("".join(lines) or "--- no soundcards ---\n")
        for number, id in enumerate(cards):
            sub = asound / f"card{number}" / ("pcm0c" if id == "Camera" else "pcm0p") / "sub0"
            sub.mkdir(parents=True)
            (sub / "status").write_text("closed\n")
            (sub / "hw_params").write_text("closed\n")

    def play(self, card: int, pid: int) -> None:
        """This process has it open."""
        sub = self.path / "asound" / f"card{card}" / "pcm0p" / "sub0"
        (sub / "status").write_text(STATUS.format(pid=pid))
        (sub / "hw_params").write_text(HW_PARAMS)

    def program(self, pid: int, name: str, *command: str, thread_of: int | None = None) -> None:
        process = self.path / str(pid)
        process.mkdir()
        (process / "status").write_text(f"Name:\t{name}\nTgid:\t{thread_of or pid}\n")
        (process / "comm").write_text(f"{name}\n")
        (process / "cmdline").write_bytes(b"\0".join(word.encode() for word in command or (name,)) + b"\0")

    def opens(self, pid: int, file: str) -> None:
        """For kernels that do not tell whose card it is."""
        (self.path / str(pid) / "fd").mkdir(exist_ok=True)
        (self.path / str(pid) / "fd" / str(len(file))).symlink_to(file)
