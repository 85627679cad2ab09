"""Decodes sound files with FFmpeg and prints what it heard, as one JSON list."""

import json
import sys

import av
import numpy


def heard(path: str) -> dict:
    with av.open(path) as container:
        stream = container.streams.audio[0]
        frames = list(container.decode(stream))
        samples = numpy.concatenate([mono(frame) for frame in frames])
        return {
            "container": container.format.name,
            "codec": stream.codec_context.name,
            "rate": stream.codec_context.sample_rate,
            "channels": stream.codec_context.channels,
            "seconds": len(samples) / stream.codec_context.sample_rate,
            "peak": float(numpy.abs(samples).max()),
            "rms": float(numpy.sqrt((samples**2).mean())),
        }


def mono(frame: av.AudioFrame) -> numpy.ndarray:
    """The first channel, as floats in -1..1."""
    samples = frame.to_ndarray()[0]
    if frame.format.is_packed:
        samples = samples[:: frame.layout.nb_channels]
    if samples.dtype.kind == "i":
        return samples / float(numpy.iinfo(samples.dtype).max)
    return samples.astype(float)


print(json.dumps([heard(path) for path in sys.argv[1:]]))
