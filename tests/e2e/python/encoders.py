"""Judges what encoders made of speech, by FFmpeg, beside the encoders that everybody uses.

    encoders.py FOLDER RATE        judges FOLDER/speech.FORMAT beside FOLDER/speech.pcm; prints JSON
    encoders.py FOLDER RATE RATES  writes FOLDER/RATE.wav for each of the rates (8000,16000,...)

speech.pcm holds 16-bit samples, mono. The references are LAME, libopus and FFmpeg's AAC at the same mean bit rate.
"""

import io
import json
import sys
import wave
from pathlib import Path

import av
import numpy as np

REFERENCES = {
    "mp3": ("libmp3lame", "mp3"),
    "opus": ("libopus", "ogg"),
    "webm": ("libopus", "webm"),
    "aac": ("aac", "adts"),
}


def decode(source):
    """Samples, rate and headers, after the trimming that the container itself asks for."""
    with av.open(source) as container:
        stream = container.streams.audio[0]
        pieces = [mono(frame) for frame in container.decode(stream)]
        head = {
            "container": container.format.name,
            "codec": stream.codec_context.name,
            "rate": stream.codec_context.sample_rate,
            "channels": stream.codec_context.channels,
        }
    return np.concatenate(pieces), head


def mono(frame):
    samples = frame.to_ndarray()[0].astype(float)
    return samples / {"s16": 2.0**15, "s16p": 2.0**15, "s32": 2.0**31, "s32p": 2.0**31}.get(frame.format.name, 1)


def encode(samples, rate, codec, container, bit_rate):
    """What a reference encoder makes of the samples."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = bit_rate
        kinds = [kind.name for kind in stream.codec_context.codec.audio_formats]
        plain = av.AudioFrame.from_ndarray(as_16_bit(samples)[None], format="s16", layout="mono")
        plain.sample_rate = rate
        kind = "fltp" if "fltp" in kinds else kinds[0]
        for frame in av.AudioResampler(format=kind, layout="mono", rate=rate).resample(plain):
            frame.pts = None
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def reference(samples, rate, name, size):
    """What the reference makes of the samples in about as many bytes.

    A variable rate misses its target by a little, so it is asked until it takes at least as many.
    """
    codec, container = REFERENCES[name]
    asked = size * 8 * rate / len(samples)
    made = encode(samples, rate, codec, container, int(asked))
    for _ in range(3):
        if abs(len(made) / size - 1) < 0.005:
            break
        asked *= size / len(made)
        made = encode(samples, rate, codec, container, int(asked))
    return made


def as_16_bit(samples):
    return (samples * 2**15).round().clip(-(2**15), 2**15 - 1).astype(np.int16)


def resample(samples, length):
    """The same sound in so many samples, by its spectrum."""
    spectrum = np.fft.rfft(samples)
    kept = np.zeros(length // 2 + 1, complex)
    shared = min(len(kept), len(spectrum)) - 1
    kept[:shared] = spectrum[:shared]
    return np.fft.irfft(kept, length) * length / len(samples)


def align(said, heard):
    """Where the speech starts in what was heard, and the speech cut out there."""
    size = 1 << (len(said) + len(heard)).bit_length()
    correlation = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)
    lead = int(correlation.argmax())
    lead -= size if lead > size // 2 else 0
    cut = np.concatenate([np.zeros(max(-lead, 0)), heard[max(lead, 0) :]])[: len(said)]
    return lead, np.pad(cut, (0, len(said) - len(cut)))


def segmental_snr(said, heard, rate):
    """Mean of the SNR of blocks of 20 ms, each within -10..=35 dB, over the blocks where somebody speaks."""
    block = rate // 50
    count = len(said) // block
    signal = (said[: count * block].reshape(count, block) ** 2).sum(1)
    noise = ((said - heard)[: count * block].reshape(count, block) ** 2).sum(1)
    loud = signal > signal.max() * 1e-4
    return float(np.clip(10 * np.log10(signal[loud] / (noise[loud] + 1e-12)), -10, 35).mean())


def last_word(said, heard, rate):
    """How loud the last 300 ms in which somebody speaks are in what was heard, as a multiple of what was said."""
    spoken = np.flatnonzero(np.abs(said) > np.abs(said).max() * 0.02)[-1]
    end = slice(max(spoken - rate * 3 // 10, 0), spoken)
    return float(np.sqrt((heard[end] ** 2).sum() / (said[end] ** 2).sum()))


def judge(said, rate, data):
    heard, head = decode(io.BytesIO(data))
    samples = len(heard) * rate / head["rate"]
    if head["rate"] != rate:
        heard = resample(heard, round(samples))
    lead, heard = align(said, heard)
    return {
        **head,
        "bit_rate": len(data) * 8 * rate / len(said),
        "samples": samples,
        "lead": lead,
        "tail": samples - lead - len(said),
        "last_word": last_word(said, heard, rate),
        "segmental_snr": segmental_snr(said, heard, rate),
    }


def judge_all(folder, rate):
    said = np.frombuffer((folder / "speech.pcm").read_bytes(), "<i2") / 2.0**15
    judged = {"samples": len(said)}
    for name in ("mp3", "opus", "webm", "aac", "flac", "wav"):
        data = (folder / f"speech.{name}").read_bytes()
        judged[name] = judge(said, rate, data)
        if name in REFERENCES:
            judged[name]["reference"] = judge(said, rate, reference(said, rate, name, len(data)))
    return judged


def write_wav(file, samples, rate):
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(as_16_bit(samples).tobytes())


def main(folder, rate, rates=None):
    folder, rate = Path(folder), int(rate)
    if rates is None:
        print(json.dumps(judge_all(folder, rate)))
        return
    said = np.frombuffer((folder / "speech.pcm").read_bytes(), "<i2") / 2.0**15
    for wanted in map(int, rates.split(",")):
        write_wav(folder / f"{wanted}.wav", resample(said, len(said) * wanted // rate), wanted)


if __name__ == "__main__":
    main(*sys.argv[1:])
