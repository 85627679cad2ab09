// An application that uses Microsoft's official Speech SDK, unmodified. Prints what it saw as one JSON object, by
// scenario.
//
//     node azure_sdk.mjs SCENARIO,... BASE_URL API_KEY FOLDER VOICE[,FORMAT,...]

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sdk from "microsoft-cognitiveservices-speech-sdk";

const SENTENCE = "The river bends twice at the old bridge.";
const LONG = Array(6).fill(SENTENCE).join(" ");
const TICKS = 10_000_000;

const [chosen, baseUrl, apiKey, folder, asked] = process.argv.slice(2);
const [voice, ...formats] = asked.split(",");
const host = new URL(baseUrl);

const scenarios = {
  // A text in the format that is the default, by a key and by a token.
  async speak() {
    const headers = { "Ocp-Apim-Subscription-Key": apiKey };
    const token = await (await fetch(`${baseUrl}/sts/v1.0/issueToken`, { method: "POST", headers })).text();
    const configs = { http: configured(), token: configured() };
    configs.token.setProperty(sdk.PropertyId.SpeechServiceConnection_Key, "");
    configs.token.authorizationToken = token;
    const told = {};
    for (const [name, config] of Object.entries(configs)) {
      const result = await spoken(config, "speakTextAsync", SENTENCE);
      await keep(`${name}.wav`, result.audioData);
      told[name] = outcome(result);
    }
    return told;
  },

  // A document in each format that is asked for, to a file of its name.
  async formats() {
    const told = {};
    for (const name of formats) {
      const result = await spoken(configured({ format: name }), "speakSsmlAsync", ssml(SENTENCE));
      await keep(name, result.audioData);
      told[name] = outcome(result);
    }
    return told;
  },

  // Speech that is read while it is made.
  async stream() {
    const pulled = sdk.AudioOutputStream.createPullStream();
    const config = configured({ format: "Raw24Khz16BitMonoPcm" });
    const speaking = new sdk.SpeechSynthesizer(config, sdk.AudioConfig.fromStreamOutput(pulled));
    const ended = new Promise((resolve, reject) => speaking.speakTextAsync(SENTENCE, resolve, reject));
    const closed = ended.then((result) => {
      speaking.close();
      return result;
    });
    const read = [];
    for (;;) {
      const buffer = new ArrayBuffer(16_000);
      const count = await pulled.read(buffer);
      if (count === 0) break;
      read.push(Buffer.from(buffer.slice(0, count)));
    }
    await keep("stream.raw", Buffer.concat(read));
    return outcome(await closed);
  },

  // Everything that is told beside the audio, by the name of its event, in the order in which it came.
  async events() {
    const document = ssml(
      "The river bends twice at the old bridge, <bookmark mark='mill'/>and sleeps by the mill. " +
        "<bookmark mark='boat'/>Whose little boat is that?",
    );
    const config = configured({ format: "Raw24Khz16BitMonoPcm" });
    config.setProperty(sdk.PropertyId.SpeechServiceResponse_RequestSentenceBoundary, "true");
    const events = [];
    const tell = (event, what) => events.push({ event, ...what });
    const result = await spoken(config, "speakSsmlAsync", document, (speaking) => {
      speaking.synthesisStarted = () => tell("started");
      speaking.synthesizing = (_, event) => tell("audio", { bytes: event.result.audioData.byteLength });
      speaking.synthesisCompleted = () => tell("completed");
      speaking.wordBoundary = (_, event) =>
        tell(event.boundaryType.replace("Boundary", ""), {
          at: event.audioOffset,
          ticks: event.duration,
          text: event.text,
          place: event.textOffset,
          length: event.wordLength,
        });
      speaking.visemeReceived = (_, event) => tell("Viseme", { at: event.audioOffset, id: event.visemeId });
      speaking.bookmarkReached = (_, event) => tell("Bookmark", { at: event.audioOffset, text: event.text });
    });
    await keep("events.raw", result.audioData);
    return { document, events, ...outcome(result) };
  },

  // A text that is written piece by piece: whether it is heard before it ends, and the words that are told of it.
  async written() {
    const speaking = new sdk.SpeechSynthesizer(configured({ format: "Raw24Khz16BitMonoPcm" }), null);
    const words = [];
    speaking.wordBoundary = (_, event) => words.push(event.text);
    const request = inPieces();
    request.rate = "+10%";
    request.style = "cheerful";
    const heard = new Promise((resolve) => (speaking.synthesizing = () => resolve(true)));
    const ended = new Promise((resolve, reject) => speaking.speakAsync(request, resolve, reject));
    write(request, `${LONG} `);
    const before = await Promise.race([heard, ended.then(() => false)]);
    write(request, SENTENCE);
    request.inputStream.close();
    const result = await ended;
    speaking.close();
    await keep("written.raw", result.audioData);
    return { heard_before_its_end: before, words, ...outcome(result) };
  },

  // Who can speak, and who of them American.
  async voices() {
    const listed = async (locale) => {
      const speaking = new sdk.SpeechSynthesizer(configured(), null);
      const { voices } = await speaking.getVoicesAsync(locale);
      speaking.close();
      return voices.map(({ shortName, locale, gender, styleList }) => ({
        name: shortName,
        locale,
        gender: sdk.SynthesisVoiceGender[gender],
        styles: styleList,
      }));
    };
    return { all: await listed(""), american: await listed("en-US") };
  },

  // A text that is given up as soon as it is heard: this SDK stops by closing.
  async stop() {
    const speaking = new sdk.SpeechSynthesizer(configured(), null);
    return new Promise((resolve, reject) => {
      speaking.synthesizing = (_, event) => {
        speaking.synthesizing = undefined;
        const heard = event.result.audioData.byteLength;
        speaking.close(() => resolve({ heard }), reject);
      };
      speaking.speakTextAsync(LONG, undefined, reject);
    });
  },

  // Two texts from one synthesizer, and how often it connected.
  async turns() {
    const speaking = new sdk.SpeechSynthesizer(configured(), null);
    let connected = 0;
    sdk.Connection.fromSynthesizer(speaking).connected = () => (connected += 1);
    const turns = [];
    for (let turn = 0; turn < 2; turn += 1) {
      turns.push(
        await new Promise((resolve, reject) => speaking.speakTextAsync(SENTENCE, resolve, reject)).then(outcome),
      );
    }
    speaking.close();
    return { turns, connected };
  },

  // How each mistake ends, and its reason.
  async errors() {
    const unclosed = ssml("<emphasis>Whose boat");
    const voiceless = "<speak version='1.0' xml:lang='en-US'>Whose boat?</speak>";
    const stranger = configured({ key: "a-wrong-key" });
    const asking = new sdk.SpeechSynthesizer(stranger, null);
    const { reason } = await asking.getVoicesAsync("");
    asking.close();
    const nobody = configured({ name: "en-US-NobodyNeural" });
    const request = inPieces();
    write(request, SENTENCE);
    request.inputStream.close();
    return {
      key: outcome(await spoken(stranger, "speakTextAsync", SENTENCE)),
      voice: outcome(await spoken(nobody, "speakTextAsync", SENTENCE)),
      written: outcome(await spoken(nobody, "speakAsync", request)),
      unclosed: outcome(await spoken(configured(), "speakSsmlAsync", unclosed)),
      voiceless: outcome(await spoken(configured(), "speakSsmlAsync", voiceless)),
      voices_of_stranger: sdk.ResultReason[reason],
    };
  },

  // What comes of one text when there is too much to do.
  async busy() {
    return outcome(await spoken(configured(), "speakTextAsync", SENTENCE));
  },
};

function configured({ key = apiKey, name = voice, format } = {}) {
  const config = sdk.SpeechConfig.fromHost(host, key);
  config.speechSynthesisVoiceName = name;
  if (format) config.speechSynthesisOutputFormat = sdk.SpeechSynthesisOutputFormat[format];
  return config;
}

// What a synthesizer of its own, which plays nothing, makes of that.
async function spoken(config, how, what, listen = () => {}) {
  const speaking = new sdk.SpeechSynthesizer(config, null);
  listen(speaking);
  try {
    return await new Promise((resolve, reject) => speaking[how](what, resolve, reject));
  } finally {
    speaking.close();
  }
}

// A text that is still to be written.
function inPieces() {
  return new sdk.SpeechSynthesisRequest(sdk.SpeechSynthesisRequestInputType.TextStream);
}

function write(request, text) {
  for (const piece of text.match(/.{1,7}/g)) request.inputStream.write(piece);
}

function ssml(said) {
  return (
    "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='en-US'>" +
    `<voice name='${voice}'>${said}</voice></speak>`
  );
}

// How it ended, and why.
function outcome(result) {
  return {
    reason: sdk.ResultReason[result.reason],
    seconds: (result.audioDuration ?? 0) / TICKS,
    code: result.properties?.getProperty("CancellationErrorCode"),
    details: result.errorDetails,
  };
}

// Writes audio to a file of that name.
async function keep(name, audio) {
  await writeFile(join(folder, name), Buffer.from(audio ?? []));
}

// What waits for ever fails.
setTimeout(() => {
  console.error("There was no end after 300 s.");
  process.exit(1);
}, 300_000).unref();

const seen = {};
for (const name of chosen.split(",")) seen[name] = await scenarios[name]();
console.log(JSON.stringify(seen));
