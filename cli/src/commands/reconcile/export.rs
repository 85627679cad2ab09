//! What vendors export: CSV, JSON, or a JSON object a line.
//!
//! OpenAI's usage (`GET /v1/organization/usage/...`, and the dashboard's export with the same names) adds up calls by
//! day: `start_time` in Unix seconds, `model`, `num_model_requests`, `characters` or `input_tokens` and `output_tokens`.
//! ElevenLabs' `GET /v1/history` names each call: `request_id`, `date_unix`, `model_id`, `text`, and the account's
//! credits before and after. Whatever else a vendor exports can be given the names of [`Record`].

use std::collections::BTreeMap;

use billing::{Counts, Nanos, Record};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use speech::Date;

/// The values of a row by their names, without those that are empty.
type Row = BTreeMap<String, String>;

/// Every record of an export.
///
/// # Errors
/// What is wrong, and in which record; and that there is none, which is a wrong file more often than a month without a
/// call.
pub(super) fn read(text: &str) -> Result<Vec<Record>, String> {
    let rows = if text.trim_start().starts_with(['{', '[']) { json(text)? } else { csv(text)? };
    if rows.is_empty() {
        return Err("it holds no record of a call; export the month again, with its calls".to_owned());
    }
    let mut records = Vec::new();
    for (number, row) in (1..).zip(rows.iter().filter(|row| !is_unbilled(row))) {
        records.push(record(row).map_err(|error| format!("record {number}: {error}"))?);
    }
    Ok(records)
}

fn csv(text: &str) -> Result<Vec<Row>, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let names = reader.headers().map_err(|error| error.to_string())?.clone();
    let row = |row: csv::StringRecord| {
        let cells = names.iter().zip(&row).filter(|(_, cell)| !cell.is_empty());
        cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    reader.into_records().map(|read| read.map(row).map_err(|error| error.to_string())).collect()
}

fn json(text: &str) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        gather(value.map_err(|error| error.to_string())?, &Map::new(), &mut rows);
    }
    Ok(rows)
}

/// The objects within, however a vendor wraps them: OpenAI's `data` of buckets with `results`, ElevenLabs' `history`.
/// What a bucket says of its time is said of all that is in it.
fn gather(value: Value, around: &Map<String, Value>, rows: &mut Vec<Row>) {
    match value {
        Value::Array(values) => values.into_iter().for_each(|value| gather(value, around, rows)),
        Value::Object(mut object) => {
            let within = ["data", "results", "history"].into_iter().find_map(|name| object.remove(name));
            let mut all = around.clone();
            all.extend(object);
            match within {
                Some(within) => gather(within, &all, rows),
                None => rows
                    .push(all.into_iter().filter_map(|(name, value)| Some((name, scalar(value)?))).collect()),
            }
        }
        _ => {}
    }
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The vendor simulator logs requests as well that nobody pays for.
fn is_unbilled(row: &Row) -> bool {
    row.get("billed_characters").is_some_and(|count| count == "0")
}

fn record(row: &Row) -> Result<Record, String> {
    let simulated = row.contains_key("billed_characters");
    let count = |names: &[&str]| {
        let Some((name, text)) = names.iter().find_map(|name| row.get_key_value(*name)) else {
            return Ok(None);
        };
        let count: u64 = text.parse().map_err(|_| format!("{name} is {text:?}, which is no whole number"))?;
        // The simulator has no other way to say that it does not count something.
        Ok::<_, String>(Some(count).filter(|count| !simulated || *count > 0))
    };
    let text = || row.get("text").map(|text| text.chars().count() as u64);
    let before = count(&["character_count_change_from"])?;
    let after = count(&["character_count_change_to"])?;
    let spent = before.zip(after).map(|(before, after)| after.saturating_sub(before));
    let cost =
        row.get("cost_usd").map(|text| text.parse::<Nanos>().map_err(|error| format!("cost_usd: {error}")));
    let counts = Counts {
        calls: count(&["num_model_requests", "calls"])?.unwrap_or(1),
        characters: count(&["billed_characters", "characters"])?.or_else(text),
        credits: count(&["credits"])?.or(spent),
        input_tokens: count(&["input_tokens"])?,
        output_tokens: count(&["output_tokens"])?,
        cost: cost.transpose()?,
    };
    if counts == (Counts { calls: counts.calls, ..Counts::default() }) {
        return Err(
            "it counts nothing that is known here; 'voice-soundboard reconcile --help' lists the names"
                .to_owned(),
        );
    }
    let model = ["model", "model_id"].into_iter().find_map(|name| row.get(name));
    Ok(Record { id: row.get("request_id").cloned(), day: day(row)?, model: model.cloned(), counts })
}

fn day(row: &Row) -> Result<Option<Date>, String> {
    let names = ["start_time", "date_unix", "day"];
    let Some((name, text)) = names.into_iter().find_map(|name| row.get_key_value(name)) else {
        return Ok(None);
    };
    let of_seconds = |seconds| Some(Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC).date());
    let day = match text.parse() {
        Ok(seconds) => of_seconds(seconds),
        Err(_) => text.parse().ok(),
    };
    day.map(Some)
        .ok_or_else(|| format!("{name} is {text:?}, which is neither Unix seconds nor a day like 2026-10-31"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tts_1(calls: u64, characters: u64) -> Record {
        let counts = Counts { calls, characters: Some(characters), ..Counts::default() };
        Record { id: None, day: "2024-11-01".parse().ok(), model: Some("tts-1".into()), counts }
    }

    #[test]
    fn openais_usage_is_read_as_the_api_gives_it() {
        let page = r#"{"object":"page","data":[
            {"object":"bucket","start_time":1730419200,"end_time":1730505600,"results":[
                {"object":"organization.usage.audio_speeches.result","characters":45,"num_model_requests":2,
                 "project_id":null,"user_id":null,"api_key_id":null,"model":"tts-1"},
                {"object":"organization.usage.completions.result","input_tokens":14,"output_tokens":101,
                 "num_model_requests":1,"model":"gpt-4o-mini-tts"}]},
            {"object":"bucket","start_time":1730505600,"end_time":1730592000,"results":[]}],
            "has_more":false,"next_page":null}"#;
        let tokens =
            Counts { calls: 1, input_tokens: Some(14), output_tokens: Some(101), ..Counts::default() };
        let tokens = Record { model: Some("gpt-4o-mini-tts".into()), counts: tokens, ..tts_1(1, 0) };
        assert_eq!(read(page), Ok(vec![tts_1(2, 45), tokens]));
    }

    #[test]
    fn openais_usage_is_read_as_csv() {
        let export = "start_time,end_time,model,num_model_requests,characters,project_id\r\n\
                      1730419200,1730505600,tts-1,2,45,\r\n\
                      1730419200,1730505600,,1,7,\"a, b\"\r\n";
        let nameless = Record { model: None, ..tts_1(1, 7) };
        assert_eq!(read(export), Ok(vec![tts_1(2, 45), nameless]));
    }

    #[test]
    fn elevenlabs_history_is_read_with_its_credits() {
        let item = r#"{"history_item_id":"h","request_id":"r1","voice_id":"v","model_id":"eleven_flash_v2_5","text":"Héllo",
            "date_unix":1730419200,"character_count_change_from":100,"character_count_change_to":103,"settings":{"a":1}}"#;
        let counts = Counts { calls: 1, characters: Some(5), credits: Some(3), ..Counts::default() };
        let expected = Record {
            id: Some("r1".into()),
            day: "2024-11-01".parse().ok(),
            model: Some("eleven_flash_v2_5".into()),
            counts,
        };
        let item = item.replace('\n', "");
        assert_eq!(read(&format!(r#"{{"history":[{item}],"has_more":false}}"#)), Ok(vec![expected.clone()]));
        assert_eq!(read(&format!("{item}\n{item}\n")), Ok(vec![expected.clone(), expected]));
    }

    #[test]
    fn any_export_can_be_given_our_names() {
        let export = "request_id,day,model,calls,characters,credits,input_tokens,output_tokens,cost_usd\n\
                      a,2024-11-01,aura-2,1,5,,,,0.00015\n";
        let counts =
            Counts { calls: 1, characters: Some(5), cost: Some(Nanos::new(150_000)), ..Counts::default() };
        let record = Record { id: Some("a".into()), model: Some("aura-2".into()), counts, ..tts_1(1, 5) };
        assert_eq!(read(export), Ok(vec![record]));
    }

    #[test]
    fn the_simulators_truth_is_read_without_what_it_billed_nobody() {
        let truth = concat!(
            r#"{"at":1,"path":"/v1/models","request_id":"req_1","billed_characters":0,"credits":0,"input_tokens":0,"output_tokens":0}"#,
            "\n",
            r#"{"at":2,"path":"/v1/audio/speech","request_id":"req_2","billed_characters":5,"credits":0,"input_tokens":0,"output_tokens":0,"headers":{}}"#,
        );
        let counts = Counts { calls: 1, characters: Some(5), ..Counts::default() };
        assert_eq!(read(truth), Ok(vec![Record { id: Some("req_2".into()), counts, ..Record::default() }]));
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        for (export, words) in [
            ("model,characters\ntts-1,5\ntts-1,many", "record 2: characters is \"many\""),
            ("model,characters\ntts-1,5.5", "no whole number"),
            ("name,amount\ntts-1,5", "record 1: it counts nothing"),
            ("day,characters\n31.10.2026,5", "2026-10-31"),
            ("day,characters,cost_usd\n2026-10-31,5,-1", "cost_usd"),
            ("model,characters\ntts-1,5,6", "record 1"),
            ("{\"characters\":5", "EOF"),
        ] {
            let error = read(export).expect_err(export);
            assert!(error.contains(words), "{export}: {error}");
        }
    }

    #[test]
    fn an_empty_export_is_none() {
        let no_result =
            r#"{"object":"page","data":[{"object":"bucket","start_time":1730505600,"results":[]}]}"#;
        for export in ["", " \n", "model,characters\n", "[]", "{\"data\":[]}", no_result] {
            let error = read(export).expect_err(export);
            assert!(error.contains("no record"), "{export:?}: {error}");
        }
    }
}
