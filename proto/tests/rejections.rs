//! What intake refuses: one line per case, with the reason and the field.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeSet;

use proto::reject::Reason::{self, *};

const LOAN: &str = r#"{"specversion":"1.0","type":"vn.tonghop.loan.disbursed.v1","source":"//vbsp.example/krong-pa","id":"L1","subject":"household/52.7d1f0c52a9e84b36","time":"2021-03-05T09:30:00+07:00","data":{"unit":"L-24097","class":"poor","programme":"poor_household","purpose":"household_economy","amount":50000000}}"#;
const HOUSEHOLD: &str = r#"{"specversion":"1.0","type":"vn.tonghop.household.registered.v1","source":"//xa.example","id":"H1","subject":"household/52.7d1f0c52a9e84b36","time":"2021-01-01T00:00:00+07:00","data":{"unit":"L-24097","village":"buôn Thim","standing":"above","persons":4,"traits":["merit"],"left_poverty":"2020-11-30"}}"#;
const MOVED: &str = r#"{"specversion":"1.0","type":"vn.tonghop.household.moved_within.v1","source":"//xa.example","id":"M1","subject":"household/52.7d1f0c52a9e84b36","time":"2021-01-01T00:00:00+07:00","data":{"unit":"L-24097","from":"L-24112"}}"#;
const HOUSE: &str = r#"{"specversion":"1.0","type":"vn.tonghop.house.started.v1","source":"//xa.example","id":"N1","subject":"household/52.7d1f0c52a9e84b36","time":"2021-01-01T00:00:00+07:00","data":{"unit":"L-24097","house":"h1","construction":"new","fund":"community","class":"poor","amount":1}}"#;
const SUPPORT: &str = r#"{"specversion":"1.0","type":"vn.tonghop.support.delivered.v1","source":"//xa.example","id":"S1","subject":"household/52.7d1f0c52a9e84b36","time":"2021-01-01T00:00:00+07:00","data":{"unit":"L-24097","kind":"rice","quantity":15,"counted_in":"kg","persons":4}}"#;
const RICE: &str = r#"{"specversion":"1.0","type":"vn.tonghop.support.delivered.v1","source":"//xa.example","id":"S2","time":"2021-01-01T00:00:00+07:00","data":{"unit":"L-24097","kind":"rice","quantity":45390,"counted_in":"kg","households":740}}"#;
const CENSUS: &str = r#"{"specversion":"1.0","type":"vn.tonghop.census.reported.v1","source":"//xa.example","id":"C1","time":"2021-01-01T00:00:00+07:00","data":{"unit":"L-637","households":19077,"reference":"Niên giám"}}"#;
const TARGET: &str = r#"{"specversion":"1.0","type":"vn.tonghop.target.adjusted.v1","source":"//xa.example","id":"T1","time":"2021-01-01T00:00:00+07:00","correctsid":"T0","correctsreason":"Ghi nhầm","data":{"unit":"L-637","indicator":"poverty_rate_reduction","period":"2021@civil","value":"3.0","set_by":"commune","reference":"146/QĐ-UBND","reason":"Giao lại"}}"#;
const FUNDS: &str = r#"{"specversion":"1.0","type":"vn.tonghop.funds.allocated.v1","source":"//xa.example","id":"F1","time":"2021-03-05T00:00:00+07:00","data":{"unit":"L-24097","project":"livelihood","fund":"central_budget","amount":420000000,"from":"L-637"}}"#;
const EXIT: &str = r#"{"specversion":"1.0","type":"vn.tonghop.household.registered_to_exit.v1","source":"//xa.example","id":"E1","subject":"household/52.7d1f0c52a9e84b36","time":"2021-01-01T00:00:00+07:00","data":{"unit":"L-24097","year":2021,"sponsor":"none"}}"#;
const VOID: &str = r#"{"specversion":"1.0","type":"vn.tonghop.fact.voided.v1","source":"//xa.example","id":"V1","time":"2021-01-01T00:00:00+07:00","data":{"unit":"L-637","of":{"source":"//xa.example","id":"C1"},"reason":"Nhập hai lần"}}"#;

/// A line, what is changed in it, the reason and the field.
type Case = (&'static str, &'static str, &'static str, Reason, &'static str);

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Not one JSON object.
    (LOAN, LOAN, "xin chào", NotJson, ""),
    (LOAN, LOAN, "", NotJson, ""),
    (LOAN, LOAN, "[]", NotJson, ""),
    (LOAN, LOAN, r#"["1.0","vn.tonghop.loan.disbursed.v1","a","b",null,"2021-01-01"]"#, NotJson, ""),
    (LOAN, r#"000}}"#, r#"000}"#, NotJson, ""),
    (LOAN, r#"000}}"#, r#"000}} {}"#, NotJson, ""),
    (LOAN, r#"000}}"#, r#"000}},"#, NotJson, ""),
    (LOAN, r#"000}}"#, r#"000},}"#, NotJson, ""),
    (LOAN, r#"000}}"#, r#"000,}}"#, NotJson, ""),
    (LOAN, "50000000", "NaN", NotJson, ""),
    (LOAN, "50000000", "050", NotJson, ""),
    (LOAN, "poor\"", "\\ud800\"", NotJson, "data.class"),
    (LOAN, "\"id\":\"L1\"", "'id':'L1'", NotJson, ""),
    // Fields of the envelope.
    (LOAN, r#""id":"L1","#, "", MissingField, "id"),
    (LOAN, r#""specversion":"1.0","#, "", MissingField, "specversion"),
    (LOAN, r#""type":"vn.tonghop.loan.disbursed.v1","#, "", MissingField, "type"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","id":"L1","#, DuplicateField, "id"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","Name":"A","#, UnknownField, "Name"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","trace_parent":"A","#, UnknownField, "trace_parent"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","data_base64":"e30=","#, UnknownField, "data_base64"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","extra":{"a":1},"#, UnknownField, "extra"),
    // A support counted in households that tells of none.
    (RICE, r#""counted_in":"kg","households":740"#, r#""counted_in":"household""#, MissingField, "data.households"),
    (RICE, r#""counted_in":"kg","households":740"#, r#""counted_in":"household","households":null"#, MissingField, "data.households"),
    (HOUSEHOLD, "buôn Thim", "bu\u{fffd}n Thim", BadText, "data.village"),
    // A misspelt attribute is not taken for an extension.
    (LOAN, r#""time":"#, r#""tyme":"#, MissingField, "time"),
    (LOAN, r#""source":"#, r#""sourc":"#, MissingField, "source"),
    (RICE, r#""id":"S2","#, r#""id":"S2","subjet":"household/52.7d1f0c52a9e84b36","#, UnknownField, "subjet"),
    (TARGET, "correctsid", "correctid", UnknownField, "correctid"),
    (TARGET, "correctsreason", "correctreason", UnknownField, "correctreason"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","sequnce":"1","#, UnknownField, "sequnce"),
    // Nor is a field of data that stands outside of it.
    (RICE, r#""id":"S2","#, r#""id":"S2","persons":3,"#, UnknownField, "persons"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","village":"Thim","#, UnknownField, "village"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","part":"N-24112","#, UnknownField, "part"),
    (LOAN, r#""id":"L1","#, r#""id":null,"#, WrongType, "id"),
    (LOAN, r#""id":"L1","#, r#""id":1,"#, WrongType, "id"),
    (LOAN, r#""id":"L1","#, r#""id":"","#, BadText, "id"),
    (LOAN, r#""id":"L1","#, r#""id":"một","#, BadText, "id"),
    (LOAN, r#""id":"L1","#, r#""id":"a b","#, BadText, "id"),
    (LOAN, r#""id":"L1","#, r#""id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","#, BadText, "id"),
    (LOAN, "//vbsp.example/krong-pa", "", BadText, "source"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","sequence":7,"#, WrongType, "sequence"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","sequence":"-1","#, OutOfRange, "sequence"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","sequence":"+1","#, OutOfRange, "sequence"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","sequence":"4294967296","#, OutOfRange, "sequence"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","sequence":"00000000001","#, OutOfRange, "sequence"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","datacontenttype":"text/xml","#, OutOfRange, "datacontenttype"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","datacontenttype":"application/json; charset=windows-1258","#, OutOfRange, "datacontenttype"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","datacontenttype":"application/json; version=1","#, OutOfRange, "datacontenttype"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","datacontenttype":"application/cloudevents+json","#, OutOfRange, "datacontenttype"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","dataschema":"https://example.org/x.json","#, Contradiction, "dataschema"),
    (LOAN, "\"1.0\"", "\"0.3\"", OutOfRange, "specversion"),
    (LOAN, "loan.disbursed.v1", "loan.disbursed.v2", UnknownType, "type"),
    (LOAN, "vn.tonghop.loan.disbursed.v1", "", UnknownType, "type"),
    (LOAN, "loan.disbursed", "loan.repaid", UnknownType, "type"),
    // Fields of the data, and the type of every scalar.
    (LOAN, r#","amount":50000000"#, "", MissingField, "data.amount"),
    (LOAN, r#""class":"poor","#, r#""class":"poor","class":"poor","#, DuplicateField, "data.class"),
    (LOAN, r#""class":"poor","#, r#""class":"poor","name":"A","#, UnknownField, "data.name"),
    (LOAN, r#"{"unit":"L-24097","class":"poor","programme":"poor_household","purpose":"household_economy","amount":50000000}"#, r#"["L-24097",null,null,"poor","poor_household","household_economy",1]"#, WrongType, "data"),
    (LOAN, r#"{"unit":"L-24097","class":"poor","programme":"poor_household","purpose":"household_economy","amount":50000000}"#, "\"\"", WrongType, "data"),
    (LOAN, r#""class":"poor""#, r#""class":1"#, WrongType, "data.class"),
    (LOAN, r#""class":"poor""#, r#""class":null"#, WrongType, "data.class"),
    (LOAN, r#""class":"poor""#, r#""class":"rich""#, UnknownCode, "data.class"),
    (LOAN, r#""class":"poor""#, r#""class":"Poor""#, UnknownCode, "data.class"),
    (LOAN, r#""L-24097""#, "24097", WrongType, "data.unit"),
    (LOAN, r#""L-24097""#, r#"["L-24097"]"#, WrongType, "data.unit"),
    (HOUSEHOLD, r#"["merit"]"#, r#"["merit","tall"]"#, UnknownCode, "data.traits[1]"),
    (HOUSEHOLD, r#"["merit"]"#, r#""merit""#, WrongType, "data.traits"),
    (HOUSEHOLD, r#"["merit"]"#, r#"[1]"#, WrongType, "data.traits[0]"),
    (HOUSEHOLD, r#""buôn Thim""#, "5", WrongType, "data.village"),
    (HOUSEHOLD, r#""2020-11-30""#, "20201130", WrongType, "data.left_poverty"),
    (TARGET, r#""2021@civil""#, "2021", WrongType, "data.period"),
    (TARGET, r#""3.0""#, "3.0", WrongType, "data.value"),
    (TARGET, r#""poverty_rate_reduction""#, "1", WrongType, "data.indicator"),
    (VOID, r#"{"source":"//xa.example","id":"C1"}"#, r#"["//xa.example","C1"]"#, WrongType, "data.of"),
    (VOID, r#""id":"C1""#, r#""id":1"#, WrongType, "data.of.id"),
    (VOID, r#","id":"C1""#, "", MissingField, "data.of.id"),
    (VOID, r#","id":"C1""#, r#","id":"C1","day":1"#, UnknownField, "data.of.day"),
    // Numbers.
    (LOAN, "50000000", "-1", NegativeMoney, "data.amount"),
    (LOAN, "50000000", "-99999999999999999999", NegativeMoney, "data.amount"),
    (LOAN, "50000000", "0.5", NotWhole, "data.amount"),
    (LOAN, "50000000", "50000000.5", NotWhole, "data.amount"),
    (LOAN, "50000000", "5e-1", NotWhole, "data.amount"),
    (LOAN, "50000000", "5e15", OutOfRange, "data.amount"),
    (LOAN, "50000000", "-5e7", NegativeMoney, "data.amount"),
    (LOAN, "50000000", "1000000000000001", OutOfRange, "data.amount"),
    (LOAN, "50000000", "9223372036854775808", OutOfRange, "data.amount"),
    (LOAN, "50000000", "99999999999999999999", OutOfRange, "data.amount"),
    (LOAN, "50000000", "1e400", OutOfRange, "data.amount"),
    (LOAN, "50000000", "\"50000000\"", WrongType, "data.amount"),
    (LOAN, "50000000", "true", WrongType, "data.amount"),
    (LOAN, "50000000", "{}", WrongType, "data.amount"),
    (HOUSEHOLD, ":4", ":0", OutOfRange, "data.persons"),
    (HOUSEHOLD, ":4", ":100", OutOfRange, "data.persons"),
    (HOUSEHOLD, ":4", ":-4", OutOfRange, "data.persons"),
    (HOUSEHOLD, ":4", ":4.5", NotWhole, "data.persons"),
    (SUPPORT, ":15", ":-15", OutOfRange, "data.quantity"),
    (SUPPORT, ":15", ":2000000001", OutOfRange, "data.quantity"),
    (CENSUS, "19077", "-1", OutOfRange, "data.households"),
    (EXIT, "2021,", "1921,", OutOfRange, "data.year"),
    (TARGET, r#""3.0""#, r#""3,0""#, BadNumber, "data.value"),
    (TARGET, r#""3.0""#, r#""""#, BadNumber, "data.value"),
    (TARGET, r#""3.0""#, r#""+3""#, BadNumber, "data.value"),
    (TARGET, r#""3.0""#, r#""1e3""#, BadNumber, "data.value"),
    (TARGET, r#""3.0""#, r#""0.1234567""#, BadNumber, "data.value"),
    (TARGET, r#""3.0""#, r#""999999999999999.999999""#, BadNumber, "data.value"),
    (TARGET, r#""2021@civil""#, r#""2021-13""#, BadDate, "data.period"),
    (TARGET, r#""2021@civil""#, r#""năm 2021""#, BadDate, "data.period"),
    // Days.
    (LOAN, "2021-03-05T09:30:00+07:00", "2021-02-29", BadDate, "time"),
    (LOAN, "2021-03-05T09:30:00+07:00", "05/03/2021", BadDate, "time"),
    (LOAN, "2021-03-05T09:30:00+07:00", "2021-03-05T09:30:00", BadDate, "time"),
    (LOAN, "2021-03-05T09:30:00+07:00", "2021-03-05T24:00:00+07:00", BadDate, "time"),
    (LOAN, "2021-03-05T09:30:00+07:00", "", BadDate, "time"),
    (LOAN, "2021-03-05T09:30:00+07:00", "2026-11-22", InFuture, "time"),
    (LOAN, "2021-03-05T09:30:00+07:00", "2026-11-21T17:00:00Z", InFuture, "time"),
    (LOAN, "2021-03-05T09:30:00+07:00", "2014-12-31", TooEarly, "time"),
    (LOAN, "2021-03-05T09:30:00+07:00", "2014-12-31T16:59:59Z", TooEarly, "time"),
    (LOAN, r#""id":"L1","#, r#""id":"L1","recordedtime":"hôm nay","#, BadDate, "recordedtime"),
    (HOUSEHOLD, "2020-11-30", "2020-11-31", BadDate, "data.left_poverty"),
    // Units.
    (LOAN, r#""L-24097""#, r#""""#, MissingField, "data.unit"),
    (LOAN, r#""L-24097""#, r#"{}"#, MissingField, "data.unit"),
    (LOAN, r#""L-24097""#, r#""L-99999""#, UnitUnknown, "data.unit"),
    (LOAN, r#""L-24097""#, r#""Xã Không Có, Krông Pa, Gia Lai""#, UnitUnknown, "data.unit"),
    (LOAN, r#""L-24097""#, r#""Phú Cần""#, UnitAmbiguous, "data.unit"),
    (LOAN, r#""L-24097""#, r#""24097""#, UnitAmbiguous, "data.unit"),
    (LOAN, r#""L-24097""#, r#"{"code":"24097"}"#, UnitAmbiguous, "data.unit"),
    (LOAN, r#""L-24097""#, r#"{"code":"24097","name":"Uar"}"#, UnitNameDisagrees, "data.unit"),
    (LOAN, r#""L-24097""#, r#"{"code":"24097","edition":"X"}"#, UnknownCode, "data.unit.edition"),
    (LOAN, r#""L-24097""#, r#"{"name":"Uar","level":"xã"}"#, UnknownCode, "data.unit.level"),
    (LOAN, r#""L-24097""#, r#"{"code":24097}"#, WrongType, "data.unit.code"),
    (LOAN, r#""L-24097""#, r#"{"village":"a"}"#, UnknownField, "data.unit.village"),
    (LOAN, r#""L-24097""#, r#""N-24112""#, UnitNotInForce, "data.unit"),
    (LOAN, r#""L-24097""#, r#"{"code":"24112","edition":"N"}"#, UnitNotInForce, "data.unit"),
    (LOAN, r#""L-24097""#, r#""Ia Rm\u094b\u0915, Krông Pa, Gia Lai""#, ForeignScript, "data.unit"),
    (LOAN, r#""L-24097""#, r#""Phú\u200bCần""#, BadText, "data.unit"),
    (LOAN, r#""L-24097""#, r#""Phú Cần 0905123456""#, PersonalData, "data.unit"),
    (LOAN, r#""L-24097""#, r#""L-24097","part":"N-24076""#, PartUnknown, "data.part"),
    (LOAN, r#""L-24097""#, r#""L-24550","part":"N-24561""#, OtherProvince, "subject"),
    (LOAN, r#""L-24097""#, r#""L-24550","part":"N-99999""#, UnitUnknown, "data.part"),
    (MOVED, "L-24112", "L-99999", UnitUnknown, "data.from"),
    (MOVED, "L-24112", "L-24550", OtherProvince, "data.from"),
    // Money comes from another unit, that is in force.
    (FUNDS, "L-637", "L-24097", Contradiction, "data.from"),
    (FUNDS, "L-637", "N-52", UnitNotInForce, "data.from"),
    (FUNDS, "L-637", "L-99999", UnitUnknown, "data.from"),
    (FUNDS, "420000000", "-1", NegativeMoney, "data.amount"),
    // Texts, in every field that has one.
    (HOUSEHOLD, "buôn Thim", "", BadText, "data.village"),
    (HOUSEHOLD, "buôn Thim", " ", BadText, "data.village"),
    (HOUSEHOLD, "buôn Thim", r"buôn\nThim", BadText, "data.village"),
    (HOUSEHOLD, "buôn Thim", "buôn Тhim", ForeignScript, "data.village"),
    (HOUSEHOLD, "buôn Thim", "nhà 231234567", PersonalData, "data.village"),
    (HOUSE, "\"h1\"", "\"064123456789\"", PersonalData, "data.house"),
    (CENSUS, "Niên giám", "ĐT 0905 123 456", PersonalData, "data.reference"),
    (TARGET, "146/QĐ-UBND", "84905123456", PersonalData, "data.reference"),
    (TARGET, "Giao lại", "CMND 231-234-567", PersonalData, "data.reason"),
    (TARGET, "Ghi nhầm", "CCCD 064 123 456 789", PersonalData, "correctsreason"),
    (TARGET, "Ghi nhầm", "", BadText, "correctsreason"),
    (VOID, "Nhập hai lần", "theo ông A 0905.123.456", PersonalData, "data.reason"),
    // Subjects.
    (LOAN, r#""subject":"household/52.7d1f0c52a9e84b36","#, "", BadSubject, "subject"),
    (CENSUS, r#""id":"C1","#, r#""id":"C1","subject":"household/52.7d1f0c52a9e84b36","#, BadSubject, "subject"),
    (CENSUS, r#""id":"C1","#, r#""id":"C1","subject":"fact/C0","#, BadSubject, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "fact/L0", BadSubject, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "52.7d1f0c52a9e84b36", BadSubject, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "household/7d1f0c52a9e84b36", BadSubject, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "household/52.7D1F0C52A9E84B36", BadSubject, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "household/52.nguyen-van-a-1970", BadSubject, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "household/52.7d1f0c52a9e84b3", BadSubject, "subject"),
    // What a list makes of a household without a number.
    (LOAN, "household/52.7d1f0c52a9e84b36", "household/52.", BadSubject, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "", BadSubject, "subject"),
    (LOAN, r#""household/52.7d1f0c52a9e84b36""#, "null", BadSubject, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "household/52.0000000000000000", BadSubject, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "household/52.e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", BadSubject, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "household/52.d41d8cd98f00b204e9800998ecf8427e", BadSubject, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "household/52.b613679a0814d9ec", BadSubject, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "household/52.064123456789", PersonalData, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "household/52.0000000231234567", PersonalData, "subject"),
    (LOAN, "household/52.7d1f0c52a9e84b36", "household/66.7d1f0c52a9e84b36", OtherProvince, "subject"),
    (LOAN, r#""L-24097""#, r#""VN""#, BadSubject, "subject"),
    // Corrections and voids.
    (TARGET, r#""correctsid":"T0","#, "", MissingField, "correctsid"),
    (TARGET, r#","correctsreason":"Ghi nhầm""#, "", MissingField, "correctsreason"),
    (TARGET, r#""correctsid":"T0","correctsreason":"Ghi nhầm""#, r#""correctssource":"//a""#, MissingField, "correctsid"),
    (TARGET, r#""correctsid":"T0""#, r#""correctsid":"T1""#, Contradiction, "correctsid"),
    (TARGET, r#""correctsid":"T0""#, r#""correctsid":"T1","correctssource":"//xa.example""#, Contradiction, "correctsid"),
    (TARGET, r#""correctsid":"T0""#, r#""correctsid":"T 0""#, BadText, "correctsid"),
    (TARGET, r#""correctsid":"T0""#, r#""correctsid":"T0","correctssource":"ở đây""#, BadText, "correctssource"),
    (VOID, r#""id":"V1","#, r#""id":"V1","correctsid":"V0","correctsreason":"nhầm","#, Contradiction, "correctsid"),
    (VOID, r#""id":"C1""#, r#""id":"V1""#, Contradiction, "data.of.id"),
    (VOID, r#""id":"C1""#, r#""id":"""#, BadText, "data.of.id"),
    // What one field says of another.
    (HOUSEHOLD, "\"above\"", "\"poor\"", Contradiction, "data.left_poverty"),
    (HOUSEHOLD, "2020-11-30", "2021-01-02", Contradiction, "data.left_poverty"),
    (SUPPORT, "\"persons\":4", "\"persons\":4,\"households\":1", Contradiction, "data.households"),
    (RICE, ":740", ":0", Contradiction, "data.households"),
    (CENSUS, r#""households":19077,"#, "", MissingField, "data.households"),
    (CENSUS, r#""households""#, r#""counted_on":"2021-01-02","households""#, Contradiction, "data.counted_on"),
    (CENSUS, "2021-01-01T", "2026-01-01T", UnitNotInForce, "data.unit"),
    (CENSUS, r#""households""#, r#""counted_on":"2020","households""#, BadDate, "data.counted_on"),
    (TARGET, "poverty_rate_reduction", "poor_housholds", UnknownIndicator, "data.indicator"),
];

#[test]
fn lines_are_refused_for_a_reason_with_the_field() {
    let intake = common::intake();
    let mut wrong = Vec::new();
    for (line, from, to, reason, field) in CASES {
        assert!(intake.take(line.as_bytes()).is_ok(), "taken as it is: {line}");
        assert!(line.contains(from), "{from} is not in {line}");
        let changed = line.replacen(from, to, 1);
        match intake.take(changed.as_bytes()) {
            Ok(_) => wrong.push(format!("{from} -> {to}: taken")),
            Err(rejection) if rejection.reason != *reason || rejection.field != *field => {
                wrong.push(format!("{from} -> {to}: {rejection}"));
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lines_are_refused_before_they_are_read() {
    let long = LOAN.replace("poor\"", &format!("{}\"", "a".repeat(64 * 1024)));
    let exact = format!("{}{}", "[".repeat(16), "]".repeat(16));
    let deep = format!("{}{}", "[".repeat(17), "]".repeat(17));
    let broken = [&LOAN.as_bytes()[..200], b"\xe1\xbb", &LOAN.as_bytes()[200..]].concat();
    let table: [(&[u8], Reason); 4] = [
        (long.as_bytes(), TooLarge),
        (exact.as_bytes(), NotJson),
        (deep.as_bytes(), TooDeep),
        (&broken, InvalidUtf8),
    ];
    for (line, reason) in table {
        assert_eq!(common::intake().take(line).unwrap_err().reason, reason);
    }
}

#[test]
fn every_reason_has_a_case() {
    let mut cases: BTreeSet<Reason> = CASES.iter().map(|case| case.3).collect();
    // The table above.
    cases.extend([TooLarge, TooDeep, InvalidUtf8]);
    assert_eq!(cases, Reason::ALL.iter().copied().collect());
}

/// Somebody's number, put into any place of a line, is in no message.
#[test]
fn rejections_never_repeat_somebodys_number() {
    let (card, phone) = ("231234567", "0905 123 456");
    let mut refused = 0;
    for line in [LOAN, HOUSEHOLD, MOVED, HOUSE, SUPPORT, RICE, CENSUS, TARGET, EXIT, VOID] {
        // In the place of each text, value or name of a field.
        let parts: Vec<&str> = line.split('"').collect();
        for at in (1..parts.len()).step_by(2) {
            for number in [card, phone] {
                for text in [number.to_owned(), format!("ông Nguyễn Văn A {number}")] {
                    let mut parts = parts.clone();
                    parts[at] = &text;
                    let line = parts.join("\"");
                    let Err(rejection) = common::intake().take(line.as_bytes()) else { continue };
                    refused += 1;
                    let told = rejection.to_string();
                    assert!(!told.contains(number), "{told}: {line}");
                }
            }
        }
    }
    assert!(refused > 300, "{refused}");
}

#[test]
fn ids_and_sources_number_facts_and_no_persons() {
    for (id, source, field) in [
        ("231234567", "krong-pa", Some("id")),
        ("CCCD064/123/456/789", "krong-pa", Some("id")),
        ("L1", "0905123456", Some("source")),
        ("412345678", "krong-pa", None),
        ("1612345678", "krong-pa", None),
        ("L-24097-2021-06-000000123", "krong-pa", None),
        ("550e8400-e29b-41d4-a716-446655440000", "krong-pa", None),
    ] {
        let line = LOAN.replace("\"L1\"", &format!("\"{id}\"")).replace("krong-pa", source);
        match (common::intake().take(line.as_bytes()), field) {
            (Ok(_), None) => {}
            (Err(rejection), Some(field)) => {
                assert_eq!((rejection.reason, &*rejection.field), (Reason::PersonalData, field));
                assert!(!rejection.to_string().contains(id), "{rejection}");
            }
            (taken, _) => panic!("{id} {source}: {:?}", taken.err()),
        }
    }
}
