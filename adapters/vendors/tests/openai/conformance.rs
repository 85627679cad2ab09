//! What every backend must do, with a fake OpenAI behind it.

use vendors::{Fault, Kind, Script, Vendor};

use crate::{Tested, open, open_with, settings};
use outbound::Deadlines;

fn running(vendor: &Vendor) -> usize {
    vendor.truth().iter().filter(|served| !served.ended).count()
}

#[tokio::test]
async fn it_conforms_with_audio() -> Tested {
    let vendor = Vendor::start(Kind::OpenAi)?;
    testing::conforms(open(&vendor.base_url())?, "alloy", || running(&vendor)).await;
    Ok(())
}

#[tokio::test]
async fn it_conforms_with_events() -> Tested {
    let vendor = Vendor::start(Kind::OpenAi)?;
    let mut set = settings(Some(&vendor.base_url())).ok_or("no settings")?;
    set.models = vec!["gpt-4o-mini-tts".to_owned()];
    testing::conforms(open_with(set, Deadlines::default())?, "alloy", || running(&vendor)).await;
    Ok(())
}

#[tokio::test]
async fn a_cut_is_an_error() -> Tested {
    let vendor = Vendor::start(Kind::OpenAi)?;
    for model in ["tts-1", "gpt-4o-mini-tts"] {
        let mut set = settings(Some(&vendor.base_url())).ok_or("no settings")?;
        set.models = vec![model.to_owned()];
        let backend = open_with(set, Deadlines::default())?;
        for after in [0, 1, 5_000, 100_000] {
            vendor.script(Script::once(Fault::Cut).after_bytes(after));
            testing::does_not_end_well(&*backend, "alloy").await;
        }
    }
    Ok(())
}
