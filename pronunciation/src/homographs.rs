//! Words with several sounds, told apart by their neighbours.

use crate::known::Words;
use crate::tags::Tag;
use crate::written::Written;

pub(crate) fn settled(_: &[Written<'_>], tags: Vec<Tag>) -> Vec<Tag> {
    tags
}

pub(crate) fn sound(_: &Words, _: &[Written<'_>], _: &[Tag], _: usize) -> Option<String> {
    None
}
