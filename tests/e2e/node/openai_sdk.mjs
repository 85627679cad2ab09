// An application that uses OpenAI's official SDK, unmodified. Prints what it saw as one JSON object, by scenario.
//
//     node openai_sdk.mjs SCENARIO,... BASE_URL API_KEY [FOLDER]

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import OpenAI from "openai";

const SENTENCE = "The river bends twice at the old bridge.";
const LONG = Array(6).fill(SENTENCE).join(" ");
const FORMATS = ["mp3", "opus", "aac", "flac", "wav", "pcm"];

const [chosen, baseURL, apiKey, folder] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });

const speech = (changes) => ({ model: "tts-1", voice: "alloy", input: SENTENCE, ...changes });

const scenarios = {
  // Every format to a file of its name.
  async formats() {
    const types = {};
    for (const name of FORMATS) {
      const answer = await client.audio.speech.create(speech({ response_format: name }));
      await writeFile(join(folder, `speech.${name}`), Buffer.from(await answer.arrayBuffer()));
      types[name] = answer.headers.get("content-type");
    }
    return types;
  },

  // When the first and the last bytes came.
  async streaming() {
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    const answer = await client.audio.speech.create(speech({ input: LONG, response_format: "pcm" }));
    const arrivals = [];
    let bytes = 0;
    for await (const chunk of answer.body) {
      arrivals.push(seconds());
      bytes += chunk.length;
    }
    return { first_seconds: arrivals[0], last_seconds: arrivals.at(-1), bytes };
  },

  // The first piece of speech that is still being made; then nobody wants more.
  async beginning() {
    const answer = await client.audio.speech.create(speech({ response_format: "pcm" }));
    for await (const piece of answer.body) {
      return { bytes: piece.length, headers: Object.fromEntries(answer.headers) };
    }
  },

  // What other servers added to OpenAI's body: half as loud, and a model by its vendor's name.
  async extras() {
    const plain = await client.audio.speech.create(speech({ response_format: "pcm" }));
    await writeFile(join(folder, "plain.pcm"), Buffer.from(await plain.arrayBuffer()));
    const quiet = speech({ model: "openai/tts-1", response_format: "pcm", volume_multiplier: 0.5 });
    const answer = await client.audio.speech.create(quiet);
    await writeFile(join(folder, "quiet.pcm"), Buffer.from(await answer.arrayBuffer()));
    return Object.fromEntries(answer.headers);
  },

  // Everything there is to choose from, and one model of it.
  async lists() {
    const models = [];
    for await (const model of client.models.list()) models.push(model.id);
    const each = await Promise.all(models.map(async (model) => (await client.models.retrieve(model)).id));
    return { models, each, voices: (await client.get("/audio/voices")).voices };
  },

  // Speech of a vendor that is busy at first: the SDK's own defaults try again.
  async busy() {
    const patient = new OpenAI({ baseURL, apiKey });
    const answer = await patient.audio.speech.create(speech({ response_format: "pcm" }));
    return (await answer.arrayBuffer()).byteLength;
  },

  // Which exception each mistake raises.
  async errors() {
    return {
      voice: await raised({ voice: "nobody" }),
      model: await raised({ model: "no-such-model" }),
      empty: await raised({ input: "" }),
      long: await raised({ input: "a".repeat(4097) }),
      speed: await raised({ speed: 0 }),
      format: await raised({ response_format: "midi" }),
    };
  },

  // Which exception a key raises that is not known.
  async key_errors() {
    return raised({}, new OpenAI({ baseURL, apiKey: "a-wrong-key" }));
  },
};

async function raised(changes, asking = client) {
  try {
    await asking.audio.speech.create(speech(changes));
  } catch (error) {
    const { status, code, param, type, message, requestID } = error;
    return { class: error.constructor.name, status, code, param, type, message, request_id: requestID };
  }
  return null;
}

const seen = {};
for (const name of chosen.split(",")) seen[name] = await scenarios[name]();
console.log(JSON.stringify(seen));
