"""kokoro-onnx, driven from outside, so that the benchmark can take turns with it.

voices FILE                            writes a voices file from {name: path of f32 [510, 1, 256]} on stdin
serve MODEL VOICES THREADS VOICE       answers each line of JSON on stdin with one on stdout
speak MODEL VOICES THREADS VOICE TEXT  writes TEXT to stdout as it is made: 16-bit samples, 24 kHz
"""

import asyncio
import importlib.metadata
import json
import sys
import time

import numpy as np


def write_voices(file, paths):
    voices = {name: np.fromfile(path, "<f4").reshape(510, 1, 256) for name, path in paths.items()}
    with open(file, "wb") as out:
        np.savez(out, **voices)


def open_kokoro(model, voices, threads):
    import kokoro_onnx
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(threads)
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return kokoro_onnx.Kokoro.from_session(session, voices)


def create(kokoro, voice, texts):
    """Whole texts, one after the other."""
    first_audio, samples = None, 0
    start = time.perf_counter()
    for text in texts:
        samples += len(kokoro.create(text, voice)[0])
        first_audio = first_audio or time.perf_counter() - start
    return {"first_audio": first_audio, "seconds": time.perf_counter() - start, "samples": samples}


async def stream(kokoro, voice, text):
    """One text in the chunks of `create_stream`."""
    first_audio, samples = None, 0
    start = time.perf_counter()
    async for chunk, _ in kokoro.create_stream(text, voice):
        samples += len(chunk)
        first_audio = first_audio or time.perf_counter() - start
    return {"first_audio": first_audio, "seconds": time.perf_counter() - start, "samples": samples}


def serve(model, voices, threads, voice):
    def answer(value):
        print(json.dumps(value), flush=True)

    kokoro = open_kokoro(model, voices, threads)
    packages = ["kokoro-onnx", "onnxruntime", "numpy"]
    answer({name: importlib.metadata.version(name) for name in packages})
    for line in sys.stdin:
        request = json.loads(line)
        if "create" in request:
            answer(create(kokoro, voice, request["create"]))
        else:
            answer(asyncio.run(stream(kokoro, voice, request["stream"])))


async def speak(model, voices, threads, voice, text):
    kokoro = open_kokoro(model, voices, threads)
    async for chunk, _ in kokoro.create_stream(text, voice):
        sys.stdout.buffer.write((np.clip(chunk, -1, 1) * 32767).astype("<i2").tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["voices", file]:
            write_voices(file, json.load(sys.stdin))
        case ["serve", model, voices, threads, voice]:
            serve(model, voices, threads, voice)
        case ["speak", model, voices, threads, voice, text]:
            asyncio.run(speak(model, voices, threads, voice, text))
        case _:
            sys.exit(__doc__)
