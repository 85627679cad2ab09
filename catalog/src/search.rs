//! Who passes all filters, in which order, and what the filters would leave otherwise.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use billing::Nanos;
use fixedbitset::FixedBitSet;

use crate::cursor::{Cursor, Place};
use crate::fields::Field;
use crate::query::Wanted;
use crate::texts::asked;
use crate::{Entry, Index, Page, Query, Sort};

/// Values of a field without end that are counted, at most.
const MOST_COUNTED: usize = 100;

/// Who passes which filter.
struct Sieve {
    by_field: Vec<(Field, FixedBitSet)>,
    /// Who passes those that are no fields.
    others: FixedBitSet,
    /// What each voice scores for the text.
    scores: Vec<u32>,
}

/// Where a voice stands: its rank (the lower, the sooner), and its own place, which tells equals apart.
type Standing = (u64, usize);

impl Index {
    /// A page of the voices that pass all filters.
    ///
    /// A text is taken word by word, and each must be met, in any place: a name, a style, a word for an accent. Words that
    /// nobody's name or description has may have a typo, or two in long ones.
    pub fn search(&self, query: &Query) -> Page<'_> {
        let sieve = self.sieve(&query.wanted);
        let hits = sieve.all_but(None);
        let (voices, next_cursor) = self.in_order(query, &sieve, &hits);
        Page { voices, total: hits.count_ones(..), facets: self.facets(&sieve, &hits), next_cursor }
    }

    /// The voices of a search alone.
    pub(crate) fn found(&self, query: &Query) -> Vec<&Entry> {
        let sieve = self.sieve(&query.wanted);
        self.in_order(query, &sieve, &sieve.all_but(None)).0
    }

    /// The voices of a page, and where the next begins.
    fn in_order(&self, query: &Query, sieve: &Sieve, hits: &FixedBitSet) -> (Vec<&Entry>, Option<String>) {
        let from = query.after.as_ref().map_or((0, 0), |after| self.standing_after(after, query.sort));
        let ranks = self.ranks(query, sieve);
        let standing = hits.ones().map(|place| (ranks(place), place));
        let mut standing: Vec<Standing> = standing.filter(|standing| *standing >= from).collect();
        let more = standing.len() > query.limit;
        if more {
            standing.select_nth_unstable(query.limit);
            standing.truncate(query.limit);
        }
        standing.sort_unstable();
        let last = standing.last().filter(|_| more);
        let next = last.map(|standing| self.cursor(*standing, query.sort).write(query.fingerprint()));
        (standing.into_iter().map(|(_, place)| &self.entries[place]).collect(), next)
    }

    fn sieve(&self, wanted: &Wanted) -> Sieve {
        let by_field = wanted.values.iter().map(|(field, values)| {
            let having = |voices, value: &String| self.values(*field).having(*field, value, voices);
            (*field, values.iter().fold(self.nobody(), having))
        });
        let by_field = by_field.collect();
        let mut others = self.nobody();
        others.insert_range(..);
        if let Some(most) = wanted.most_price {
            others.intersect_with(&self.costing(most));
        }
        let mut scores = vec![0; self.entries.len()];
        for word in asked(&wanted.text) {
            let mut met = self.nobody();
            for (place, score) in self.texts.scores(&word, self.entries.len()).into_iter().enumerate() {
                if score > 0 {
                    met.insert(place);
                    scores[place] += score;
                }
            }
            others.intersect_with(&met);
        }
        Sieve { by_field, others, scores }
    }

    /// Who costs so much at most.
    fn costing(&self, most: Nanos) -> FixedBitSet {
        let mut voices = self.nobody();
        for (place, entry) in self.entries.iter().enumerate() {
            voices.set(place, entry.price_per_1k.is_some_and(|price| price <= most));
        }
        voices
    }

    /// Where each voice stands in the order.
    fn ranks<'a>(&'a self, query: &'a Query, sieve: &'a Sieve) -> Box<dyn Fn(usize) -> u64 + 'a> {
        match query.sort {
            Sort::Name => Box::new(|place| self.names.1[place] as u64),
            Sort::Price => Box::new(|place| {
                self.entries[place].price_per_1k.map_or(u64::MAX, |price| price.get().max(0).unsigned_abs())
            }),
            Sort::Fit => {
                let own = self.whose_own(&query.wanted);
                let had = self.had(&query.wanted);
                Box::new(move |place| {
                    let had = had.get(place).copied().unwrap_or_default().min(15);
                    let fit = u64::from(sieve.scores[place]) << 16
                        | u64::from(had) << 12
                        | u64::from(self.available.contains(place)) << 11
                        | u64::from(own.contains(place)) << 10
                        | u64::from(self.entries[place].quality);
                    u64::MAX - fit
                })
            }
        }
    }

    /// Whose own language is one of those that are asked for.
    fn whose_own(&self, wanted: &Wanted) -> FixedBitSet {
        let ranges = wanted.values.get(&Field::Language).into_iter().flatten();
        ranges.fold(self.nobody(), |voices, range| self.own.having(Field::Language, range, voices))
    }

    /// How many of the values each voice has, where several are asked for.
    fn had(&self, wanted: &Wanted) -> Vec<u8> {
        let several = wanted.values.iter().filter(|(_, values)| values.len() > 1);
        let mut had = Vec::new();
        for (field, value) in
            several.flat_map(|(field, values)| values.iter().map(move |value| (field, value)))
        {
            had.resize(self.entries.len(), 0_u8);
            self.having(*field, value).ones().for_each(|place| had[place] = had[place].saturating_add(1));
        }
        had
    }

    fn facets(&self, sieve: &Sieve, hits: &FixedBitSet) -> BTreeMap<&'static str, BTreeMap<String, usize>> {
        let facet = |field: Field| {
            let is_filtered = sieve.by_field.iter().any(|(filtered, _)| *filtered == field);
            let others = is_filtered.then(|| sieve.all_but(Some(field)));
            let others = others.as_ref().unwrap_or(hits);
            let counted = |(value, voices): (&str, &FixedBitSet)| {
                let count = voices.intersection_count(others);
                (count > 0).then(|| (value.to_owned(), count))
            };
            let values = self.values(field);
            let mut counts: BTreeMap<String, usize> = match field {
                Field::Language => {
                    values.languages().iter().filter_map(|(value, voices)| counted((value, voices))).collect()
                }
                _ => values.all().filter_map(|value| counted((&value.shown, &value.voices))).collect(),
            };
            if field.is_free() {
                keep_the_most_frequent(&mut counts);
            }
            (field.name(), counts)
        };
        Field::ALL.into_iter().map(facet).collect()
    }

    fn cursor(&self, (rank, place): Standing, sort: Sort) -> Cursor {
        let place_in_order = match sort {
            Sort::Name => Place { rank: 0, name: self.names.0[rank as usize].clone() },
            Sort::Fit | Sort::Price => Place { rank, name: String::new() },
        };
        Cursor { place: place_in_order, id: self.entries[place].voice.id.clone() }
    }

    /// The first standing behind a cursor, which may be of another index: its voice may be gone.
    fn standing_after(&self, after: &Cursor, sort: Sort) -> Standing {
        let place = self.entries.partition_point(|entry| entry.voice.id <= after.id);
        match sort {
            Sort::Fit | Sort::Price => (after.place.rank, place),
            Sort::Name => match self.names.0.binary_search(&after.place.name) {
                Ok(rank) => (rank as u64, place),
                Err(rank) => (rank as u64, 0),
            },
        }
    }
}

/// Of equals, those that come first in the alphabet.
fn keep_the_most_frequent(counts: &mut BTreeMap<String, usize>) {
    if counts.len() > MOST_COUNTED {
        let mut frequent: Vec<_> = std::mem::take(counts).into_iter().collect();
        frequent.sort_by_key(|(_, count)| Reverse(*count));
        counts.extend(frequent.into_iter().take(MOST_COUNTED));
    }
}

impl Sieve {
    /// Who passes all filters but perhaps one.
    fn all_but(&self, field: Option<Field>) -> FixedBitSet {
        let mut voices = self.others.clone();
        let others = self.by_field.iter().filter(|(filtered, _)| Some(*filtered) != field);
        others.for_each(|(_, passing)| voices.intersect_with(passing));
        voices
    }
}

#[cfg(test)]
mod tests;
