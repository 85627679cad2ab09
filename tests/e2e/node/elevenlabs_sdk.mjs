// An application that uses ElevenLabs' official SDK, unmodified. Prints what it saw as one JSON object, by scenario.
//
//     node elevenlabs_sdk.mjs SCENARIO,... BASE_URL API_KEY FOLDER [FORMAT,...]

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ElevenLabsClient, ElevenLabsError } from "@elevenlabs/elevenlabs-js";

const GEORGE = "JBFqnCBsd6RMkjVDRZzb";
const RACHEL = "21m00Tcm4TlvDq8ikWAM";
const SENTENCE = "The river bends twice at the old bridge.";
const REPLY = "And whose little boat is that, down by the mill?";
// Said otherwise than it is written.
const WRITTEN = "On May 3rd, Dr. Lee paid $4.50 for tea.";
const MODEL = "eleven_multilingual_v2";

const [chosen, baseUrl, apiKey, folder, formats] = process.argv.slice(2);
const client = new ElevenLabsClient({ baseUrl, apiKey });
const speech = client.textToSpeech;
const asked = { text: SENTENCE, modelId: MODEL };

const scenarios = {
  // Speech as a file, with what the headers say of it.
  async convert() {
    const { data, rawResponse } = await speech.convert(GEORGE, asked).withRawResponse();
    await keep("convert.mp3", data);
    return Object.fromEntries(rawResponse.headers.entries());
  },

  // Every format that is asked for, to a file of its name.
  async formats() {
    for (const name of formats.split(",")) {
      await keep(name, await speech.convert(GEORGE, { ...asked, outputFormat: name }));
    }
  },

  // Speech as it is made, in the format that is the default, and faster.
  async stream() {
    await keep("stream.mp3", await speech.stream(GEORGE, asked));
    const voiceSettings = { speed: 1.2, stability: 0.4 };
    await keep(
      "faster.pcm_24000",
      await speech.stream(GEORGE, { ...asked, voiceSettings, outputFormat: "pcm_24000" }),
    );
  },

  // The first piece of speech that is still being made; then nobody wants more.
  async beginning() {
    for await (const piece of await speech.stream(GEORGE, asked)) return piece.length;
  },

  // When each character is heard: of the whole, and as it is made.
  async timestamps() {
    const whole = await speech.convertWithTimestamps(GEORGE, { ...asked, text: WRITTEN });
    await keep("timed.mp3", [Buffer.from(whole.audioBase64, "base64")]);
    const lines = [];
    for await (const line of await speech.streamWithTimestamps(GEORGE, { ...asked, text: WRITTEN })) lines.push(line);
    await keep(
      "timed_stream.mp3",
      lines.map((line) => Buffer.from(line.audioBase64, "base64")),
    );
    return {
      whole: [characters(whole.alignment)],
      lines: lines.filter((line) => line.alignment).map((line) => characters(line.alignment)),
    };
  },

  // Two voices in turn, as a file, as it is made, and with times.
  async dialogue() {
    const inputs = [
      { text: SENTENCE, voiceId: GEORGE },
      { text: REPLY, voiceId: RACHEL },
    ];
    await keep("dialogue.mp3", await client.textToDialogue.convert({ inputs }));
    await keep("dialogue_stream.mp3", await client.textToDialogue.stream({ inputs, modelId: "eleven_v3" }));
    const timed = await client.textToDialogue.convertWithTimestamps({ inputs });
    await keep("dialogue_timed.mp3", [Buffer.from(timed.audioBase64, "base64")]);
    return {
      whole: [characters(timed.alignment)],
      voices: timed.voiceSegments.map((segment) => segment.voiceId),
      inputs: timed.voiceSegments.map((segment) => segment.dialogueInputIndex),
    };
  },

  // Everything there is to choose from.
  async lists() {
    const pages = [await client.voices.search({ pageSize: 100, includeTotalCount: true })];
    while (pages.at(-1).hasMore) {
      pages.push(await client.voices.search({ pageSize: 100, nextPageToken: pages.at(-1).nextPageToken }));
    }
    return {
      pages: pages.map((page) => page.voices.map((voice) => voice.voiceId)),
      total: pages[0].totalCount,
      searched: (await client.voices.search({ search: "george" })).voices.map((voice) => voice.name),
      all: (await client.voices.getAll()).voices.map((voice) => voice.voiceId),
      george: (await client.voices.get(GEORGE)).name,
      settings: (await client.voices.settings.get(GEORGE)).stability,
      default_settings: (await client.voices.settings.getDefault()).stability,
      models: (await client.models.list()).map((model) => model.modelId),
      status: (await client.user.subscription.get()).status,
    };
  },

  // What each mistake raises.
  async errors() {
    const stranger = new ElevenLabsClient({ baseUrl, apiKey: "a-wrong-key" }).textToSpeech;
    return {
      key: await raised(() => stranger.convert(GEORGE, asked)),
      voice: await raised(() => speech.convert("nobody", asked)),
      model: await raised(() => speech.convert(GEORGE, { ...asked, modelId: "no-such-model" })),
      long: await raised(() => speech.convert(GEORGE, { ...asked, text: "a".repeat(10_001) })),
      speed: await raised(() => speech.convert(GEORGE, { ...asked, voiceSettings: { speed: 9 } })),
    };
  },

  // What comes of one request when the vendor is busy.
  async busy() {
    return raised(() => speech.convert(GEORGE, asked));
  },
};

// Writes audio to a file of that name.
async function keep(name, pieces) {
  const kept = [];
  for await (const piece of pieces) kept.push(piece);
  await writeFile(join(folder, name), Buffer.concat(kept));
}

function characters({ characters, characterStartTimesSeconds, characterEndTimesSeconds }) {
  return { characters, starts: characterStartTimesSeconds, ends: characterEndTimesSeconds };
}

async function raised(call) {
  try {
    for await (const _ of await call());
  } catch (error) {
    if (!(error instanceof ElevenLabsError)) throw error;
    const headers = Object.fromEntries(error.rawResponse.headers.entries());
    return { status: error.statusCode, detail: error.body.detail, headers };
  }
  return null;
}

const seen = {};
for (const name of chosen.split(",")) seen[name] = (await scenarios[name]()) ?? null;
console.log(JSON.stringify(seen));
