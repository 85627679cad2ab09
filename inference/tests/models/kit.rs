//! A model and voices, small, in the packages that Kokoro comes in.

use super::house::House;
use super::package::{Archive, tarball, wheel};
use super::registry::Registry;

/// Bytes that do not compress, the same every time.
pub(crate) fn noise(length: usize, seed: u32) -> Vec<u8> {
    let mut state = seed | 1;
    let step = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[1]
    };
    std::iter::repeat_with(step).take(length).collect()
}

/// A model in two wheels, and two voices in an npm package.
pub(crate) struct Models {
    pub(crate) house: House,
    pub(crate) halves: [Vec<u8>; 2],
    pub(crate) archives: [Archive; 3],
}

pub(crate) fn models() -> Models {
    models_of(300_000)
}

pub(crate) fn models_of(half: usize) -> Models {
    let halves = [noise(half, 1), noise(half - 100, 2)];
    let [ann, bob] = [noise(5_000, 3), noise(5_000, 4)];
    let first = wheel("half-a", &[("half_a/part.bin", &halves[0]), ("half_a/__init__.py", b"never")]);
    let second = wheel("half-b", &[("half_b/part.bin", &halves[1])]);
    let voices = tarball("voices", &[("package/voices/ann.bin", &ann), ("package/voices/bob.bin", &bob)]);
    let mut house = House::new();
    house.package("a", &first);
    house.package("b", &second);
    house.package("v", &voices);
    house.file("kit/model.onnx", &halves.concat(), &[("a", "half_a/part.bin"), ("b", "half_b/part.bin")], "");
    house.file("kit/voices/ann.bin", &ann, &[("v", "package/voices/ann.bin")], "");
    house.file("kit/voices/bob.bin", &bob, &[("v", "package/voices/bob.bin")], "");
    Models { house, halves, archives: [first, second, voices] }
}

impl Models {
    pub(crate) fn registry(&self) -> Registry {
        Registry::serve(&self.archives.each_ref())
    }

    /// All there, all right, and nothing else.
    pub(crate) fn assert_whole(&self) {
        let states: Vec<_> = self.house.store().verify().iter().map(|file| file.state.is_ok()).collect();
        assert_eq!(states, [true; 3]);
        assert_eq!(self.house.lies_in("files").len(), 3);
        assert_eq!(self.house.lies_in("staging"), [""; 0]);
    }
}
