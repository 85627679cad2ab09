// An application that uses the official SDK, unmodified. Prints what it saw as one JSON object.
//
//     node sdk.mjs SCENARIO BASE_URL API_KEY [FOLDER]

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import OpenAI from "openai";

const SENTENCE = "The river bends twice before it reaches the old stone bridge.";
const LONG = Array(6).fill(SENTENCE).join(" ");
const FORMATS = ["mp3", "opus", "aac", "flac", "wav", "pcm"];

const [scenario, baseURL, apiKey, folder] = process.argv.slice(2);
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

  async models() {
    const models = [];
    for await (const model of client.models.list()) models.push(model.id);
    return { models };
  },

  // Which exception each mistake raises.
  async errors() {
    return {
      voice: await raised({ voice: "nobody" }),
      model: await raised({ model: "no-such-model" }),
      empty: await raised({ input: "" }),
      speed: await raised({ speed: 0 }),
    };
  },

  // Which exception a key raises that is not known.
  async key_errors() {
    return { speech: await raised({}) };
  },
};

async function raised(changes) {
  try {
    await client.audio.speech.create(speech(changes));
  } catch (error) {
    const { status, code, param, type, message, requestID } = error;
    return { class: error.constructor.name, status, code, param, type, message, request_id: requestID };
  }
  return null;
}

console.log(JSON.stringify(await scenarios[scenario]()));
