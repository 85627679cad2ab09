//! Clients, what they prefer, their keys and their budgets; and how one is forgotten.

use std::collections::BTreeMap;

use billing::{
    Accounts, Action, Amendment, Budget, Client, Dimension, Key, Ledger, Measure, Preferences, Replay,
    Replays, Reports, Window,
};
use speech::{Fallback, Lexicon, Lexicons, Policy, Saying};
use store::StoreError;

use crate::both::on_both;
use crate::reports::{ALWAYS, charges};
use crate::site::{AT, Site, a_month, hold, mark, settlement};

on_both!(
    a_name_or_an_id_belongs_to_one,
    a_client_is_found_by_its_id_before_its_name,
    clients_of_the_configuration_are_there_once,
    what_a_client_prefers_is_amended_piece_by_piece,
    no_amendment_is_lost_to_another,
    budgets_are_given_in_place_of_others,
    budgets_hold_at_once,
    keys_are_listed_by_age,
    an_expired_key_does_not_come_back,
    a_new_key_has_the_budgets_of_the_old_one,
    keys_of_another_pepper_are_told_of,
    changes_are_seen_by_other_programs,
    a_forgotten_client_leaves_its_sums,
    forgetting_concerns_nobody_else,
    what_still_runs_brings_no_tags_back,
);

fn client(id: &str, name: &str) -> Client {
    let preferences = Preferences::default();
    Client { id: id.into(), name: Some(name.into()), created_unix_ms: AT, preferences }
}

/// Another name for a voice; without one it is taken back.
fn alias(alias: &str, voice: Option<&str>) -> Amendment {
    let aliases = BTreeMap::from([(alias.to_owned(), voice.map(str::to_owned))]);
    Amendment { aliases, ..Amendment::default() }
}

fn key(prefix: &str, client: &str, created_unix_ms: i64) -> Key {
    let digest = [prefix.len() as u8; 32];
    Key {
        prefix: prefix.into(),
        client: client.into(),
        digest,
        pepper: Some("salt".into()),
        created_unix_ms,
        expires_unix_ms: None,
    }
}

async fn a_name_or_an_id_belongs_to_one(site: &Site) {
    let database = site.open().await;
    assert!(database.create(client("cl_1", "ann"), vec![a_month(5)]).await.unwrap());
    for taken in [client("cl_1", "bob"), client("cl_2", "ann"), client("ann", "bob"), client("cl_2", "cl_1")]
    {
        assert!(!database.create(taken, vec![a_month(7)]).await.unwrap());
    }
    assert!(database.create(client("cl_2", "Ann"), vec![]).await.unwrap());
    let names = [client("cl_2", "Ann"), client("cl_1", "ann")];
    assert_eq!(database.clients().await.unwrap(), names, "by name");
    assert_eq!(database.budgets("cl_1").await.unwrap(), [a_month(5)]);
    assert_eq!(database.budgets("cl_2").await.unwrap(), []);
}

async fn a_client_is_found_by_its_id_before_its_name(site: &Site) {
    let database = site.open().await;
    database.create(client("cl_1", "ann"), vec![]).await.unwrap();
    for known in ["cl_1", "ann"] {
        assert_eq!(database.client(known).await.unwrap(), Some(client("cl_1", "ann")));
    }
    assert_eq!(database.client("ANN").await.unwrap(), None);
    assert_eq!(database.client("").await.unwrap(), None);
}

async fn clients_of_the_configuration_are_there_once(site: &Site) {
    let database = site.open().await;
    assert!(database.ensure(client("ann", "ann")).await.unwrap());
    let preferences = Preferences { policy: Some(Policy::LocalOnly), ..Preferences::default() };
    let later = Client { created_unix_ms: AT + 1, preferences, ..client("ann", "ann") };
    assert!(database.ensure(later.clone()).await.unwrap());
    let now = Client { created_unix_ms: AT, ..later };
    assert_eq!(database.clients().await.unwrap(), [now], "it prefers what the configuration says now");
    database.create(client("cl_1", "bob"), vec![]).await.unwrap();
    assert!(!database.ensure(client("bob", "bob")).await.unwrap(), "the name is another's");
    database.forget("ann").await.unwrap();
    assert!(database.ensure(client("ann", "ann")).await.unwrap());
    let forgotten = Client { name: None, ..client("ann", "") };
    assert_eq!(database.clients().await.unwrap(), [client("cl_1", "bob"), forgotten], "the forgotten last");
}

async fn what_a_client_prefers_is_amended_piece_by_piece(site: &Site) {
    let (here, there) = (site.open().await, site.open().await);
    let preferences = Preferences { fallback: Some(Fallback::Resume), ..Preferences::default() };
    let ann = Client { preferences, ..client("cl_1", "ann") };
    here.create(ann.clone(), vec![]).await.unwrap();
    here.create(client("cl_2", "bob"), vec![]).await.unwrap();
    let preferred = async || there.client("ann").await.unwrap().unwrap().preferences;
    assert_eq!(preferred().await, ann.preferences);

    let local = Amendment { policy: Some(Some(Policy::LocalOnly)), ..Amendment::default() };
    assert!(here.amend("cl_1", local).await.unwrap());
    for name in ["narrator", "a \"quoted\" one", "name'; --"] {
        assert!(here.amend("cl_1", alias(name, Some("kokoro:bm_george"))).await.unwrap());
    }
    assert!(here.amend("cl_1", alias("narrator", None)).await.unwrap());
    let now = preferred().await;
    assert_eq!((now.policy, now.fallback), (Some(Policy::LocalOnly), Some(Fallback::Resume)));
    let names: Vec<_> = now.aliases.keys().map(String::as_str).collect();
    assert_eq!(names, ["a \"quoted\" one", "name'; --"]);
    let back = Amendment { policy: Some(None), fallback: Some(None), ..Amendment::default() };
    assert!(here.amend("cl_1", back).await.unwrap());
    assert_eq!(preferred().await, Preferences { aliases: now.aliases, ..Preferences::default() });

    assert_eq!(there.client("bob").await.unwrap(), Some(client("cl_2", "bob")), "nobody else is concerned");
    assert!(!here.amend("ann", Amendment::default()).await.unwrap(), "preferences are an id's");
    here.forget("cl_1").await.unwrap();
    assert!(!here.amend("cl_1", alias("narrator", Some("one"))).await.unwrap(), "it was forgotten");
    assert_eq!(there.client("cl_1").await.unwrap().unwrap().preferences, Preferences::default());
}

async fn no_amendment_is_lost_to_another(site: &Site) {
    let (here, there) = (site.open().await, site.open().await);
    here.create(client("cl_1", "ann"), vec![]).await.unwrap();
    let names: Vec<String> = (0..20).map(|number| format!("name {number:02}")).collect();
    let amending = names.iter().enumerate().map(|(at, name)| {
        let database = if at % 2 == 0 { &here } else { &there };
        database.amend("cl_1", alias(name, Some("one")))
    });
    assert!(futures::future::join_all(amending).await.into_iter().all(Result::unwrap));
    let kept = here.client("cl_1").await.unwrap().unwrap().preferences.aliases;
    assert_eq!(kept.into_keys().collect::<Vec<_>>(), names);
}

async fn budgets_are_given_in_place_of_others(site: &Site) {
    let database = site.open().await;
    let budget = |key: Option<&str>, measure, window, action| Budget {
        key: key.map(str::to_owned),
        measure,
        limit: i64::MAX,
        window,
        action,
    };
    let budgets = vec![
        budget(None, Measure::Money, Window::Month, Action::Refuse),
        budget(Some("vs_aaaaaaaaaa"), Measure::Characters, Window::Rolling { hours: 36 }, Action::Throttle),
        budget(None, Measure::Audio, Window::Day, Action::Warn),
        budget(None, Measure::Money, Window::Rolling { hours: 720 }, Action::Warn),
    ];
    database.create(client("cl_1", "ann"), vec![a_month(5)]).await.unwrap();
    database.set_budgets("cl_1", budgets.clone()).await.unwrap();
    assert_eq!(database.budgets("cl_1").await.unwrap(), budgets, "as they were given, in that order");
    assert_eq!(database.budgets("ann").await.unwrap(), [], "budgets are an id's");
    database.set_budgets("cl_1", vec![]).await.unwrap();
    assert_eq!(database.budgets("cl_1").await.unwrap(), []);
}

async fn budgets_hold_at_once(site: &Site) {
    let (here, there) = (site.open().await, site.open().await);
    there.create(client("ann", "ann"), vec![a_month(99)]).await.unwrap();
    assert!(crate::site::is_refused(&here.hold(hold("r1", 100)).await.unwrap()));
    there.set_budgets("ann", vec![a_month(100)]).await.unwrap();
    assert_eq!(here.hold(hold("r1", 100)).await.unwrap(), crate::site::GRANTED);
}

async fn keys_are_listed_by_age(site: &Site) {
    let database = site.open().await;
    database.create(client("cl_1", "ann"), vec![]).await.unwrap();
    database.create(client("cl_2", "bob"), vec![]).await.unwrap();
    let keys = [key("vs_z", "cl_1", 1), key("vs_b", "cl_1", 2), key("vs_a", "cl_2", 1)];
    for key in &keys {
        assert!(database.add_key(key.clone()).await.unwrap());
    }
    assert!(!database.add_key(key("vs_a", "cl_1", 3)).await.unwrap(), "the prefix is taken");
    assert_eq!(database.keys("cl_1").await.unwrap(), keys[..2]);
    assert_eq!(database.key("vs_a").await.unwrap().as_ref(), Some(&keys[2]));
    assert_eq!(database.key("vs_").await.unwrap(), None);
    let nobodys = database.add_key(key("vs_n", "nobody", 1)).await;
    assert!(nobodys.is_err(), "every key is somebody's");
}

async fn a_new_key_has_the_budgets_of_the_old_one(site: &Site) {
    let database = site.open().await;
    let of = |key: &str, limit| Budget { key: Some(key.into()), ..a_month(limit) };
    for id in ["cl_1", "cl_2"] {
        database.create(client(id, &format!("name of {id}")), vec![]).await.unwrap();
    }
    database.add_key(key("vs_old", "cl_1", 1)).await.unwrap();
    let before = [of("vs_old", 7), a_month(5), Budget { window: Window::Day, ..of("vs_old", 3) }];
    database.set_budgets("cl_1", before.to_vec()).await.unwrap();
    database.set_budgets("cl_2", vec![a_month(9)]).await.unwrap();

    let taken = key("vs_old", "cl_2", 2);
    assert!(!database.rotate_key("vs_old", taken, AT).await.unwrap(), "the prefix is taken");
    assert_eq!(database.budgets("cl_1").await.unwrap(), before);
    assert!(database.rotate_key("vs_old", key("vs_new", "cl_1", 2), AT).await.unwrap());
    let inherited = [of("vs_new", 7), Budget { window: Window::Day, ..of("vs_new", 3) }];
    assert_eq!(database.budgets("cl_1").await.unwrap(), [&before[..], &inherited].concat());
    assert_eq!(database.budgets("cl_2").await.unwrap(), [a_month(9)]);
    let ends = async |prefix: &str| database.key(prefix).await.unwrap().unwrap().expires_unix_ms;
    assert_eq!((ends("vs_old").await, ends("vs_new").await), (Some(AT), None));
    // One whose client is nobody leaves nothing behind.
    assert!(database.rotate_key("vs_new", key("vs_lost", "nobody", 3), AT).await.is_err());
    assert_eq!(database.budgets("cl_1").await.unwrap().len(), 5);
    assert_eq!(ends("vs_new").await, None);
}

async fn keys_of_another_pepper_are_told_of(site: &Site) {
    let database = site.open().await;
    database.create(client("cl_1", "ann"), vec![]).await.unwrap();
    database.check_pepper("sugar", AT).await.unwrap();
    for key in [key("vs_a", "cl_1", 1), key("vs_b", "cl_1", 1)] {
        database.add_key(key).await.unwrap();
    }
    database.add_key(Key { pepper: None, ..key("vs_c", "cl_1", 1) }).await.unwrap();
    database.check_pepper("salt", AT).await.unwrap();
    let error = database.check_pepper("sugar", AT).await.unwrap_err();
    assert!(matches!(error, StoreError::OtherPepper { keys: 2, .. }), "{error}");
    database.expire_key("vs_a", AT).await.unwrap();
    database.expire_key("vs_b", AT + 1).await.unwrap();
    let error = database.check_pepper("sugar", AT).await.unwrap_err();
    assert!(matches!(error, StoreError::OtherPepper { keys: 1, .. }), "{error}");
    database.check_pepper("sugar", AT + 1).await.unwrap();
}

async fn an_expired_key_does_not_come_back(site: &Site) {
    let database = site.open().await;
    database.create(client("cl_1", "ann"), vec![]).await.unwrap();
    database.add_key(key("vs_a", "cl_1", 1)).await.unwrap();
    let expires = async || database.key("vs_a").await.unwrap().unwrap().expires_unix_ms;
    for (at, then) in [(AT, AT), (AT + 1, AT), (AT - 1, AT - 1)] {
        assert!(database.expire_key("vs_a", at).await.unwrap());
        assert_eq!(expires().await, Some(then));
    }
    assert!(!database.expire_key("vs_b", AT).await.unwrap());
}

async fn changes_are_seen_by_other_programs(site: &Site) {
    let (here, there) = (site.open().await, site.open().await);
    there.create(client("cl_1", "ann"), vec![]).await.unwrap();
    there.add_key(key("vs_a", "cl_1", 1)).await.unwrap();
    assert_eq!(here.client("ann").await.unwrap(), Some(client("cl_1", "ann")));
    assert_eq!(here.key("vs_a").await.unwrap(), Some(key("vs_a", "cl_1", 1)));
}

async fn a_forgotten_client_leaves_its_sums(site: &Site) {
    let database = site.open().await;
    database.create(client("ann", "Ann Onymous"), vec![a_month(9000)]).await.unwrap();
    database.add_key(key("vs_aaaaaaaaaa", "ann", 1)).await.unwrap();
    let word = Lexicon::new([("Onymous".to_owned(), Saying::Alias("on".into()))]).unwrap();
    database.add("ann", &word).await.unwrap();
    database.begin("ann", "key", "r", [1; 32], AT, AT + 1).await.unwrap();
    let replay = Replay { request: "r".into(), head: "{}".into(), audio: b"Ann speaks".to_vec() };
    database.finish("ann", "key", replay, AT + 1000).await.unwrap();
    // Over two days: some without tags, some with the same, some with others.
    for number in 0..12 {
        let mut settlement = settlement(&format!("r{number}"), 100 + number);
        settlement.row.at_unix_ms += (number % 4) * 12 * 3_600_000;
        settlement.row.tags = match number % 3 {
            0 => Default::default(),
            1 => settlement.row.tags,
            _ => std::sync::Arc::new([("person".to_owned(), format!("Ann {number}"))].into()),
        };
        database.settle(settlement).await.unwrap();
    }
    site.assert_books_agree().await;
    let dimensions = vec![Dimension::Client, Dimension::Key, Dimension::Voice, Dimension::Hour];
    let before = database.usage(ALWAYS, dimensions.clone()).await.unwrap();

    assert!(database.forget("ann").await.unwrap());
    site.assert_books_agree().await;
    assert_eq!(database.usage(ALWAYS, dimensions).await.unwrap(), before, "the sums are what they were");
    assert_eq!(site.number("SELECT count(*) FROM usage_hours").await, 4, "what is equal is one");
    for table in ["requests", "usage_hours"] {
        let tagged = format!("SELECT count(*) FROM {table} WHERE tags <> '{{}}'");
        assert_eq!(site.number(&tagged).await, 0, "{table}");
    }
    for table in ["keys", "lexicon", "replays"] {
        assert_eq!(site.number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    assert_eq!(database.client("ann").await.unwrap().unwrap().name, None);
    assert_eq!(database.client("Ann Onymous").await.unwrap(), None);
    assert_eq!(database.of("ann").await.unwrap(), Lexicon::default());
    assert!(database.forget("ann").await.unwrap(), "once more does no harm");
    // What still comes for it joins what is there.
    let mut late = settlement("late", 1);
    late.row.tags = Default::default();
    database.settle(late).await.unwrap();
    assert_eq!(site.number("SELECT count(*) FROM usage_hours").await, 4);
    site.assert_books_agree().await;
}

async fn forgetting_concerns_nobody_else(site: &Site) {
    let database = site.open().await;
    for (id, name) in [("ann", "ann"), ("bob", "bob")] {
        database.create(client(id, name), vec![]).await.unwrap();
    }
    database.add_key(key("vs_a", "ann", 1)).await.unwrap();
    database.settle(settlement("r1", 100)).await.unwrap();
    assert!(database.forget("bob").await.unwrap());
    assert!(!database.forget("Bob").await.unwrap(), "there is no such client");
    assert_eq!(database.clients().await.unwrap()[0], client("ann", "ann"));
    assert_eq!(database.keys("ann").await.unwrap().len(), 1);
    let by_team = database.usage(ALWAYS, vec![Dimension::Tag("team".into())]).await.unwrap();
    assert_eq!(charges(&by_team), [("a \"quoted\" one".to_owned(), 100)]);
}

async fn what_still_runs_brings_no_tags_back(site: &Site) {
    let database = site.open().await;
    database.create(client("ann", "Ann"), vec![]).await.unwrap();
    // One was reaped before its client was forgotten, one is afterwards, and one ends by itself.
    database.hold(hold("before", 100)).await.unwrap();
    assert_eq!(database.reap(AT + 60_001).await.unwrap(), 1);
    for id in ["after", "runs"] {
        database.hold(hold(id, 100)).await.unwrap();
    }
    assert!(database.forget("ann").await.unwrap());
    for (table, column) in [("holds", "mark"), ("reaped", "settlement")] {
        let tagged = format!("SELECT count(*) FROM {table} WHERE {column} LIKE '%quoted%'");
        assert_eq!(site.number(&tagged).await, 0, "{table}");
    }

    database.settle(settlement("runs", 70)).await.unwrap();
    Ledger::renew(&database, vec![mark("after", 50)]).await.unwrap();
    assert_eq!(database.reap(AT + 60_001).await.unwrap(), 1);
    assert_eq!(site.number("SELECT count(*) FROM reaped WHERE settlement LIKE '%quoted%'").await, 0);
    for id in ["before", "after"] {
        let mut late = settlement(id, 30);
        late.row.voice = Some("nova".into());
        database.settle(late).await.unwrap();
    }
    for table in ["requests", "usage_hours"] {
        let tagged = format!("SELECT count(*) FROM {table} WHERE tags <> '{{}}'");
        assert_eq!(site.number(&tagged).await, 0, "{table}");
    }
    let by_voice = database.usage(ALWAYS, vec![Dimension::Voice]).await.unwrap();
    let charges = charges(&by_voice);
    assert_eq!(charges, [("openai:alloy".to_owned(), 70), ("openai:nova".to_owned(), 60)]);
    assert_eq!(site.number("SELECT count(*) FROM usage_hours WHERE requests < 0").await, 0);
    site.assert_books_agree().await;
}
