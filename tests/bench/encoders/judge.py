"""Judges the project's encoders on speech, by an independent decoder, beside the encoders that everybody uses.

    judge.py SPEECH_FOLDER OURS_FOLDER

Needs av, numpy, scipy, pesq, visqol-python, distillmos and torchaudio from PyPI.

SPEECH_FOLDER holds WAV files (mono, 16 bit); OURS_FOLDER what `cargo run --release -p audio --example encode`
made of each. The references are LAME, libopus and FFmpeg's AAC at the same mean bit rate. Everything is decoded
by FFmpeg. Prints a Markdown table: means over the files. See docs/encoders.md.
"""

import io
import sys
from pathlib import Path

import av
import numpy as np
import torch
from distillmos import ConvTransformerSQAModel
from pesq import pesq
from scipy.signal import correlate, resample_poly, stft
from visqol import VisqolApi

REFERENCES = {"mp3": ("libmp3lame", "mp3", {}), "opus": ("libopus", "ogg", {}), "aac": ("aac", "adts", {})}


def decode(source):
    """Samples and rate, after the trimming that the container itself asks for."""
    pieces = []
    with av.open(source) as container:
        rate = None
        for frame in container.decode(audio=0):
            rate = frame.sample_rate
            piece = frame.to_ndarray()
            pieces.append(piece[0] / 32768 if piece.dtype == np.int16 else piece[0])
    return np.concatenate(pieces).astype(np.float64), rate


def encode(samples, rate, codec, container, options, bit_rate):
    """What a reference encoder makes of the samples."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout="mono", options=options)
        stream.bit_rate = bit_rate
        kind = stream.codec_context.codec.audio_formats[0].name
        kind = "fltp" if "fltp" in {f.name for f in stream.codec_context.codec.audio_formats} else kind
        plain = av.AudioFrame.from_ndarray((samples * 32768).astype(np.int16)[None], format="s16", layout="mono")
        plain.sample_rate = rate
        for frame in av.AudioResampler(format=kind, layout="mono", rate=rate).resample(plain):
            frame.pts = None
            for packet in stream.encode(frame):
                output.mux(packet)
        for packet in stream.encode(None):
            output.mux(packet)
    return buffer.getvalue()


def align(reference, heard):
    """Where the speech starts in what was heard, and the speech cut out there."""
    lead = int(np.argmax(correlate(heard, reference, "full"))) - (len(reference) - 1)
    cut = heard[max(lead, 0) :]
    cut = np.concatenate([np.zeros(max(-lead, 0)), cut])[: len(reference)]
    return lead, np.pad(cut, (0, len(reference) - len(cut)))


def segmental_snr(reference, heard, block=480):
    """Mean of the SNR of blocks of 20 ms, each within -10..=35 dB, over the blocks where somebody speaks."""
    count = len(reference) // block
    signal = (reference[: count * block].reshape(count, block) ** 2).sum(1)
    noise = ((reference - heard)[: count * block].reshape(count, block) ** 2).sum(1)
    loud = signal > signal.max() * 1e-4
    return np.clip(10 * np.log10(signal[loud] / (noise[loud] + 1e-12)), -10, 35).mean()


def spectral_distance(reference, heard, rate):
    """Root mean square difference of the log spectra in dB, up to 11 kHz, floor 60 dB below the loudest."""
    bins, _, first = stft(reference, rate, nperseg=512, noverlap=384)
    _, _, second = stft(heard, rate, nperseg=512, noverlap=384)
    power = np.abs(first) ** 2
    floor = power.max() * 1e-6
    difference = 10 * np.log10((power + floor) / (np.abs(second) ** 2 + floor))
    return np.sqrt((difference[bins < 11_000] ** 2).mean(0)).mean()


def visqol(reference, heard, rate):
    """Mean opinion score 1..5 of ViSQOL's audio mode, which compares up to 24 kHz."""
    api = VisqolApi()
    api.create(mode="audio")
    both = (resample_poly(signal, 48_000, rate) for signal in (reference, heard))
    return api.measure_from_arrays(*both, 48_000).moslqo


def distill_mos(model, heard):
    """Mean opinion score 1..5 of a listener who has not heard the original; samples at 16 kHz."""
    with torch.no_grad():
        return model(torch.from_numpy(heard.astype(np.float32))[None]).item()


def judge(model, reference, rate, data):
    heard, heard_rate = decode(io.BytesIO(data))
    length = len(heard) * rate / heard_rate
    if heard_rate != rate:
        heard = resample_poly(heard, rate, heard_rate)
    lead, heard = align(reference, heard)
    wide = [resample_poly(signal, 16_000, rate) for signal in (reference, heard)]
    return {
        "kbit/s": len(data) * 8 / (len(reference) / rate) / 1000,
        "lead": lead,
        "tail": length - lead - len(reference),
        "SNR dB": 10 * np.log10((reference**2).sum() / (((reference - heard) ** 2).sum() + 1e-12)),
        "segmental SNR dB": segmental_snr(reference, heard),
        "spectral distance dB": spectral_distance(reference, heard, rate),
        "PESQ wide band": pesq(16_000, *wide, "wb"),
        "ViSQOL": visqol(reference, heard, rate),
        "DistillMOS": distill_mos(model, wide[1]),
    }


def main(speech, ours):
    scores = {}
    model = ConvTransformerSQAModel().eval()
    for path in sorted(Path(speech).glob("*.wav")):
        reference, rate = decode(str(path))
        for name in ("mp3", "opus", "aac", "flac"):
            data = (Path(ours) / path.stem).with_suffix(f".{name}").read_bytes()
            score = judge(model, reference, rate, data)
            scores.setdefault((name, "ours"), []).append(score)
            if name in REFERENCES:
                codec, container, options = REFERENCES[name]
                target = score["kbit/s"] * 1000
                made = encode(reference, rate, codec, container, options, int(target))
                if name != "mp3":
                    # A variable rate misses its target by a little: ask again, for what gives the same size.
                    took = len(made) * 8 / (len(reference) / rate)
                    made = encode(reference, rate, codec, container, options, int(target * target / took))
                scores.setdefault((name, codec), []).append(judge(model, reference, rate, made))
    columns = list(next(iter(scores.values()))[0])
    print("| format | encoder | " + " | ".join(columns) + " |")
    print("|" + "---|" * (len(columns) + 2))
    for (name, encoder), rows in scores.items():
        means = [np.mean([row[column] for row in rows]) for column in columns]
        print(f"| {name} | {encoder} | " + " | ".join(f"{mean:.2f}" for mean in means) + " |")


if __name__ == "__main__":
    main(*sys.argv[1:])
