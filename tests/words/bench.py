"""`cargo xtask bench words`: hard sentences, spoken by voice-soundboard and by kokoro-onnx with espeak-ng, and judged.

Both speak with the same weights and the same voice. They take turns, sentence by sentence.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import wave
from pathlib import Path

import corpus

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "bench"))
import kokoro_onnx_peer as peer  # noqa: E402

VOICE, THREADS = "af_heart", 1


class Ours:
    """A server of a voice-soundboard program."""

    def __init__(self, program, data):
        command = [program, "serve", "--listen", "127.0.0.1:0", "--data", data]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        lines = iter(self.process.stdout.readline, "")
        line = next((line for line in lines if "listening on http://" in line), None)
        if line is None:
            sys.exit(f"{program} ended before it listened")
        self.url = "http://" + line.split("listening on http://")[1].split()[0].strip('",}')
        while not self.is_ready():
            time.sleep(0.1)

    def is_ready(self):
        try:
            return urllib.request.urlopen(f"{self.url}/readyz").status == 200
        except urllib.error.HTTPError:
            return False

    def speak(self, text):
        """A WAV file; nothing where it refuses the text, and says why."""
        body = {"model": "kokoro", "voice": VOICE, "input": text, "response_format": "wav"}
        request = urllib.request.Request(
            f"{self.url}/v1/audio/speech",
            json.dumps(body).encode(),
            {"content-type": "application/json", "x-soundboard-content-length": "exact"},
        )
        try:
            return urllib.request.urlopen(request).read()
        except urllib.error.HTTPError as error:
            if not 400 <= error.code < 500:
                raise
            print(f"refused: {text!r}: {error.read().decode()}", file=sys.stderr)
            return None

    def close(self):
        self.process.terminate()
        self.process.wait()


class Control(Ours):
    """Ours, given what is to be said in plain words: what is left is not the front end's."""

    def speak(self, text):
        form = next(sentence.forms[0] for sentence in corpus.read() if sentence.written == text)
        return super().speak(" ".join(word.text for word in form) + ".")


class Theirs:
    """kokoro-onnx in this process, its phonemes from espeak-ng."""

    def __init__(self, models, folder):
        voices = Path(folder) / "voices.npz"
        peer.write_voices(voices, {VOICE: models[f"kokoro/voices/{VOICE}.bin"]})
        self.kokoro = peer.open_kokoro(models["kokoro/model-int8.onnx"], str(voices), THREADS)

    def speak(self, text):
        samples, rate = self.kokoro.create(text, VOICE)
        with tempfile.TemporaryFile() as file:
            with wave.open(file, "wb") as out:
                out.setnchannels(1)
                out.setsampwidth(2)
                out.setframerate(rate)
                out.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())
            file.seek(0)
            return file.read()

    def close(self):
        pass


def arguments():
    parser = argparse.ArgumentParser(prog="cargo xtask bench words", description=__doc__)
    parser.add_argument(
        "--binary",
        action="append",
        default=[],
        metavar="[NAME=]PATH",
        help="a program of ours, named where there are several; the first has the target [default: what was built]",
    )
    parser.add_argument("--control", action="store_true", help="also speak what is to be said, in plain words")
    parser.add_argument("--only", default="", metavar="ID,...", help="only these sentences, or classes")
    parser.add_argument("--sample", type=int, metavar="N", help="only N sentences, spread over the classes")
    parser.add_argument("--ours-only", action="store_true", help="leave kokoro-onnx out")
    parser.add_argument("--again", action="store_true", help="only judge the transcripts of the last time again")
    parser.add_argument(
        "--into", type=Path, required=True, metavar="FOLDER", help="where the audio and the results go"
    )
    return parser.parse_args()


def chosen(sentences, only, sample):
    names = {name for name in only.split(",") if name}
    if names:
        sentences = [sentence for sentence in sentences if {sentence.id, sentence.kind} & names]
    if sample:
        step = len(sentences) / sample
        sentences = [sentences[int(index * step)] for index in range(min(sample, len(sentences)))]
    return sentences


def open_arms(options, folder):
    """Who speaks, by name."""
    programs = [named.partition("=")[::2] if "=" in named else ("ours", named) for named in options.binary]
    arms = {name: Ours(path, f"{folder}/{name}") for name, path in programs}
    if not options.ours_only:
        listed = subprocess.run([programs[0][1], "models", "list", "--json"], check=True, stdout=subprocess.PIPE)
        models = {file["name"]: file["path"] for file in json.loads(listed.stdout)["files"]}
        arms["kokoro-onnx"] = Theirs(models, folder)
    if options.control:
        arms["control"] = Control(programs[0][1], f"{folder}/control")
    return arms


def speak(arms, sentences, into):
    names = list(arms)
    for number, sentence in enumerate(sentences):
        print(f"{number + 1} of {len(sentences)}: {sentence.id}", file=sys.stderr)
        # Another arm is first every time.
        for name in names[number % len(names) :] + names[: number % len(names)]:
            file = into / name / f"{sentence.id}.wav"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)
            if sound := arms[name].speak(sentence.written):
                file.write_bytes(sound)


def main():
    options = arguments()
    judge = [os.environ["JUDGE_PYTHON"], HERE / "judge.py", options.into]
    if options.again:
        sys.exit(subprocess.run([*judge, "--again"]).returncode)
    sentences = chosen(corpus.read(), options.only, options.sample)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        arms = open_arms(options, folder)
        try:
            speak(arms, sentences, options.into)
        finally:
            for arm in arms.values():
                arm.close()
    spoken = {"arms": list(arms), "ids": [sentence.id for sentence in sentences]}
    (options.into / "spoken.json").write_text(json.dumps(spoken))
    print(f"spoken in {time.monotonic() - start:.0f} s; now whisper listens", file=sys.stderr)
    sys.exit(subprocess.run(judge).returncode)


if __name__ == "__main__":
    main()
