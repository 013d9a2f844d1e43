"""The shape of the project: which rooms there are, who may import whom, and what stays out of which module.

Imports are found wherever they stand, inside functions too.
"""

import ast
import os
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOP_LEVEL = {
    "demo", "deploy", "docs", "edge_client", "gateway", "personas", "proofs", "robotvoice", "setup", "tests",
}  # fmt: skip
MADE_BY_MAKE = {"out", "build", "dist", "__pycache__"}
PACKAGES = ("edge_client", "gateway", "robotvoice")
"""What is installed, and the only names an installation adds to those that a script can import"""
DATA = ("deploy", "personas")
"""No Python: what a wheel holds below robotvoice/shipped"""
DOOR = "robotvoice/__init__.py"
"""`from robotvoice import Voice`: imports the robot's side when it is asked for"""
SERVER = "robotvoice/http"
"""The one room of robotvoice that may import something: aiohttp"""
HIBARI_CHILD = "robotvoice/engines/hibari/hibari_child.py"
MORE = {"robotvoice/ground/interfaces.py": {"ifaddr"}, HIBARI_CHILD: {"hibari", "numpy"}}
"""Both sides have ifaddr, by zeroconf; loaded when it is asked for. The other is a program of its own"""
MOST_FILES = 16
"""Side by side in a folder of the product"""
CODE = sorted(path for folder in TOP_LEVEL for path in (ROOT / folder).rglob("*.py"))
PYTTSX3_CHILD = "gateway/engines/pyttsx3/pyttsx3_child.py"
PLAYER = {
    f"edge_client/playback/{name}.py"
    for name in (
        "players/pipe_player", "players/file_player", "players/player_choice", "players/lead_in",
        "programs/child_process", "devices/mixer", "devices/output_device",
    )
}  # fmt: skip
STARTS_PROCESSES = {
    "subprocess", "multiprocessing", "pty", "create_subprocess_exec", "create_subprocess_shell",
    "subprocess_exec", "subprocess_shell", "popen", "os.system", "fork", "forkpty", "posix_spawn",
    "posix_spawnp", "child_process",
}  # fmt: skip


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def code_of(*folders: str) -> list[Path]:
    return [path for path in CODE if path.relative_to(ROOT).parts[0] in folders]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), relative(path))


def imports_of(path: Path) -> Iterator[str]:
    """The full name of all a file imports, whether by a statement or by `import_module("name")`."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(parsed(path)):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                base = package[: len(package) + 1 - node.level] if node.level else ()
                origin = ".".join((*base, *filter(None, [node.module])))
                yield from (f"{origin}.{alias.name}" for alias in node.names)
            case ast.Call(
                func=ast.Name(id=called) | ast.Attribute(attr=called),
                args=[ast.Constant(value=str(name)), *_],
            ) if called in {"import_module", "__import__"}:
                yield name


def importers(paths: list[Path], *names: str) -> list[str]:
    """Who of these imports one of the top-level `names`, as "file: name"."""
    return [
        f"{relative(path)}: {name}"
        for path in paths
        for name in imports_of(path)
        if name.partition(".")[0] in names
    ]


def rooms() -> dict[str, set[str]]:
    """Of each folder of the product, the other folders it imports from; a package's own version aside."""
    files = {
        relative(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__"): path
        for path in code_of(*PACKAGES)
    }
    arrows: dict[str, set[str]] = defaultdict(set)
    for path in files.values():
        if relative(path) == DOOR:
            continue
        for name in imports_of(path):
            while name and name not in files:
                name = name.rpartition(".")[0]
            if name and name not in PACKAGES:
                arrows[relative(path.parent)].add(relative(files[name].parent))
    return {room: others - {room} for room, others in arrows.items()}


def circle_in(arrows: dict[str, set[str]]) -> list[str]:
    """Folders that import each other in a circle; none if there is a floor for each."""
    left = {room: set(others) for room, others in arrows.items()}
    while ground := [room for room, others in left.items() if not others & left.keys()]:
        for room in ground:
            del left[room]
    return sorted(left)


def test_every_kind_of_import_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    source = tmp_path / "gateway" / "api" / "x.py"
    source.parent.mkdir(parents=True)
    source.write_text(
        "import a.b\nfrom c import d\nfrom . import e\nfrom ..f import g\n"
        "def late():\n    import h\n    importlib.import_module('i')\n    __import__('j')\n"
    )
    assert sorted(imports_of(source)) == ["a.b", "c.d", "gateway.api.e", "gateway.f.g", "h", "i", "j"]


def test_what_both_sides_share_imports_only_the_standard_library_and_itself() -> None:
    allowed = sys.stdlib_module_names | {"robotvoice"}
    for path in code_of("robotvoice"):
        if relative(path) != DOOR:
            more = {"aiohttp"} if relative(path.parent) == SERVER else MORE.get(relative(path), set())
            names = {name.partition(".")[0] for name in imports_of(path)}
            assert not importers([path], *names - allowed - more)


def test_the_server_that_both_sides_share_is_the_only_room_there_that_needs_aiohttp() -> None:
    """A gateway and a daemon answer HTTP alike; a robot's `say` answers nobody and loads none of it."""
    arrows = rooms()
    assert any(SERVER in others for room, others in arrows.items() if room.startswith("gateway"))
    assert any(SERVER in others for room, others in arrows.items() if room.startswith("edge_client"))
    assert not [room for room, others in arrows.items() if room.startswith("robotvoice") and SERVER in others]


def test_the_gateway_and_the_robots_side_never_import_each_other() -> None:
    assert not importers(code_of("gateway"), "edge_client")
    assert not importers(code_of("edge_client", "robotvoice"), "gateway")


def test_a_circle_is_seen() -> None:
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]
    assert circle_in({"a": {"b"}, "b": {"c"}}) == []


def test_rooms_have_floors() -> None:
    """No room imports, by whatever way round, from one that imports from it: an import never runs up."""
    assert len(rooms()) > 40
    assert not circle_in(rooms())


def test_no_folder_of_the_product_is_crowded() -> None:
    files = [relative(path.parent) for path in code_of(*PACKAGES)]
    assert not {folder for folder in files if files.count(folder) > MOST_FILES}


def test_no_two_files_of_the_product_share_a_name_but_the_two_sides_of_one_thing() -> None:
    named: dict[str, list[str]] = defaultdict(list)
    for path in code_of(*PACKAGES):
        if path.stem not in {"__init__", "__main__"}:
            named[path.name].append(path.relative_to(ROOT).parts[0])
    twice = {name: sides for name, sides in named.items() if len(sides) > 1}
    assert not {name for name, sides in twice.items() if sorted(sides) != ["edge_client", "gateway"]}


def test_the_demonstration_starts_the_commands_and_shares_only_how_their_tables_are_written() -> None:
    assert not importers(code_of("demo"), "edge_client", "gateway")
    shared = {each.partition(": ")[2] for each in importers(code_of("demo"), "robotvoice")}
    assert not {name for name in shared if not name.startswith("robotvoice.console.")}


def test_no_package_imports_the_tests_the_proofs_or_the_demonstration() -> None:
    assert not importers(code_of(*PACKAGES), "tests", "proofs", "demo")


def test_zeroconf_is_used_only_to_announce_and_to_discover() -> None:
    allowed = {"gateway/mdns/mdns_advertiser.py", "edge_client/discovery/discovery.py"}
    assert not importers([p for p in code_of(*PACKAGES, "demo") if relative(p) not in allowed], "zeroconf")


def test_mlx_is_used_only_in_its_worker_process() -> None:
    others = [
        p for p in code_of(*PACKAGES, "demo") if not relative(p).startswith("gateway/engines/mlx/worker/")
    ]
    assert not importers(others, "mlx", "mlx_audio", "mlx_lm")


def test_pyttsx3_is_used_only_in_its_child_process() -> None:
    others = [path for path in code_of(*PACKAGES, "demo") if relative(path) != PYTTSX3_CHILD]
    assert not importers(others, "pyttsx3")
    assert not [each for each in importers(others, "gateway") if "pyttsx3_child" in each]


def test_hibari_is_used_only_in_its_child_process() -> None:
    """A daemon on a robot stays small, whatever it speaks with."""
    others = [path for path in code_of(*PACKAGES, "demo") if relative(path) != HIBARI_CHILD]
    assert not importers(others, "hibari", "onnxruntime")
    assert not [each for each in importers(others, "robotvoice") if "hibari_child" in each]


def test_on_the_robot_only_the_player_starts_processes() -> None:
    found = []
    assert {relative(path) for path in code_of("edge_client")} >= PLAYER
    for path in code_of("edge_client"):
        if relative(path) in PLAYER:
            continue
        words = {part for name in imports_of(path) for part in name.split(".")}
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Attribute):
                words |= {node.attr, ast.unparse(node)}
        found += [f"{relative(path)}: {word}" for word in sorted(words & STARTS_PROCESSES)]
    assert not found


def test_modules_are_named_after_what_they_are() -> None:
    vague = {"manager", "managers", "helper", "helpers", "util", "utils", "common", "misc"}
    names = [path.relative_to(ROOT).with_suffix("") for path in CODE]
    assert not [str(name) for name in names if vague & set("/".join(name.parts).replace("/", "_").split("_"))]


def test_no_file_is_longer_than_500_lines() -> None:
    """A file is one idea; most have about 100 lines."""
    assert not [relative(path) for path in CODE if len(path.read_text("utf-8").splitlines()) > 500]


def test_the_top_level_folders_are_the_known_ones() -> None:
    """A new one is a decision about the layout: name it here and in the architecture page."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    folders = {name for name in folders if not name.startswith(".") and not name.endswith(".egg-info")}
    assert folders - MADE_BY_MAKE <= TOP_LEVEL


def test_every_room_says_what_it_is_for() -> None:
    folders = {path.parent for path in code_of(*PACKAGES)}
    assert not [relative(folder) for folder in folders if not (folder / "__init__.py").read_text("utf-8")]


def test_a_wheel_holds_the_packages_and_the_data_under_one_of_their_names() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert sorted(told["wheel"]["only-include"]) == sorted((*PACKAGES, *DATA))
    assert told["wheel"]["sources"] == {name: f"robotvoice/shipped/{name}" for name in DATA}
    assert not code_of(*DATA), "data only"


@pytest.mark.parametrize("module", ["robotvoice", "edge_client", "edge_client.cli"])
def test_importing_the_robots_side_is_light(module: str) -> None:
    """A robot starts the command for each `say`: what it does not need must not cost it time and memory."""
    heavy = {"aiohttp", "mlx", "numpy", "pydantic", "yaml", "zeroconf"}
    program = f"import sys, {module}; print(*sys.modules)"
    child = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert child.stderr == ""
    assert module in child.stdout.split()
    assert not heavy & {name.partition(".")[0] for name in child.stdout.split()}


def test_files_that_users_call_like_ours_hide_nothing_of_it(tmp_path: Path) -> None:
    """A script's own folder comes first for Python, so no name of ours but the packages' may matter."""
    names = {path.stem for path in code_of(*PACKAGES)} | {path.parent.name for path in code_of(*PACKAGES)}
    names |= {"speech", "deploy"}
    own = names - {"robotvoice", "edge_client", "__init__", "__main__"} - set(sys.stdlib_module_names)
    for name in own:
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('took {name}.py for its own')\n")
    for name in DATA:
        (tmp_path / f"{name}.py").unlink(missing_ok=True)
        (tmp_path / name).mkdir()
    script = tmp_path / "script.py"
    script.write_text(
        'from robotvoice import Voice\nsaid = Voice("vixen").say("Hello.", file="x.wav", play=False)\n'
        "print(said.engine)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ROBOTVOICE_MDNS": "false"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "espeak\n"), done.stderr
    assert (tmp_path / "x.wav").stat().st_size > 1000
