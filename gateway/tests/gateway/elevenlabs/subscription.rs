//! What a client reads of its budgets.

use billing::{Action, Budget, Measure, Standing, Sums, Window};
use serde_json::Value;

use crate::server::Server;

async fn figures(server: &Server, key: &str) -> [i64; 3] {
    let answer = server.get("/v1/user/subscription").header("xi-api-key", key).send().await;
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    ["character_count", "character_limit", "next_character_count_reset_unix"]
        .map(|figure| body[figure].as_i64().unwrap_or_else(|| panic!("{figure}: {body}")))
}

fn budget(measure: Measure, limit: i64, window: Window) -> Budget {
    Budget { key: None, measure, limit, window, action: Action::Refuse }
}

/// It is noon on the first of January 1970.
const TOMORROW: i64 = 86_400;
const FEBRUARY: i64 = 31 * 86_400;

#[tokio::test]
async fn of_budgets_of_characters_it_is_the_one_with_the_least_left() {
    let server = Server::start().await;
    server.memory.client("cl_ann");
    let ((key, prefix), (other, _)) =
        (server.memory.mint("cl_ann", None), server.memory.mint("cl_ann", None));
    let day = budget(Measure::Characters, 1000, Window::Day);
    let month = budget(Measure::Characters, 5000, Window::Month);
    let of_key = Budget { key: Some(prefix), limit: 900, ..month.clone() };
    let warns = Budget { action: Action::Warn, limit: 1, ..month.clone() };
    {
        let mut kept = server.memory.kept();
        let budgets = [day.clone(), month.clone(), of_key.clone(), warns];
        kept.budgets.extend(budgets.map(|budget| ("cl_ann".to_owned(), budget)));
        kept.standings = vec![
            Standing { budget: day, spent: 100, held: 50 },
            Standing { budget: month, spent: 4000, held: 0 },
            Standing { budget: of_key, spent: 890, held: 0 },
        ];
    }
    assert_eq!(figures(&server, &key).await, [890, 900, FEBRUARY]);
    assert_eq!(figures(&server, &other).await, [150, 1000, TOMORROW]);
}

#[tokio::test]
async fn with_money_alone_there_is_plenty_until_it_is_spent() {
    let server = Server::start().await;
    server.memory.client("cl_ann");
    let (key, _) = server.memory.mint("cl_ann", None);
    let money = budget(Measure::Money, 100, Window::Day);
    let standing = |spent, held| vec![Standing { budget: money.clone(), spent, held }];
    server.memory.kept().report = vec![(Default::default(), Sums { characters: 42, ..Sums::default() })];
    assert_eq!(figures(&server, &key).await, [42, 1_000_000_042, FEBRUARY], "no budget at all");
    server.memory.kept().budgets = vec![("cl_ann".into(), money.clone())];
    server.memory.kept().standings = standing(60, 39);
    assert_eq!(figures(&server, &key).await, [42, 1_000_000_042, FEBRUARY]);
    server.memory.kept().standings = standing(60, 40);
    assert_eq!(figures(&server, &key).await, [42, 42, FEBRUARY]);
    let (scope, group_by) = server.memory.kept().asked.last().cloned().unwrap();
    assert_eq!((scope.from_unix_ms, scope.to_unix_ms), (0, FEBRUARY * 1000));
    assert_eq!((scope.client.as_deref(), group_by.len()), (Some("cl_ann"), 0));
}
