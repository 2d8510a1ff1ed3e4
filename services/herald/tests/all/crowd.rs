//! Endpoints that hang, in crowds.

use herald::Filter;

use crate::endpoint::{Behaviour, Endpoint};
use crate::world::{NEVER, World, is_done};

#[tokio::test]
async fn however_many_endpoints_hang_the_others_get_their_messages() {
    let mut world = World::new().await;
    let hanging = Endpoint::start(|_| Behaviour::Hang).await;
    let good = Endpoint::start(|_| Behaviour::Answer(200, "")).await;
    // More than there are places beyond the first of each.
    for _ in 0..40 {
        world.subscribe(&hanging.url(), Filter::default());
    }
    let (id, _) = world.subscribe(&good.url(), Filter::default());
    let units = ["L-637", "L-638", "L-24076", "L-24079", "VN"];
    for unit in units {
        world.publish(unit).await;
    }
    let mut config = world.config();
    // Nothing ends by itself.
    config.limits.attempt = NEVER;
    config.at_once_more = 8;
    let running = world.start(config).await;
    // One of each, and eight more, of five messages each.
    hanging.until(48).await;
    running.until(id, |status| is_done(status, 5)).await;
    for unit in units {
        world.publish(unit).await;
    }
    running.until(id, |status| is_done(status, 10)).await;
    assert_eq!(good.received().len(), 10);
    assert_eq!(hanging.received().len(), 48, "no more are under way than may be");
    assert_eq!(running.counted().under_way, 48);
    running.stop().await;
}

#[tokio::test]
async fn one_subscription_has_at_most_four_messages_under_way() {
    let mut world = World::new().await;
    let hanging = Endpoint::start(|_| Behaviour::Hang).await;
    let good = Endpoint::start(|_| Behaviour::Answer(200, "")).await;
    world.subscribe(&hanging.url(), Filter::default());
    let (id, _) = world.subscribe(&good.url(), Filter::default());
    let units = ["L-637", "L-638", "L-24076", "L-24079", "VN", "L-637"];
    for unit in units {
        world.publish(unit).await;
    }
    let mut config = world.config();
    config.limits.attempt = NEVER;
    let running = world.start(config).await;
    hanging.until(4).await;
    // While another is sent all of it, and more, nothing is added to those four.
    for unit in units {
        world.publish(unit).await;
    }
    running.until(id, |status| is_done(status, 12)).await;
    assert_eq!(running.counted().under_way, 4);
    assert_eq!(hanging.received().len(), 4);
    running.stop().await;
}
