//! What vendors have listed, and what has changed.

use catalog::{Change, Listing, Shelf, What, changes};
use speech::{Date, Gender, Model, Voice, VoiceStatus};

use crate::both::on_both;
use crate::site::{AT, Site};

on_both!(
    a_list_is_there_after_a_restart_as_it_was,
    a_list_takes_the_place_of_the_one_before,
    changes_are_told_newest_first_page_by_page,
    what_two_programs_see_is_kept_once,
    ten_thousand_voices_are_kept_and_noted,
    what_only_a_newer_program_can_read_costs_its_own_list_only,
    after_a_year_nobody_is_told,
);

const YEAR_MS: i64 = 365 * 24 * 3_600_000;

fn voice(id: &str, name: &str) -> Voice {
    Voice { name: name.into(), ..Voice::named("eleven", id) }
}

fn listing(voices: impl IntoIterator<Item = Voice>) -> Listing {
    let model = Model {
        id: "m".into(),
        name: "A model".into(),
        most_characters: Some(5_000),
        languages: vec!["en".into(), "pt-BR".into()],
        deprecated_after: Some(Date::constant(2027, 1, 6)),
    };
    Listing { models: vec![model], voices: voices.into_iter().collect() }
}

/// Keeps a list, and what is new in it.
async fn keep(shelf: &impl Shelf, before: &Listing, after: &Listing, at: i64) {
    let changes = changes(&before.voices, &after.voices, at);
    shelf.keep("eleven", after.clone(), changes).await.unwrap();
}

fn told(changes: &[Change]) -> Vec<String> {
    let told = |change: &Change| {
        let (id, seconds) = (&change.voice, (change.at_unix_ms - AT) / 1000);
        match &change.what {
            What::Added { name } => format!("{seconds}: {id} {name} came"),
            What::Removed { name } => format!("{seconds}: {id} {name} went"),
            What::Renamed { from, to } => format!("{seconds}: {id} {from} is {to}"),
        }
    };
    changes.iter().map(told).collect()
}

async fn a_list_is_there_after_a_restart_as_it_was(site: &Site) {
    let known = Voice {
        languages: vec!["en-GB".into()],
        gender: Some(Gender::Neutral),
        description: Some("An \"odd\" one,\0 ça va.".into()),
        labels: [("age".into(), "middle_aged".into()), ("".into(), "'; DROP TABLE listings".into())].into(),
        preview_url: Some("https://example.com/a.mp3".into()),
        deprecated_after: Some(Date::constant(2030, 5, 1)),
        status: VoiceStatus::Unavailable { reason: "It rests.".into() },
        ..voice("a:b", "Änne\0")
    };
    let kept = listing([known, voice("c", "Cleo")]);
    let before = site.open().await;
    assert!(
        before.listings().await.unwrap().is_empty()
            && Shelf::changes(&before, None, 9).await.unwrap().is_empty()
    );
    keep(&before, &Listing::default(), &kept, AT).await;
    before.keep("acme", Listing::default(), Vec::new()).await.unwrap();
    before.close().await;
    let after = site.open().await;
    assert_eq!(
        after.listings().await.unwrap(),
        [("acme".to_owned(), Listing::default()), ("eleven".to_owned(), kept)]
    );
    let changes = Shelf::changes(&after, None, 9).await.unwrap();
    assert_eq!(told(&changes), ["0: eleven:c Cleo came", "0: eleven:a:b Änne came"]);
}

async fn a_list_takes_the_place_of_the_one_before(site: &Site) {
    let database = site.open().await;
    let first = listing([voice("a", "Anna"), voice("b", "Bert")]);
    let second = listing([voice("b", "Bertram"), voice("c", "Cleo")]);
    keep(&database, &Listing::default(), &first, AT).await;
    keep(&database, &first, &second, AT + 1_000).await;
    keep(&database, &second, &second, AT + 2_000).await;
    assert_eq!(database.listings().await.unwrap(), [("eleven".to_owned(), second)]);
    let changes = Shelf::changes(&database, None, 9).await.unwrap();
    assert_eq!(
        told(&changes),
        [
            "1: eleven:a Anna went",
            "1: eleven:c Cleo came",
            "1: eleven:b Bert is Bertram",
            "0: eleven:b Bert came",
            "0: eleven:a Anna came",
        ]
    );
}

async fn changes_are_told_newest_first_page_by_page(site: &Site) {
    let database = site.open().await;
    let all = listing((0..10).map(|number| voice(&format!("v{number}"), "Somebody")));
    keep(&database, &Listing::default(), &all, AT).await;
    let (mut pages, mut before) = (Vec::new(), None);
    loop {
        let page = Shelf::changes(&database, before, 4).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.iter().is_sorted_by(|a, b| a.number > b.number));
        before = Some(last.number);
        pages.push(page.iter().map(|change| change.voice.voice.clone()).collect::<Vec<_>>().join(" "));
    }
    assert_eq!(pages, ["v9 v8 v7 v6", "v5 v4 v3 v2", "v1 v0"]);
    assert!(Shelf::changes(&database, None, 0).await.unwrap().is_empty());
    assert_eq!(Shelf::changes(&database, None, usize::MAX).await.unwrap().len(), 10);
}

/// Both ask the same vendor at the same time, and both have known nothing before.
async fn what_two_programs_see_is_kept_once(site: &Site) {
    let (here, there) = (site.open().await, site.open().await);
    let (first, second) = (listing([voice("a", "Anna"), voice("b", "Bert")]), listing([voice("a", "Ann")]));
    for (before, after, at) in [(&Listing::default(), &first, AT), (&first, &second, AT + 1_000)] {
        futures::join!(keep(&here, before, after, at), keep(&there, before, after, at));
    }
    let changes = Shelf::changes(&here, None, 9).await.unwrap();
    assert_eq!(
        told(&changes),
        [
            "1: eleven:b Bert went",
            "1: eleven:a Anna is Ann",
            "0: eleven:b Bert came",
            "0: eleven:a Anna came"
        ]
    );
}

async fn ten_thousand_voices_are_kept_and_noted(site: &Site) {
    let database = site.open().await;
    let many = listing((0..10_000).map(|number| voice(&format!("{number:020}"), &format!("Voice {number}"))));
    keep(&database, &Listing::default(), &many, AT).await;
    assert_eq!(site.number("SELECT count(*) FROM voice_changes").await, 10_000);
    assert_eq!(database.listings().await.unwrap(), [("eleven".to_owned(), many)]);
}

async fn what_only_a_newer_program_can_read_costs_its_own_list_only(site: &Site) {
    let database = site.open().await;
    let one = listing([voice("a", "Anna")]);
    keep(&database, &Listing::default(), &one, AT).await;
    site.execute(
        "INSERT INTO listings VALUES ('tomorrow', '{\"voices\": 7}');
         INSERT INTO voice_changes (at, voice, change, name) VALUES (1, 'eleven:a', 'sold', 'Anna')",
    )
    .await
    .unwrap();
    assert_eq!(database.listings().await.unwrap(), [("eleven".to_owned(), one)]);
    let changes = Shelf::changes(&database, None, 9).await.unwrap();
    assert_eq!(told(&changes), ["0: eleven:a Anna came"]);
    database.keep("tomorrow", Listing::default(), Vec::new()).await.unwrap();
    assert_eq!(database.listings().await.unwrap().len(), 2);
}

async fn after_a_year_nobody_is_told(site: &Site) {
    let database = site.open().await;
    let lists: Vec<Listing> = ["Anna", "Anne", "Annie"].map(|name| listing([voice("a", name)])).into();
    keep(&database, &Listing::default(), &lists[0], AT).await;
    keep(&database, &lists[0], &lists[1], AT + YEAR_MS).await;
    assert_eq!(Shelf::changes(&database, None, 9).await.unwrap().len(), 2, "a year to the day");
    keep(&database, &lists[1], &lists[2], AT + YEAR_MS + 1).await;
    let names: Vec<What> =
        Shelf::changes(&database, None, 9).await.unwrap().into_iter().map(|change| change.what).collect();
    let renamed = |from: &str, to: &str| What::Renamed { from: from.into(), to: to.into() };
    assert_eq!(names, [renamed("Anne", "Annie"), renamed("Anna", "Anne")]);
}
