"""An application that uses ElevenLabs' official SDK, unmodified. Prints what it saw as one JSON object, by scenario.

    elevenlabs_sdk.py SCENARIO,... BASE_URL API_KEY FOLDER [FORMAT,...]
"""

import base64
import json
import sys
from pathlib import Path

from elevenlabs import DialogueInput, VoiceSettings
from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError

GEORGE = "JBFqnCBsd6RMkjVDRZzb"
RACHEL = "21m00Tcm4TlvDq8ikWAM"
SENTENCE = "The river bends twice at the old bridge."
REPLY = "And whose little boat is that, down by the mill?"
# Said otherwise than it is written.
WRITTEN = "On May 3rd, Dr. Lee paid $4.50 for tea."
MODEL = "eleven_multilingual_v2"

_, scenarios, base_url, key, folder, *formats_asked = sys.argv
client = ElevenLabs(base_url=base_url, api_key=key)
speech = client.text_to_speech


def keep(name, pieces):
    """Writes audio to a file of that name."""
    (Path(folder) / name).write_bytes(b"".join(pieces))


def convert():
    """Speech as a file, with what the headers say of it."""
    with speech.with_raw_response.convert(GEORGE, text=SENTENCE, model_id=MODEL) as answer:
        keep("convert.mp3", answer.data)
        return dict(answer.headers)


def formats():
    """Every format that is asked for, to a file of its name."""
    for name in formats_asked[0].split(","):
        keep(name, speech.convert(GEORGE, text=SENTENCE, model_id=MODEL, output_format=name))


def stream():
    """Speech as it is made, in the format that is the default, and faster."""
    keep("stream.mp3", speech.stream(GEORGE, text=SENTENCE, model_id=MODEL))
    faster = VoiceSettings(speed=1.2, stability=0.4)
    pieces = speech.stream(GEORGE, text=SENTENCE, model_id=MODEL, voice_settings=faster, output_format="pcm_24000")
    keep("faster.pcm_24000", pieces)


def beginning():
    """The first piece of speech that is still being made; then nobody wants more."""
    with speech.with_raw_response.stream(GEORGE, text=SENTENCE, model_id=MODEL) as answer:
        return len(next(answer.data))


def timestamps():
    """When each character is heard: of the whole, and as it is made."""
    whole = speech.convert_with_timestamps(GEORGE, text=WRITTEN, model_id=MODEL)
    keep("timed.mp3", [base64.b64decode(whole.audio_base_64)])
    lines = list(speech.stream_with_timestamps(GEORGE, text=WRITTEN, model_id=MODEL))
    keep("timed_stream.mp3", [base64.b64decode(line.audio_base_64) for line in lines])
    return {
        "whole": [characters(whole.alignment)],
        "lines": [characters(line.alignment) for line in lines if line.alignment],
    }


def characters(alignment):
    return {
        "characters": alignment.characters,
        "starts": alignment.character_start_times_seconds,
        "ends": alignment.character_end_times_seconds,
    }


def dialogue():
    """Two voices in turn, as a file, as it is made, and with times."""
    inputs = [DialogueInput(text=SENTENCE, voice_id=GEORGE), DialogueInput(text=REPLY, voice_id=RACHEL)]
    keep("dialogue.mp3", client.text_to_dialogue.convert(inputs=inputs))
    keep("dialogue_stream.mp3", client.text_to_dialogue.stream(inputs=inputs, model_id="eleven_v3"))
    timed = client.text_to_dialogue.convert_with_timestamps(inputs=inputs)
    keep("dialogue_timed.mp3", [base64.b64decode(timed.audio_base_64)])
    segments = timed.voice_segments
    return {
        "whole": [characters(timed.alignment)],
        "voices": [segment.voice_id for segment in segments],
        "inputs": [segment.dialogue_input_index for segment in segments],
    }


def realtime():
    """Text that is still being written, word by word, over a WebSocket."""
    words = (word + " " for word in f"{SENTENCE} {REPLY}".split())
    keep("realtime.mp3", speech.convert_realtime(GEORGE, text=words, model_id="eleven_flash_v2_5"))


def lists():
    """Everything there is to choose from."""
    pages = [client.voices.search(page_size=100, include_total_count=True)]
    while pages[-1].has_more:
        pages.append(client.voices.search(page_size=100, next_page_token=pages[-1].next_page_token))
    return {
        "pages": [[voice.voice_id for voice in page.voices] for page in pages],
        "total": pages[0].total_count,
        "searched": [voice.name for voice in client.voices.search(search="george").voices],
        "all": [voice.voice_id for voice in client.voices.get_all().voices],
        "george": client.voices.get(GEORGE).name,
        "settings": client.voices.settings.get(GEORGE).stability,
        "default_settings": client.voices.settings.get_default().stability,
        "models": [model.model_id for model in client.models.list()],
        "status": client.user.subscription.get().status,
    }


def errors():
    """What each mistake raises."""
    stranger = ElevenLabs(base_url=base_url, api_key="a-wrong-key").text_to_speech
    mistakes = {
        "key": lambda: stranger.convert(GEORGE, text=SENTENCE),
        "voice": lambda: speech.convert("nobody", text=SENTENCE),
        "model": lambda: speech.convert(GEORGE, text=SENTENCE, model_id="no-such-model"),
        "long": lambda: speech.convert(GEORGE, text="a" * 10_001, model_id=MODEL),
        "format": lambda: speech.convert(GEORGE, text=SENTENCE, output_format="midi"),
        "speed": lambda: speech.convert(GEORGE, text=SENTENCE, voice_settings=VoiceSettings(speed=9)),
    }
    return {name: raised(mistake) for name, mistake in mistakes.items()}


def busy():
    """What comes of one request when the vendor is busy."""
    return raised(lambda: speech.convert(GEORGE, text=SENTENCE, model_id=MODEL))


def subscription():
    """How many characters are used of how many, before and after some are spoken."""

    def told():
        answer = client.user.subscription.get()
        return [answer.character_count, answer.character_limit, answer.next_character_count_reset_unix]

    before = told()
    b"".join(speech.convert(GEORGE, text=SENTENCE, model_id=MODEL))
    return {"before": before, "after": told()}


def raised(call):
    try:
        b"".join(call())
    except ApiError as error:
        return {"status": error.status_code, "detail": error.body["detail"], "headers": error.headers}
    return None


print(json.dumps({name: globals()[name]() for name in scenarios.split(",")}))
