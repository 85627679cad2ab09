//! ElevenLabs' API as its official clients speak it: `elevenlabs` 2.78 for Python, `@elevenlabs/elevenlabs-js` 2.73.

pub mod upstream;
