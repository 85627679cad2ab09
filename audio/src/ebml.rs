//! The elements that WebM is made of (EBML, RFC 8794): an id, a size, a content.

/// The ids of elements (RFC 8794, 11.2, and RFC 9559, 5), the bits that tell their own length among them.
pub(crate) mod id {
    pub(crate) const EBML: u32 = 0x1A45_DFA3;
    pub(crate) const EBML_VERSION: u32 = 0x4286;
    pub(crate) const EBML_READ_VERSION: u32 = 0x42F7;
    pub(crate) const EBML_MAX_ID_LENGTH: u32 = 0x42F2;
    pub(crate) const EBML_MAX_SIZE_LENGTH: u32 = 0x42F3;
    pub(crate) const DOC_TYPE: u32 = 0x4282;
    pub(crate) const DOC_TYPE_VERSION: u32 = 0x4287;
    pub(crate) const DOC_TYPE_READ_VERSION: u32 = 0x4285;
    pub(crate) const SEGMENT: u32 = 0x1853_8067;
    pub(crate) const INFO: u32 = 0x1549_A966;
    pub(crate) const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
    pub(crate) const MUXING_APP: u32 = 0x4D80;
    pub(crate) const WRITING_APP: u32 = 0x5741;
    pub(crate) const TRACKS: u32 = 0x1654_AE6B;
    pub(crate) const TRACK_ENTRY: u32 = 0xAE;
    pub(crate) const TRACK_NUMBER: u32 = 0xD7;
    pub(crate) const TRACK_UID: u32 = 0x73C5;
    pub(crate) const TRACK_TYPE: u32 = 0x83;
    pub(crate) const FLAG_LACING: u32 = 0x9C;
    pub(crate) const LANGUAGE: u32 = 0x22_B59C;
    pub(crate) const CODEC_ID: u32 = 0x86;
    pub(crate) const CODEC_PRIVATE: u32 = 0x63A2;
    pub(crate) const CODEC_DELAY: u32 = 0x56AA;
    pub(crate) const SEEK_PRE_ROLL: u32 = 0x56BB;
    pub(crate) const AUDIO: u32 = 0xE1;
    pub(crate) const SAMPLING_FREQUENCY: u32 = 0xB5;
    pub(crate) const CHANNELS: u32 = 0x9F;
    pub(crate) const CLUSTER: u32 = 0x1F43_B675;
    pub(crate) const TIMESTAMP: u32 = 0xE7;
    pub(crate) const SIMPLE_BLOCK: u32 = 0xA3;
    pub(crate) const BLOCK_GROUP: u32 = 0xA0;
    pub(crate) const BLOCK: u32 = 0xA1;
    pub(crate) const DISCARD_PADDING: u32 = 0x75A2;
}

/// An element of less than 16,383 bytes; the longest here is a packet of Opus, of 1,276.
pub(crate) fn element(id: u32, content: &[u8]) -> Vec<u8> {
    const IN_TWO_BYTES: u16 = 0x4000;
    let size = IN_TWO_BYTES | content.len() as u16;
    [id_bytes(id), size.to_be_bytes().to_vec(), content.to_vec()].concat()
}

/// The beginning of an element that goes on until one follows that cannot be in it.
pub(crate) fn unsized_element(id: u32) -> Vec<u8> {
    const UNKNOWN: u64 = 0x01FF_FFFF_FFFF_FFFF;
    [id_bytes(id), UNKNOWN.to_be_bytes().to_vec()].concat()
}

fn id_bytes(id: u32) -> Vec<u8> {
    id.to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect()
}

/// What an element's first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) id: u32,
    /// Bytes before the content.
    pub(crate) length: usize,
    /// Bytes of the content; none where they are not known.
    pub(crate) size: Option<u64>,
}

impl Head {
    /// Reads the id and the size; none while they are not all there.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<Self>, &'static str> {
        let Some(id_length) = bytes.first().map(|first| first.leading_zeros() as usize + 1) else {
            return Ok(None);
        };
        if id_length > 4 {
            return Err("no element where one should begin");
        }
        let Some((id, rest)) = bytes.split_at_checked(id_length) else { return Ok(None) };
        let id = id.iter().fold(0, |id, &byte| id << 8 | u32::from(byte));
        let Some((size, size_length)) = vint(rest)? else { return Ok(None) };
        let is_unknown = size == (1 << (7 * size_length)) - 1;
        Ok(Some(Self { id, length: id_length + size_length, size: (!is_unknown).then_some(size) }))
    }
}

/// A number whose first byte tells in how many it is, and in how many; none while they are not all there.
pub(crate) fn vint(bytes: &[u8]) -> Result<Option<(u64, usize)>, &'static str> {
    let Some(&first) = bytes.first() else { return Ok(None) };
    let length = first.leading_zeros() as usize + 1;
    if length > 8 {
        return Err("a number of more than eight bytes");
    }
    let Some(rest) = bytes.get(1..length) else { return Ok(None) };
    let high = u64::from(first) & (0xFF >> length);
    Ok(Some((rest.iter().fold(high, |number, &byte| number << 8 | u64::from(byte)), length)))
}
