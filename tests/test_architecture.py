"""The shape of the project: who may import whom, and what stays out of which module.

Imports are found wherever they stand, inside functions too.
"""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOP_LEVEL = {
    "benchmarks", "demo", "deploy", "docs", "edge_client", "faults", "gateway", "lan", "personas", "setup",
    "soak", "speech", "tests", "tiny_voice",
}  # fmt: skip
MADE_BY_MAKE = {"out", "build", "dist", "__pycache__"}
PACKAGES = ("deploy", "edge_client", "gateway", "speech")
CODE = sorted(path for folder in TOP_LEVEL for path in (ROOT / folder).rglob("*.py"))
PYTTSX3_CHILD = "pyttsx3_child.py"
PLAYER = {
    f"edge_client/playback/{name}.py"
    for name in (
        "pipe_player", "file_player", "player_choice", "before_playing", "child_process", "mixer", "place",
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


def test_every_kind_of_import_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    source = tmp_path / "gateway" / "api" / "x.py"
    source.parent.mkdir(parents=True)
    source.write_text(
        "import a.b\nfrom c import d\nfrom . import e\nfrom ..f import g\n"
        "def late():\n    import h\n    importlib.import_module('i')\n    __import__('j')\n"
    )
    assert sorted(imports_of(source)) == ["a.b", "c.d", "gateway.api.e", "gateway.f.g", "h", "i", "j"]


def test_speech_imports_only_the_standard_library_and_itself() -> None:
    allowed = sys.stdlib_module_names | {"speech"}
    shared = [path for path in code_of("speech") if path.name != PYTTSX3_CHILD]
    foreign = {name for path in shared for name in imports_of(path)}
    assert not {name for name in foreign if name.partition(".")[0] not in allowed}


def test_what_starts_them_at_boot_knows_neither_side() -> None:
    allowed = sys.stdlib_module_names | {"deploy", "speech"}
    foreign = {name for path in code_of("deploy") for name in imports_of(path)}
    assert not {name for name in foreign if name.partition(".")[0] not in allowed}


def test_the_gateway_and_the_robots_side_never_import_each_other() -> None:
    assert not importers(code_of("gateway"), "edge_client")
    assert not importers(code_of("edge_client"), "gateway")


def test_the_demonstration_starts_the_commands_and_shares_only_how_their_tables_are_written() -> None:
    assert not importers(code_of("demo"), "deploy", "edge_client", "gateway")
    shared = {
        name.split(".")[1] for path in code_of("demo") for name in imports_of(path) if "speech." in name
    }
    assert shared <= {"tables", "terminal"}


def test_no_package_imports_the_tests_the_faults_the_benchmarks_or_the_demonstration() -> None:
    assert not importers(code_of(*PACKAGES), "tests", "faults", "lan", "soak", "benchmarks", "demo")


def test_zeroconf_is_used_only_to_announce_and_to_discover() -> None:
    allowed = {"gateway/advertise.py", "edge_client/discovery.py"}
    assert not importers([p for p in code_of(*PACKAGES, "demo") if relative(p) not in allowed], "zeroconf")


def test_mlx_is_used_only_in_its_worker_process() -> None:
    others = [
        p for p in code_of(*PACKAGES, "demo") if not relative(p).startswith("gateway/engines/mlx/worker")
    ]
    assert not importers(others, "mlx", "mlx_audio", "mlx_lm")


def test_pyttsx3_is_used_only_in_its_child_process() -> None:
    others = [path for path in code_of(*PACKAGES, "demo") if path.name != PYTTSX3_CHILD]
    assert not importers(others, "pyttsx3")
    assert not [each for each in importers(others, "speech") if "pyttsx3_child" in each]


def test_on_the_robot_only_the_player_starts_processes() -> None:
    found = []
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
    assert not [relative(path) for path in CODE if len(path.read_text("utf-8").splitlines()) > 500]


def test_the_top_level_folders_are_the_known_ones() -> None:
    """A new one is a decision about the layout: name it here and in the architecture page."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    folders = {name for name in folders if not name.startswith(".") and not name.endswith(".egg-info")}
    assert folders - MADE_BY_MAKE <= TOP_LEVEL


def test_every_package_and_its_data_is_in_the_wheel() -> None:
    """Both are listed by hand, so that nothing else gets in; what is forgotten is missed only there."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    packages = {relative(path.parent).replace("/", ".") for path in code_of(*PACKAGES)}
    assert sorted(wheel["packages"]) == sorted(packages | {"personas"})
    listed = {
        path
        for package, patterns in wheel["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    files = {path for folder in (*PACKAGES, "personas") for path in (ROOT / folder).rglob("*.*")}
    hidden = {path for path in files if path.name.startswith(".")}
    assert {path for path in files - hidden if path.suffix not in {".py", ".pyc"}} == listed


@pytest.mark.parametrize("module", ["edge_client", "edge_client.cli"])
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
