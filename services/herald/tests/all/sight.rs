//! What a message tells depends on whose single households its webhook's owner may see.

use access::{Role, Who};
use herald::{Book, Filter, Wish};
use proto::gazetteer::Gazetteer;
use serde_json::{Value, json};

use crate::endpoint::{Behaviour, Endpoint};
use crate::world::{World, here, is_done};

fn milestone(unit: &str, indicator: &str) -> Value {
    json!({
        "specversion": "1.0",
        "id": "000000aa.reached",
        "source": "urn:tonghop:test",
        "type": "vn.tonghop.milestone.reached.v1",
        "time": "2021-05-14T10:11:12.345+07:00",
        "data": {
            "rule": "loans", "unit": unit, "indicator": indicator,
            "value": [50_000_000, 1], "line": [3, 1],
            "position": 17, "fact": "0123456789abcdef0123456789abcdef",
        },
    })
}

#[tokio::test]
async fn a_webhook_names_the_fact_and_the_amount_only_of_units_its_owner_may_see() {
    let officer = |key| Role::Officer { of: Gazetteer::embedded().unit(key).unwrap() };
    for (role, unit, sees) in [
        (officer("L-637"), "L-637", true),
        (officer("L-637"), "L-24097", true),
        (officer("L-637"), "L-638", false),
        (Role::Operator, "L-637", false),
        (Role::Open, "L-637", true),
    ] {
        let mut world = World::new().await;
        let endpoint = Endpoint::start(|_| Behaviour::Answer(200, "")).await;
        let told = milestone(unit, "loan_amount");
        world.append(told.to_string()).await;
        let who = Who { name: "hoa".to_owned(), role };
        let wish = Wish {
            name: "test".to_owned(),
            url: endpoint.url(),
            owner: who.name.clone(),
            since: Some(0),
            filter: Filter::default(),
            sees: herald::sees(&who),
        };
        let (id, _) =
            Book::change(world.config().data.as_path(), |book| book.add(wish, &here(), 0)).unwrap();
        let running = world.start(world.config()).await;
        running.until(id, |status| is_done(status, 1)).await;
        running.stop().await;
        let [received] = &endpoint.received()[..] else { panic!("one message") };
        let got: Value = serde_json::from_slice(&received.body).unwrap();
        if sees {
            assert_eq!(got, told, "{role:?} {unit}");
            continue;
        }
        let data = got["data"].as_object().unwrap();
        for field in ["fact", "position", "value", "line"] {
            assert!(!data.contains_key(field), "{role:?} {unit}: {got}");
        }
        assert_eq!(got["time"], "2021-05-14T00:00:00.000+07:00");
        assert_eq!((&data["unit"], &data["hidden"]), (&json!(unit), &json!(true)));
    }
}
