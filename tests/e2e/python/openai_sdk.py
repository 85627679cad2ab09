"""An application that uses OpenAI's official SDK, unmodified. Prints what it saw as one JSON object, by scenario.

    openai_sdk.py SCENARIO,... BASE_URL API_KEY [FOLDER]
"""

import asyncio
import base64
import hashlib
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openai
from openai import AsyncOpenAI, OpenAI

SENTENCE = "The river bends twice at the old bridge."
LONG = " ".join([SENTENCE] * 6)
FORMATS = ["mp3", "opus", "aac", "flac", "wav", "pcm"]

_, scenarios, base_url, key, *rest = sys.argv
client = OpenAI(base_url=base_url, api_key=key, max_retries=0)


def speech(**changes):
    return {"model": "tts-1", "voice": "alloy", "input": SENTENCE, **changes}


def formats():
    """Every format to a file of its name."""
    folder = Path(rest[0])
    types = {}
    for name in FORMATS:
        answer = client.audio.speech.create(**speech(response_format=name))
        answer.write_to_file(folder / f"speech.{name}")
        types[name] = answer.response.headers["content-type"]
    return types


def streaming():
    """When the first and the last bytes came, and what the headers said."""
    start = time.monotonic()
    with client.audio.speech.with_streaming_response.create(
        **speech(input=LONG, response_format="pcm")
    ) as answer:
        arrivals = [(time.monotonic() - start, len(chunk)) for chunk in answer.iter_bytes()]
        return {
            "first_seconds": arrivals[0][0],
            "last_seconds": arrivals[-1][0],
            "bytes": sum(size for _, size in arrivals),
            "headers": dict(answer.headers),
            "request_id": answer.request_id,
        }


def beginning():
    """The first piece of speech that is still being made; then nobody wants more."""
    with client.audio.speech.with_streaming_response.create(**speech(response_format="pcm")) as answer:
        return {"bytes": len(next(answer.iter_bytes())), "headers": dict(answer.headers)}


def events():
    """Server-sent events, as users of the SDK read them: line by line."""
    with client.audio.speech.with_streaming_response.create(
        **speech(model="gpt-4o-mini-tts", response_format="pcm", stream_format="sse")
    ) as answer:
        lines = [line for line in answer.iter_lines() if line]
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line != "data: [DONE]"]
    audio = b"".join(base64.b64decode(event["audio"]) for event in events if "audio" in event)
    plain = client.audio.speech.create(**speech(model="gpt-4o-mini-tts", response_format="pcm"))
    return {
        "content_type": answer.headers["content-type"],
        "every_line_is_data": all(line.startswith("data: ") for line in lines),
        "types": [event["type"] for event in events],
        "usage": events[-1].get("usage"),
        "same_audio": audio == plain.content,
    }


def asynchronous():
    """Two at once through the asynchronous client, the voice as an object and an extra field."""

    async def both():
        async with AsyncOpenAI(base_url=base_url, api_key=key, max_retries=0) as client:
            one = client.audio.speech.create(**speech(response_format="pcm"))
            other = client.audio.speech.create(
                **speech(response_format="pcm", voice={"id": "af_bella"}, extra_body={"lang_code": "a"})
            )
            return [len(answer.content) for answer in await asyncio.gather(one, other)]

    return {"bytes": asyncio.run(both())}


def lexicon():
    """Our own field, through the door that the SDK keeps open for it."""

    def said(text, entries):
        body = {"soundboard": {"lexicon": entries}}
        return client.audio.speech.create(**speech(input=text, response_format="pcm", extra_body=body)).content

    plain = said("The Zorblaxian vote was close.", [])
    own = said("The Zorblaxian vote was close.", [{"word": "Zorblaxian", "alias": "river delta"}])
    alias = said("The river delta vote was close.", [])
    wrong = {"soundboard": {"lexicon": [{"word": "Zorblaxian"}]}}
    return {
        "differs": plain != own,
        "as_the_alias": own == alias,
        "refused": raised(**speech(extra_body=wrong)),
    }


def extras():
    """What other servers added to OpenAI's body: half as loud, and a model by its vendor's name."""
    folder = Path(rest[0])
    plain = client.audio.speech.create(**speech(response_format="pcm"))
    plain.write_to_file(folder / "plain.pcm")
    quiet = speech(model="openai/tts-1", response_format="pcm", extra_body={"volume_multiplier": 0.5})
    answer = client.audio.speech.create(**quiet)
    answer.write_to_file(folder / "quiet.pcm")
    return dict(answer.response.headers)


def lists():
    """Everything there is to choose from, and one model of it."""
    models = [model.id for model in client.models.list()]
    return {
        "models": models,
        "each": [client.models.retrieve(model).id for model in models],
        "voices": client.get("/audio/voices", cast_to=object)["voices"],
    }


def busy():
    """Speech of a vendor that is busy at first: the SDK's own defaults try again."""
    patient = OpenAI(base_url=base_url, api_key=key)
    return len(patient.audio.speech.create(**speech(response_format="pcm")).content)


def used_up():
    """What one request more than the budget has room for raises: the SDK's own defaults do not try again."""
    patient = OpenAI(base_url=base_url, api_key=key)
    affordable = len(patient.audio.speech.create(**speech(response_format="pcm")).content)
    return {"affordable": affordable, "raised": raised(patient, **speech())}


def together():
    """The same request twenty times at once, under one key: what each heard, and which were given again."""
    patient = OpenAI(base_url=base_url, api_key=key, max_retries=10)

    def ask(_):
        headers = {"Idempotency-Key": "together"}
        answer = patient.audio.speech.with_raw_response.create(
            **speech(response_format="pcm", extra_headers=headers)
        )
        return hashlib.sha256(answer.content).hexdigest(), "x-soundboard-cache" in answer.headers

    with ThreadPoolExecutor(20) as pool:
        heard = list(pool.map(ask, range(20)))
    return {"answers": sorted({digest for digest, _ in heard}), "given_again": sum(hit for _, hit in heard)}


def hung_up():
    """Hangs up on the first piece of speech, then asks again with the same key until it has the whole of it."""
    patient = OpenAI(base_url=base_url, api_key=key, max_retries=10)
    request = speech(response_format="pcm", extra_headers={"Idempotency-Key": "hung-up"})
    with patient.audio.speech.with_streaming_response.create(**request) as answer:
        first = next(answer.iter_bytes(1000))
    again = patient.audio.speech.create(**request)
    return {
        "bytes": len(again.content),
        "begins_alike": again.content.startswith(first),
        "cache": again.response.headers["x-soundboard-cache"],
    }


def errors():
    """Which exception each mistake raises."""
    mistakes = {
        "voice": speech(voice="nobody"),
        "model": speech(model="no-such-model"),
        "empty": speech(input=""),
        "long": speech(input="a" * 4097),
        "speed": speech(speed=0),
        "format": speech(response_format="midi"),
    }
    return {name: raised(**mistake) for name, mistake in mistakes.items()}


def key_errors():
    """Which exception a key raises that is not known."""
    return raised(OpenAI(base_url=base_url, api_key="a-wrong-key"), **speech())


def raised(asking=client, **request):
    try:
        asking.audio.speech.create(**request)
    except openai.APIStatusError as error:
        return {
            "class": type(error).__name__,
            "status": error.status_code,
            "code": error.code,
            "param": error.param,
            "type": error.type,
            "message": error.message,
            "request_id": error.request_id,
            "should_retry": error.response.headers.get("x-should-retry"),
        }
    return None


print(json.dumps({name: globals()[name]() for name in scenarios.split(",")}))
