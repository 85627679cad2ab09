//! How many letters of a word are wrong, as far as that matters. It is asked of every word that is said of any voice,
//! which is why it is here: it stops as soon as there are too many, and takes no memory.

/// The longest word that is compared.
pub(crate) const MOST_LETTERS: usize = 40;

/// How many letters were changed, left out, added, or swapped with the next between two words of ASCII; none where that is
/// more than `most` (at most 2). This is the optimal string alignment distance.
pub(crate) fn typos(one: &str, other: &str, most: usize) -> Option<usize> {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() > MOST_LETTERS || other.len() > MOST_LETTERS || one.len().abs_diff(other.len()) > most {
        return None;
    }
    // A row for each letter of one: the distances of the beginnings. Those far from the diagonal are too many anyway.
    let far = most + 1;
    let [mut before, mut last, mut row] = [[far; MOST_LETTERS + 2]; 3];
    for (place, distance) in last.iter_mut().enumerate().take(far) {
        *distance = place;
    }
    for i in 1..=one.len() {
        let (from, to) = (i.saturating_sub(most).max(1), (i + most).min(other.len()));
        row[from - 1] = if from == 1 { i } else { far };
        let mut least = row[from - 1];
        for j in from..=to {
            let changed = last[j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let is_swapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            let swapped = if is_swapped { before[j - 2] + 1 } else { far };
            row[j] = changed.min(last[j] + 1).min(row[j - 1] + 1).min(swapped);
            least = least.min(row[j]);
        }
        if least > most {
            return None;
        }
        row[to + 1] = far;
        (before, last, row) = (last, row, before);
    }
    Some(last[other.len()]).filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn it_counts_as_others_count(one in "[abc]{0,9}", other in "[abc]{0,9}", most in 0..=2_usize) {
            let distance = strsim::osa_distance(&one, &other);
            prop_assert_eq!(typos(&one, &other, most), (distance <= most).then_some(distance));
        }

        #[test]
        fn it_counts_what_was_done(
            word in "[a-z0-9]{1,40}",
            at in any::<prop::sample::Index>(),
            kind in 0..4,
            letter in b'a'..=b'z',
        ) {
            let mut bytes = word.clone().into_bytes();
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = letter,
                1 => _ = bytes.remove(at),
                2 => bytes.insert(at, letter),
                _ => bytes.swap(at, at.saturating_sub(1)),
            }
            let typed = String::from_utf8(bytes).unwrap();
            prop_assume!(typed.len() <= MOST_LETTERS);
            prop_assert!(typos(&word, &typed, 2).unwrap() <= 1, "{}", typed);
        }
    }

    #[test]
    fn long_words_are_not_compared() {
        let long = "a".repeat(MOST_LETTERS + 1);
        assert_eq!(typos(&long, &long, 2), None);
        assert_eq!(typos(&long[1..], &long[2..], 2), Some(1));
    }
}
