"""Processes that begin together compile one after the other, and only until it is done."""

import contextlib
import multiprocessing
from pathlib import Path

from optimizer.travel.compile_once import compile_once


def _begin(folder: Path, told: Path) -> None:
    def compiling() -> None:
        for word in ("begins", "goes on", "ends"):
            with told.open("a") as diary:
                diary.write(f"{word}\n")

    compile_once(compiling, folder)


def test_processes_with_nothing_kept_take_turns(tmp_path: Path) -> None:
    folder, told = tmp_path / "kernels", tmp_path / "told"
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_begin, args=(folder, told)) for _ in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 6
    assert told.read_text().splitlines() == ["begins", "goes on", "ends"] * 6


def test_whoever_is_killed_leaves_the_turn_to_the_next(tmp_path: Path) -> None:
    def dies() -> None:
        raise KeyboardInterrupt

    folder = tmp_path / "kernels"
    with contextlib.suppress(KeyboardInterrupt):
        compile_once(dies, folder)
    done: list[bool] = []
    compile_once(lambda: done.append(True), folder)
    assert done == [True]
    assert (folder / "complete").exists()


def test_a_folder_that_cannot_be_made_keeps_nobody_waiting(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    done: list[bool] = []
    compile_once(lambda: done.append(True), in_the_way / "kernels")
    assert done == [True]
