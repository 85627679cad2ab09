//! An averaged perceptron, greedy from left to right.

use crate::features::{FEATURES, Seen, features};
use crate::tags::{TAGS, Tag};

/// A sentence: what the tagger sees, and the numbers of the right tags.
pub struct Sentence {
    pub words: Vec<Seen>,
    pub tags: Vec<u8>,
}

/// Punctuation, which is known and not guessed; it also stands before the first word.
const MARK: u8 = Tag::Mark as u8;

/// Rows of weights, one a feature; features that fall on the same row share it.
const ROWS: usize = 1 << 21;

pub struct Model {
    weights: Vec<[f32; TAGS]>,
    /// Which features may be used; all of them in the first round.
    kept: Vec<bool>,
}

impl Model {
    pub fn new() -> Self {
        Self { weights: vec![[0.0; TAGS]; ROWS], kept: vec![true; ROWS] }
    }

    /// Trains from zero with the features that are kept.
    pub fn train(&mut self, sentences: &[Sentence], epochs: usize, seed: u64) {
        self.weights.fill([0.0; TAGS]);
        let mut sums = vec![[0.0_f32; TAGS]; ROWS];
        let mut order: Vec<usize> = (0..sentences.len()).collect();
        let mut random = seed;
        let mut step = 0.0_f32;
        for epoch in 0..epochs {
            let mut wrong = 0_u64;
            for place in (1..order.len()).rev() {
                random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                order.swap(place, (random >> 33) as usize % (place + 1));
            }
            for &at in &order {
                let Sentence { words, tags } = &sentences[at];
                let mut before = [MARK; 2];
                for (place, &right) in tags.iter().enumerate() {
                    step += 1.0;
                    if right == MARK {
                        before = [MARK, before[0]];
                        continue;
                    }
                    let rows = self.rows(features(words, place, before));
                    let guess = self.best(&rows);
                    if guess != right {
                        wrong += 1;
                        for row in rows.into_iter().flatten() {
                            for (tag, by) in [(right, 1.0), (guess, -1.0)] {
                                self.weights[row][usize::from(tag)] += by;
                                sums[row][usize::from(tag)] += by * step;
                            }
                        }
                    }
                    before = [guess, before[0]];
                }
            }
            eprintln!("epoch {epoch}: {wrong} wrong");
        }
        for (weights, sums) in self.weights.iter_mut().zip(&sums) {
            for (weight, sum) in weights.iter_mut().zip(sums) {
                *weight -= sum / step;
            }
        }
    }

    /// Keeps the features that matter most: how far they move a decision, times how often they occur.
    pub fn prune(&mut self, sentences: &[Sentence], features_kept: usize) {
        let mut count = vec![0_u32; ROWS];
        for Sentence { words, tags } in sentences {
            let mut before = [MARK; 2];
            for (place, &right) in tags.iter().enumerate() {
                for feature in features(words, place, before) {
                    count[feature as usize % ROWS] += 1;
                }
                before = [right, before[0]];
            }
        }
        let matter = |row: usize| {
            let weights = &self.weights[row];
            let most = weights.iter().copied().fold(0.0, f32::max);
            let least = weights.iter().copied().fold(0.0, f32::min);
            (most - least) * (count[row] as f32).powf(0.7)
        };
        let mut rows: Vec<(f32, usize)> = (0..ROWS).map(|row| (matter(row), row)).collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        self.kept.fill(false);
        for (_, row) in rows.into_iter().take(features_kept) {
            self.kept[row] = true;
        }
    }

    /// Rounds the weights to a byte each.
    pub fn quantise(&mut self) {
        let mut sizes: Vec<f32> =
            self.weights.iter().flatten().map(|w| w.abs()).filter(|w| *w > 0.0).collect();
        sizes.sort_by(f32::total_cmp);
        let most = sizes[sizes.len() * 9995 / 10000];
        eprintln!("weights up to {most}, largest {}", sizes[sizes.len() - 1]);
        for weight in self.weights.iter_mut().flatten() {
            *weight = (*weight * 127.0 / most).round().clamp(-127.0, 127.0);
        }
    }

    /// How many tags are right, of how many; punctuation is not counted.
    pub fn score(&self, sentences: &[Sentence]) -> (usize, usize) {
        let (mut right, mut all) = (0, 0);
        for Sentence { words, tags } in sentences {
            let mut before = [MARK; 2];
            for (place, &tag) in tags.iter().enumerate() {
                let guess = match tag {
                    MARK => MARK,
                    _ => self.best(&self.rows(features(words, place, before))),
                };
                if tag != MARK {
                    all += 1;
                    right += usize::from(guess == tag);
                }
                before = [guess, before[0]];
            }
        }
        (right, all)
    }

    /// The model's file: for each of 4096 buckets (the lowest 12 bits of a feature's hash) the number of the first row
    /// after it, u16; then for each row the next 16 bits of the hash, u16; then for each row its weights, i8. All
    /// little-endian.
    pub fn file(&self) -> Vec<u8> {
        let mut rows: Vec<(usize, u16, usize)> = (0..ROWS)
            .filter(|row| self.kept[*row] && self.weights[*row] != [0.0; TAGS])
            .map(|row| (row & 0xfff, (row >> 12) as u16, row))
            .collect();
        rows.sort_unstable();
        let mut file = Vec::new();
        for bucket in 0..4096 {
            let end = rows.partition_point(|(of, ..)| *of <= bucket);
            file.extend(u16::try_from(end).unwrap().to_le_bytes());
        }
        file.extend(rows.iter().flat_map(|(_, check, _)| check.to_le_bytes()));
        file.extend(rows.iter().flat_map(|(.., row)| self.weights[*row].map(|weight| weight as i8 as u8)));
        file
    }

    fn rows(&self, features: [u32; FEATURES]) -> [Option<usize>; FEATURES] {
        features.map(|feature| {
            let row = feature as usize % ROWS;
            self.kept[row].then_some(row)
        })
    }

    fn best(&self, rows: &[Option<usize>; FEATURES]) -> u8 {
        let mut scores = [0.0_f32; TAGS];
        for row in rows.iter().flatten() {
            for (score, weight) in scores.iter_mut().zip(&self.weights[*row]) {
                *score += weight;
            }
        }
        let mut best = 0;
        for (tag, score) in scores.iter().enumerate() {
            if *score > scores[best] {
                best = tag;
            }
        }
        best as u8
    }
}
