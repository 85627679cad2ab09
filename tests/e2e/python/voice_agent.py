"""A voice agent: a plain WebSocket client, as such agents use them. Prints what it saw as one JSON object.

    voice_agent.py SCENARIO BASE_URL API_KEY FOLDER
"""

import base64
import json
import sys
import time
from pathlib import Path

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

GEORGE = "JBFqnCBsd6RMkjVDRZzb"
RACHEL = "21m00Tcm4TlvDq8ikWAM"
SENTENCE = "The river bends twice at the old bridge."
REPLY = "And whose little boat is that, down by the mill?"
SETTINGS = {"stability": 0.5, "similarity_boost": 0.75}

_, scenario, base_url, key, folder = sys.argv


def opened(path, key=key, **query):
    query = "&".join(f"{name}={value}" for name, value in query.items())
    url = f"{base_url.replace('http', 'ws', 1)}/v1/{path}?{query}"
    return connect(url, additional_headers={"xi-api-key": key}, max_size=None)


def said(socket, *messages):
    for message in messages:
        socket.send(json.dumps(message))


def heard_until(socket, is_last):
    """The messages up to that one, or to the end of the socket."""
    messages = []
    try:
        while not messages or not is_last(messages[-1]):
            messages.append(json.loads(socket.recv(timeout=60)))
    except ConnectionClosed:
        pass
    return messages


def is_final(context):
    def judge(message):
        named = message.get("contextId") == context and message.get("context_id") == context
        return named and bool(message.get("isFinal"))

    return judge


def turn(socket, context, sentence):
    """One thing that is said: word by word, flushed, and closed."""
    said(socket, {"text": " ", "context_id": context, "voice_settings": SETTINGS})
    said(socket, *({"text": word + " ", "context_id": context} for word in sentence.split()))
    said(socket, {"context_id": context, "flush": True}, {"text": ""}, {"context_id": context, "close_context": True})


def agent():
    """Two contexts in turn, of which the second begins before the first has ended; then the socket is closed."""
    path = f"text-to-speech/{GEORGE}/multi-stream-input"
    query = {"model_id": "eleven_flash_v2_5", "output_format": "mp3_44100_128", "sync_alignment": "true"}
    with opened(path, **query) as socket:
        turn(socket, "one", SENTENCE)
        turn(socket, "two", REPLY)
        finals = {"one", "two"}
        messages = []
        while finals:
            messages += heard_until(socket, lambda message: message.get("isFinal"))
            finals.discard(messages[-1]["contextId"])
        said(socket, {"close_socket": True})
        rest = heard_until(socket, lambda _: False)
        code = socket.protocol.close_code
    return {
        "code": code,
        "rest": rest,
        "contexts": {
            context: kept(f"{context}.mp3", [message for message in messages if message["contextId"] == context])
            for context in ("one", "two")
        },
    }


def kept(name, messages):
    """Writes the audio to a file of that name; the rest of what was told."""
    audio = [base64.b64decode(message["audio"]) for message in messages if message.get("audio")]
    (Path(folder) / name).write_bytes(b"".join(audio))
    names = [message.get(name) for message in messages for name in ("contextId", "context_id")]
    return {
        "alignments": [message["alignment"] for message in messages if message.get("alignment")],
        "final": [bool(message.get("isFinal") or message.get("is_final")) for message in messages],
        "names": sorted({name for name in names if name}),
    }


def single():
    """`stream-input` with sentences in auto mode, their times counted from each message."""
    path = f"text-to-speech/{GEORGE}/stream-input"
    with opened(path, model_id="eleven_flash_v2_5", output_format="pcm_16000", auto_mode="true") as socket:
        said(socket, {"text": " ", "voice_settings": SETTINGS}, {"text": SENTENCE}, {"text": REPLY}, {"text": ""})
        messages = heard_until(socket, lambda _: False)
        code = socket.protocol.close_code
    return {"code": code, **kept("single.pcm", messages)}


def dialogue():
    """Two voices in turn on the socket of dialogues."""
    query = {"model_id": "eleven_v3", "output_format": "pcm_16000"}
    with opened("text-to-dialogue/multi-stream-input", **query) as socket:
        said(
            socket,
            {"context_id": "one", "voices": [GEORGE, RACHEL]},
            {"context_id": "one", "inputs": [{"text": SENTENCE, "voice_id": GEORGE}]},
            {"context_id": "one", "inputs": [{"text": REPLY, "voice_id": RACHEL, "new_turn": True}], "flush": True},
            {"context_id": "one", "close_context": True},
        )
        messages = heard_until(socket, lambda message: message.get("is_final"))
        said(socket, {"close_socket": True})
        heard_until(socket, lambda _: False)
        code = socket.protocol.close_code
    return {"code": code, **kept("dialogue.pcm", messages)}


def refused():
    """What is said to a wrong key, and of a voice that nobody has."""
    path = "text-to-speech/{}/multi-stream-input"
    try:
        with opened(path.format(GEORGE), key="a-wrong-key"):
            status, detail = 101, None
    except InvalidStatus as error:
        status, detail = error.response.status_code, json.loads(error.response.body)["detail"]
    try:
        with opened(path.format("nobody")) as socket:
            turn(socket, "one", SENTENCE)
            messages = heard_until(socket, is_final("one"))
            voice = {"messages": messages}
    except InvalidStatus as error:
        voice = {"status": error.response.status_code, "detail": json.loads(error.response.body)["detail"]}
    return {"status": status, "detail": detail, "voice": voice}


def failing():
    """What is heard of a context whose vendor fails, and of the next one on the same socket."""
    path = f"text-to-speech/{GEORGE}/multi-stream-input"
    with opened(path, model_id="eleven_flash_v2_5") as socket:
        turn(socket, "one", SENTENCE)
        failed = heard_until(socket, is_final("one"))
        if any("rate_limit" in str(message) for message in failed):
            time.sleep(1)  # what a busy vendor asks for, and within which it is not called
        turn(socket, "two", REPLY)
        next_one = heard_until(socket, is_final("two"))
        said(socket, {"close_socket": True})
        heard_until(socket, lambda _: False)
        code = socket.protocol.close_code
    for message in failed + next_one:
        message["audio"] = len(message.get("audio") or "")
    return {"code": code, "failed": failed, "next": next_one}


print(json.dumps(globals()[scenario]()))
