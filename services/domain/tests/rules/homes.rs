//! Where a household lives on a day, by its record.

use domain::codes::Standing::{NearPoor, Poor};
use domain::contribution::home;
use domain::fact::Fact;
use domain::timeline::Timeline;

use crate::story::{classified, day, dissolved, loan, moved, numbered, registered, voided};
use crate::world::{IA_MLAH, KRONG_PA, PHU_CAN, PHU_TUC, rules};
use domain::codes::Class;

#[test]
fn a_home_is_where_the_record_says_on_that_day() {
    let lived: Vec<Fact> = vec![
        registered("2020-01-01", PHU_CAN, Poor, 4),
        moved("2021-03-01", PHU_CAN, IA_MLAH),
        dissolved("2022-05-01", IA_MLAH),
    ];
    let implied = vec![classified("2021-02-01", PHU_TUC, NearPoor, Poor, 4)];
    let passing = vec![loan("2021-02-01", KRONG_PA, Class::Other, 1)];
    let mut undone = lived.clone();
    undone.push(voided("2021-03-01", PHU_CAN, 2));
    let table = [
        (&lived, "2019-12-31", Some(PHU_CAN), "before the record: where it begins"),
        (&lived, "2020-01-01", Some(PHU_CAN), "the first day"),
        (&lived, "2021-02-28", Some(PHU_CAN), "the day before the move"),
        (&lived, "2021-03-01", Some(IA_MLAH), "the day of the move"),
        (&lived, "2022-05-01", None, "it is no more"),
        (&undone, "2021-06-01", Some(PHU_CAN), "the move never was"),
        (&implied, "2020-01-01", Some(PHU_TUC), "a classification opens the record"),
        (&passing, "2021-02-01", None, "a loan tells no home"),
        (&vec![], "2021-02-01", None, "nobody knows it"),
    ];
    for (facts, on, expected, why) in table {
        let timeline = Timeline::from(numbered(facts.iter().cloned()));
        assert_eq!(home(&timeline, &rules(), day(on)), expected.map(Into::into), "{why}");
    }
}
