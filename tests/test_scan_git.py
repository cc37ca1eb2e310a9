"""A scan of what git keeps: the history, the index, and what a clone does not have."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from runs import run_command
from scans import EXAMPLE, FORMAT, git, minted, packed, parts, says_nothing_of, scanned

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "readme").write_text("nothing\n", encoding="utf-8")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "First")
    return tmp_path


def committed(repository: Path, message: str) -> str:
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--allow-empty", "-m", message)
    return git(repository, "rev-parse", "HEAD")


def test_history_shows_the_commit_path_and_line_of_what_was_deleted(repository: Path) -> None:
    key = minted()
    (repository / "conf").mkdir()
    (repository / "conf" / "ä b.env").write_text(f"\n\n K={key}\n", encoding="utf-8")
    commit = committed(repository, "Add")
    (repository / "conf" / "ä b.env").rename(repository / "moved")
    committed(repository, "Move")
    (repository / "moved").unlink()
    committed(repository, "Take out")
    git(repository, "gc", "-q")
    assert scanned(repository, ".", status=0) == []
    (find,) = scanned(repository, "--history", status=1)
    assert (find["commit"], find["path"], find["line"], find["column"]) == (commit, "conf/ä b.env", 3, 4)
    ran = run_command(repository, "scan", "--history", ".")
    assert ran.stdout.startswith(f"commit {commit[:12]}, conf/ä b.env:3:4: key {parts(key)[0]}…")
    assert says_nothing_of(ran, key)
    assert scanned(repository, "--history", "--exclude", "conf", status=0) == []


def test_history_shows_messages_tags_stashes_other_branches_and_what_was_amended(repository: Path) -> None:
    keys = {name: minted() for name in ("message", "tag", "stash", "branch", "amended", "dangling")}
    message = committed(repository, f"Fix\n\nwith {keys['message']}")
    git(repository, "tag", "-a", "v1", "-m", keys["tag"])
    git(repository, "checkout", "-q", "-b", "other")
    (repository / "b").write_text(keys["branch"], encoding="utf-8")
    committed(repository, "Branch")
    git(repository, "checkout", "-q", "main")
    (repository / "readme").write_text(keys["stash"], encoding="utf-8")
    git(repository, "stash", "-q")
    (repository / "am").write_text(keys["amended"], encoding="utf-8")
    committed(repository, "Oops")
    (repository / "am").write_text("clean", encoding="utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--amend", "-m", "Better")
    (repository / "d").write_text(keys["dangling"], encoding="utf-8")
    dangling = git(repository, "hash-object", "-w", "d")
    (repository / "d").unlink()
    finds = scanned(repository, "--history", status=1)
    ids = {FORMAT.parse(key).key_id: name for name, key in keys.items()}
    found = {ids[find["key_id"]]: (find["path"], bool(find["commit"])) for find in finds}
    tag = git(repository, "rev-parse", "v1")
    assert found == {
        "message": ("", True),
        "tag": (f"object {tag} of no commit", False),
        "stash": ("readme", True),
        "branch": ("b", True),
        "amended": ("am", True),
        "dangling": (f"object {dangling} of no commit", False),
    }
    assert [find["commit"] for find in finds if not find["path"]] == [message]
    assert f"commit {message[:12]}, message:" in run_command(repository, "scan", "--history").stdout


def test_a_rebase_or_am_that_stopped_shows_its_message_and_patch(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    (repository / "readme").write_text("ours\n", encoding="utf-8")
    committed(repository, "Ours")
    git(repository, "checkout", "-q", "-b", "theirs", first)
    key = minted()
    (repository / "readme").write_text("theirs\n", encoding="utf-8")
    committed(repository, f"Theirs {key}")
    patch = git(repository, "format-patch", "--stdout", "main..theirs")
    for words, directory in ((("rebase", "main"), "rebase-merge"), (("am", "-"), "rebase-apply")):
        subprocess.run(["git", *words], cwd=repository, input=patch.encode(), capture_output=True, check=False)
        paths = {find["path"] for find in scanned(repository, ".", status=1)}
        assert any(path.startswith(f"./.git/{directory}/") for path in paths)
        git(repository, words[0], "--abort")
        git(repository, "checkout", "-q", "main")


def ids_of(finds: list[dict[str, Any]]) -> list[str]:
    return sorted(find["key_id"] for find in finds)


def test_keys_in_what_git_keeps_besides_objects_are_found_by_history_and_in_directories(repository: Path) -> None:
    config, message, branch, tag = (minted() for _ in range(4))
    git(repository, "remote", "add", "origin", f"https://x:{config}@example.com/r.git")
    (repository / ".git" / "COMMIT_EDITMSG").write_text(message, encoding="utf-8")
    expected = sorted(FORMAT.parse(key).key_id for key in (config, message))
    finds = scanned(repository, ".", status=1)
    assert (ids_of(finds), finds[0]["path"]) == (expected, "./.git/COMMIT_EDITMSG")
    assert scanned(repository, ".", "--exclude", ".git", status=0) == []
    git(repository, "branch", f"b-{branch}")
    git(repository, "tag", tag)
    git(repository, "pack-refs", "--all")
    found = set(ids_of(scanned(repository, "--history", status=1)))
    assert found == {FORMAT.parse(key).key_id for key in (config, message, branch, tag)}


def test_keys_in_names_of_files_and_directories_are_found_once_in_history(repository: Path) -> None:
    file, directory = minted(), minted()
    (repository / "a" / directory).mkdir(parents=True)
    (repository / file).write_text("", encoding="utf-8")
    (repository / "a" / directory / "x").write_text("", encoding="utf-8")
    commit = committed(repository, "Add")
    (repository / "a" / "more").write_text("x", encoding="utf-8")
    committed(repository, "More")
    finds = [find for find in scanned(repository, "--history", status=1) if "logs" not in find["path"]]
    assert sorted((find["key_id"], find["path"], find["commit"]) for find in finds) == sorted(
        [(FORMAT.parse(file).key_id, "./", commit), (FORMAT.parse(directory).key_id, "a/", commit)]
    )


def test_a_broken_object_does_not_hide_the_others(repository: Path) -> None:
    keys = [minted() for _ in range(6)]
    for number, key in enumerate(keys):
        (repository / f"f{number}").write_text(key, encoding="utf-8")
    committed(repository, "Add")
    broken = git(repository, "rev-parse", "HEAD:f0")
    file = repository / ".git" / "objects" / broken[:2] / broken[2:]
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:12] + b"broken")
    ran = run_command(repository, "scan", "--history", "--format", "json")
    result = json.loads(ran.stdout)
    assert ids_of(result["finds"]) == sorted(FORMAT.parse(key).key_id for key in keys[1:])
    (complaint,) = result["complaints"]
    assert complaint.startswith(f".: object {broken} cannot be read")


def test_a_broken_index_does_not_hide_what_was_committed(repository: Path) -> None:
    (repository / "a").write_text(minted(), encoding="utf-8")
    committed(repository, "Add")
    (repository / ".git" / "index").write_bytes(b"broken")
    ran = run_command(repository, "scan", "--history")
    assert (ran.status, "git ls-files" in ran.stderr, ": key " in ran.stdout) == (1, True, True)


def test_a_broken_commit_does_not_hide_what_is_in_the_others(repository: Path) -> None:
    (repository / "a").write_text(minted(), encoding="utf-8")
    committed(repository, "Add")
    broken = committed(repository, "Second")
    file = repository / ".git" / "objects" / broken[:2] / broken[2:]
    file.chmod(0o600)
    file.write_bytes(b"broken")
    ran = run_command(repository, "scan", "--history")
    assert ran.status == 1
    assert "some finds have no commit and path" in ran.stderr


def test_what_a_clone_does_not_have_is_complained_about(repository: Path, tmp_path: Path) -> None:
    committed(repository, "Second")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    ran = run_command(tmp_path, "scan", "--history", "shallow")
    assert (ran.status, "this clone is shallow" in ran.stderr) == (2, True)
    (repository / "shallow").rename(repository / "below")
    git(repository, "add", "below")
    committed(repository, "Submodule")
    ran = run_command(repository, "scan", "--history", ".")
    assert (ran.status, "below: it is a submodule, which was not scanned" in ran.stderr) == (2, True)


def test_a_key_that_is_staged_at_two_paths_is_shown_at_both(repository: Path) -> None:
    for name in ("a", "b"):
        (repository / name).write_text(EXAMPLE, encoding="utf-8")
    git(repository, "add", "-A")
    assert [find["path"] for find in scanned(repository, "--staged", "--all", status=0)] == ["a", "b"]


def test_archives_in_history_are_opened(repository: Path) -> None:
    (repository / "a.zip").write_bytes(packed("zip", {"in": minted().encode()}))
    commit = committed(repository, "Add")
    (find,) = scanned(repository.parent, "--history", repository.name, status=1)
    assert (find["commit"], find["path"], find["member"]) == (commit, f"{repository.name}/a.zip", "in")


def test_only_what_the_next_commit_changes_is_scanned_as_staged(repository: Path) -> None:
    old, new, later = minted(), minted(), minted()
    (repository / "old").write_text(old, encoding="utf-8")
    committed(repository, "Old")
    (repository / "new").write_text(f"\n{new}", encoding="utf-8")
    git(repository, "add", "new")
    (repository / "new").write_text(later, encoding="utf-8")
    git(repository, "rm", "-q", "--cached", "old")
    (find,) = scanned(repository, "--staged", status=1)
    assert (find["path"], find["line"], find["key_id"]) == ("new", 2, FORMAT.parse(new).key_id)
    assert scanned(repository, "--staged", "--exclude", "new", status=0) == []


def test_the_first_commit_of_a_repository_is_scanned_as_staged(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert scanned(tmp_path, "--staged", status=0) == []
    (tmp_path / "a b\n").write_text(minted(), encoding="utf-8")
    git(tmp_path, "add", "-A")
    assert [find["path"] for find in scanned(tmp_path, "--staged", status=1)] == ["a b\n"]


def test_what_is_still_to_be_merged_does_not_hide_what_is_staged(repository: Path) -> None:
    for branch in ("one", "other"):
        git(repository, "checkout", "-q", "-b", branch, "main")
        (repository / "readme").write_text(branch, encoding="utf-8")
        committed(repository, branch)
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "merge", "one")
    (repository / "z").write_text(minted(), encoding="utf-8")
    git(repository, "add", "z")
    assert [find["path"] for find in scanned(repository, "--staged", status=1)] == ["z"]


def test_settings_of_git_do_not_change_where_finds_are(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "other")
    committed(repository, "Other")
    git(repository, "checkout", "-q", "main")
    committed(repository, "Main")
    git(repository, "merge", "-q", "--no-commit", "--no-ff", "other")
    (repository / "below").mkdir()
    for name in ("a", "below/b"):
        (repository / name).write_text(minted(), encoding="utf-8")
    commit = committed(repository, "Merge")
    for setting in ("color.ui=always", "diff.relative=true", "log.diffMerges=off", "diff.orderFile=none"):
        git(repository, "config", *setting.split("="))
    finds = scanned(repository / "below", "--history", status=1)
    assert sorted((find["path"], find["commit"]) for find in finds) == [("a", commit), ("below/b", commit)]


@pytest.mark.parametrize("option", ["--staged", "--history"])
def test_a_directory_that_is_no_repository_is_complained_about(option: str, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "scan", option, given={"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})
    assert (ran.status, ran.stdout) == (2, "")
    assert "ot a git repository" in ran.stderr
    ran = run_command(tmp_path, "scan", option, given={"PATH": str(tmp_path)})
    assert (ran.status, "git cannot be started" in ran.stderr) == (2, True)


def test_the_sarif_of_history_names_the_commit_and_that_of_elsewhere_whole_addresses(repository: Path) -> None:
    (repository / "a").write_text(minted(), encoding="utf-8")
    commit = committed(repository, "Add")
    log = json.loads(run_command(repository, "scan", "--history", "--format", "sarif").stdout)
    (result,) = log["runs"][0]["results"]
    assert result["properties"] == {"commit": commit}
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a"
    (repository / "below").mkdir()
    log = json.loads(run_command(repository / "below", "scan", "../a", "--format", "sarif").stdout)
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("file:///")
