"""An application that uses Microsoft's official Speech SDK, unmodified. Prints what it saw as one JSON object, by scenario.

    azure_sdk.py SCENARIO,... BASE_URL API_KEY FOLDER VOICE[,FORMAT,...]
"""

import faulthandler
import json
import sys
import threading
from pathlib import Path
from urllib.request import Request, urlopen

import azure.cognitiveservices.speech as sdk

SENTENCE = "The river bends twice at the old bridge."
LONG = " ".join([SENTENCE] * 6)
TICKS = 10_000_000

_, scenarios, base_url, key, folder, asked = sys.argv
voice, *formats_asked = asked.split(",")
# What waits for ever is shown, and fails.
faulthandler.dump_traceback_later(300, exit=True)


def configured(host=base_url, subscription=key):
    config = sdk.SpeechConfig(host=host, subscription=subscription)
    config.speech_synthesis_voice_name = voice
    # The package gives up after 3 s without audio on a machine that other tests keep busy.
    config.set_property(sdk.PropertyId.SpeechSynthesis_FrameTimeoutInterval, "60000")
    return config


def synthesizer(config=None):
    """One that plays nothing."""
    return sdk.SpeechSynthesizer(speech_config=config or configured(), audio_config=None)


def document(said, name=voice):
    return (
        "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='en-US'>"
        f"<voice name='{name}'>{said}</voice></speak>"
    )


def keep(name, audio):
    """Writes audio to a file of that name."""
    (Path(folder) / name).write_bytes(audio)


def outcome(result):
    """How it ended, and why."""
    told = {"reason": result.reason.name, "seconds": result.audio_duration.total_seconds()}
    if result.reason == sdk.ResultReason.Canceled:
        details = result.cancellation_details
        told |= {"cancelled": details.reason.name, "code": details.error_code.name, "details": details.error_details}
    return told


def speak():
    """A text in the format that is the default, from a host by either of its schemes, by a key and by a token."""
    token = urlopen(Request(base_url + "/sts/v1.0/issueToken", b"", {"Ocp-Apim-Subscription-Key": key}), timeout=60)
    configs = {
        "http": configured(),
        "ws": configured(base_url.replace("http", "ws", 1)),
        "token": configured(subscription=""),
    }
    configs["token"].authorization_token = token.read().decode()
    told = {}
    for name, config in configs.items():
        result = synthesizer(config).speak_text(SENTENCE)
        keep(f"{name}.wav", result.audio_data)
        told[name] = outcome(result)
    return told


def formats():
    """A document in each format that is asked for, to a file of its name."""
    told = {}
    for name in formats_asked:
        config = configured()
        config.set_speech_synthesis_output_format(sdk.SpeechSynthesisOutputFormat[name])
        result = synthesizer(config).speak_ssml(document(SENTENCE))
        keep(name, result.audio_data)
        told[name] = outcome(result)
    return told


def pieces(audio):
    """What comes of a stream. The package writes into `bytes`, so each piece gets its own."""
    while count := audio.read_data(piece := bytes(16_000)):
        yield piece[:count]


def stream():
    """Speech that is read while it is made, and then written to a file."""
    config = configured()
    config.set_speech_synthesis_output_format(sdk.SpeechSynthesisOutputFormat.Raw24Khz16BitMonoPcm)
    begun = synthesizer(config).start_speaking_text(SENTENCE)
    audio = sdk.AudioDataStream(begun)
    keep("stream.raw", b"".join(pieces(audio)))
    audio.position = 0
    audio.save_to_wav_file(str(Path(folder) / "stream.wav"))
    return {"begun": begun.reason.name, "status": audio.status.name}


def events():
    """Everything that is told beside the audio, by the name of its event, in the order in which the package tells it."""
    said = (
        "The river bends twice at the old bridge, <bookmark mark='mill'/>and sleeps by the mill. "
        "<bookmark mark='boat'/>Whose little boat is that?"
    )
    config = configured()
    config.set_speech_synthesis_output_format(sdk.SpeechSynthesisOutputFormat.Raw24Khz16BitMonoPcm)
    config.set_property(sdk.PropertyId.SpeechServiceResponse_RequestSentenceBoundary, "true")
    speaking, told = synthesizer(config), []
    ticks = lambda time: round(time.total_seconds() * TICKS)
    tell = lambda name, **what: told.append({"event": name, **what})
    speaking.synthesis_started.connect(lambda _: tell("started"))
    speaking.synthesizing.connect(lambda event: tell("audio", bytes=len(event.result.audio_data)))
    # Another thread tells of events, of this one last.
    completed = threading.Event()
    speaking.synthesis_completed.connect(lambda _: (tell("completed"), completed.set()))
    speaking.synthesis_word_boundary.connect(
        lambda event: tell(
            event.boundary_type.name,
            at=event.audio_offset,
            ticks=ticks(event.duration),
            text=event.text,
            place=event.text_offset,
            length=event.word_length,
        )
    )
    speaking.viseme_received.connect(lambda event: tell("Viseme", at=event.audio_offset, id=event.viseme_id))
    speaking.bookmark_reached.connect(lambda event: tell("Bookmark", at=event.audio_offset, text=event.text))
    result = speaking.speak_ssml(document(said))
    completed.wait(60)
    keep("events.raw", result.audio_data)
    return {"document": document(said), "events": told, **outcome(result)}


def in_pieces():
    """A text that is still to be written."""
    return sdk.SpeechSynthesisRequest(input_type=sdk.SpeechSynthesisRequestInputType.TextStream)


def write(request, text):
    for start in range(0, len(text), 7):
        request.input_stream.write(text[start : start + 7])


def written():
    """A text that is written piece by piece: whether it is heard before it ends, and the words that are told of it."""
    config = configured()
    config.set_speech_synthesis_output_format(sdk.SpeechSynthesisOutputFormat.Raw24Khz16BitMonoPcm)
    speaking, words = synthesizer(config), []
    heard, completed = threading.Event(), threading.Event()
    speaking.synthesizing.connect(lambda _: heard.set())
    speaking.synthesis_word_boundary.connect(lambda event: words.append(event.text))
    speaking.synthesis_completed.connect(lambda _: completed.set())
    request = in_pieces()
    request.rate, request.style = "+10%", "cheerful"
    result = speaking.speak_async(request)
    write(request, LONG + " ")
    before = heard.wait(120)
    write(request, SENTENCE)
    request.input_stream.close()
    result = result.get()
    completed.wait(60)
    keep("written.raw", result.audio_data)
    return {"heard_before_its_end": before, "words": words, **outcome(result)}


def voices():
    """Who can speak, and who of them American."""

    def listed(host, locale=""):
        result = synthesizer(configured(host)).get_voices_async(locale).get()
        return [
            {"name": known.short_name, "locale": known.locale, "gender": known.gender.name, "styles": known.style_list}
            for known in result.voices
        ]

    websocket = base_url.replace("http", "ws", 1)
    return {"all": listed(base_url), "american": listed(base_url, "en-US"), "over_ws": listed(websocket)}


def stop():
    """A text that is stopped as soon as it is heard, and another from the same synthesizer."""
    speaking = synthesizer()
    begun = speaking.start_speaking_text(LONG)
    audio = sdk.AudioDataStream(begun)
    heard = audio.read_data(bytes(3_200))
    speaking.stop_speaking()
    heard += sum(map(len, pieces(audio)))
    told = {"heard": heard, "status": audio.status.name}
    if audio.status == sdk.StreamStatus.Canceled:
        told["cancelled"] = audio.cancellation_details.reason.name
    return {**told, "next": outcome(speaking.speak_text(SENTENCE))}


def turns():
    """Two texts from one synthesizer, and how often it connected."""
    speaking, connected = synthesizer(), []
    connection = sdk.Connection.from_speech_synthesizer(speaking)
    connection.connected.connect(connected.append)
    told = [outcome(speaking.speak_text(SENTENCE)) for _ in range(2)]
    return {"turns": told, "connected": len(connected)}


def errors():
    """How each mistake ends, and its reason."""
    stranger = synthesizer(configured(subscription="a-wrong-key"))
    nobody = configured()
    nobody.speech_synthesis_voice_name = "en-US-NobodyNeural"
    request, speaking = in_pieces(), synthesizer(nobody)
    ended = speaking.speak_async(request)
    write(request, SENTENCE)
    request.input_stream.close()
    ended = ended.get()
    return {
        "key": outcome(stranger.speak_text(SENTENCE)),
        "voice": outcome(synthesizer(nobody).speak_text(SENTENCE)),
        "unclosed": outcome(synthesizer().speak_ssml(document("<emphasis>Whose boat"))),
        "written": outcome(ended),
        "voiceless": outcome(synthesizer().speak_ssml("<speak version='1.0' xml:lang='en-US'>Whose boat?</speak>")),
        "voices_of_stranger": stranger.get_voices_async().get().reason.name,
    }


def busy():
    """What comes of one text when there is too much to do."""
    return outcome(synthesizer().speak_text(SENTENCE))


print(json.dumps({name: globals()[name]() for name in scenarios.split(",")}))
