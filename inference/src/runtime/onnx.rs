//! The one edit that a model needs before ONNX Runtime takes over.

/// Fields of `onnx.proto3`: `ModelProto.graph`, `GraphProto.output`, `ValueInfoProto.name`.
const GRAPH: u8 = 7;
const OUTPUT: u8 = 12;
const NAME: u8 = 1;

/// Makes the inner tensor `name` an output of the model, after those it has; ONNX Runtime infers its type.
///
/// Protobuf joins what it reads twice: a second `graph` at the end of the file adds its `output` to the first.
pub(super) fn expose(model: &mut Vec<u8>, name: &str) {
    let output = message(NAME, name.as_bytes());
    model.extend(message(GRAPH, &message(OUTPUT, &output)));
}

/// A field that holds bytes: its key, their length, themselves.
fn message(field: u8, bytes: &[u8]) -> Vec<u8> {
    const LENGTH_DELIMITED: u8 = 2;
    let mut message = vec![field << 3 | LENGTH_DELIMITED];
    let mut length = bytes.len();
    while length >= 0x80 {
        message.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    message.push(length as u8);
    message.extend(bytes);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_is_a_second_graph_that_holds_nothing_else() {
        let mut model = b"model".to_vec();
        expose(&mut model, "ab");
        assert_eq!(model, b"model\x3a\x06\x62\x04\x0a\x02ab");
    }

    #[test]
    fn lengths_above_127_take_two_bytes() {
        let name = "n".repeat(300);
        assert_eq!(&message(NAME, name.as_bytes())[..4], b"\x0a\xac\x02n");
    }
}
