//! What goes wrong in offices: corrections, withdrawals, rivals, and facts that the record
//! contradicts.

use std::io;

use domain::codes::{Cause, Class, Standing};

use super::desk::Delay;
use super::homes::House;
use super::line::{Kind, Name, Office};
use super::memory::Remembered;
use super::random::mix;
use super::world::World;

/// The data up to a sum of money that comes last.
fn before_amount(data: &[u8]) -> Option<&[u8]> {
    const FIELD: &[u8] = b",\"amount\":";
    let at = data.windows(FIELD.len()).rposition(|window| window == FIELD)? + FIELD.len();
    let digits = data[at..].iter().take_while(|c| c.is_ascii_digit()).count();
    (&data[at + digits..] == b"}}").then_some(&data[..at])
}

impl World<'_> {
    /// Something is put right: by a correction, or by a void.
    pub(super) fn put_right(&mut self, by_void: bool) -> io::Result<()> {
        if by_void { self.withdraw() } else { self.replace(true) }
    }

    /// Writes a fact again with another sum: as its correction, or carelessly under the same id.
    fn replace(&mut self, openly: bool) -> io::Result<()> {
        let fits = |fact: &Remembered| before_amount(&fact.data).is_some();
        let Some(at) = self.memory.any(&mut self.random, fits) else { return Ok(()) };
        let fact = self.memory.facts[at].clone();
        let Some(lead) = before_amount(&fact.data) else { return Ok(()) };
        let amount = self.random.within(1, 90) * 500_000;
        let key = self.land.gazetteer.key(fact.unit);
        let mut number = fact.number;
        if openly {
            self.numbers += 1;
            number = self.numbers;
        }
        let name = Name { office: fact.office, unit: key, number };
        self.head(fact.kind, name, fact.named, fact.on, Delay(0));
        if openly {
            self.line.raw(",\"correctsid\":\"");
            self.line.id(fact.number);
            self.line.raw("\",\"correctsreason\":\"ghi nhầm số tiền\"");
        }
        self.line.raw(",\"data\":{\"unit\":\"");
        self.line.raw(key);
        self.line.raw("\"");
        let data_at = self.line.0.len();
        self.line.0.extend_from_slice(lead);
        self.line.digits(amount);
        self.line.raw("}}");
        self.memory.facts[at] =
            Remembered { number, data: self.line.0[data_at..].to_vec(), ..fact };
        if self.memory.facts[at].named.is_none() || !openly {
            // A collective fact is corrected once: a chain has no common subject.
            self.memory.facts.swap_remove(at);
        }
        if openly {
            self.desk.summary.corrections += 1;
        } else {
            self.desk.summary.slips += 1;
        }
        self.hand_in(fact.kind)
    }

    fn withdraw(&mut self) -> io::Result<()> {
        let Some(at) = self.memory.any(&mut self.random, |_| true) else { return Ok(()) };
        let fact = self.memory.facts.swap_remove(at);
        let key = self.land.gazetteer.key(fact.unit);
        self.numbers += 1;
        let name = Name { office: fact.office, unit: key, number: self.numbers };
        // Dated as the fact: on a later day the unit may be no more.
        self.head(Kind::FactVoided, name, fact.named, fact.on, Delay(0));
        self.line.raw(",\"data\":{\"unit\":\"");
        self.line.raw(key);
        self.line.raw("\",\"of\":{\"source\":\"");
        self.line.source(name);
        self.line.raw("\",\"id\":\"");
        self.line.id(fact.number);
        self.line.raw("\"},\"reason\":\"nhập nhầm hộ\"}}");
        self.hand_in(Kind::FactVoided)
    }

    /// A fact that the fold will find something in.
    pub(super) fn slip(&mut self) -> io::Result<()> {
        self.desk.summary.slips += 1;
        let Some(at) = self.any_house() else { return Ok(()) };
        let house = self.houses[at];
        match self.random.below(9) {
            0 => match house.standing {
                // Repeated where it is near-poor, unheard of where it stands above.
                Standing::NearPoor | Standing::Above => {
                    self.classify(at, Standing::Poor, Standing::NearPoor, Cause::Review)
                }
                Standing::Poor => {
                    self.classify(at, Standing::NearPoor, Standing::Above, Cause::Review)
                }
            },
            1 => {
                let wrong = match house.class(self.today) {
                    Class::Poor => Class::NearPoor,
                    Class::NearPoor => Class::NewlyEscaped,
                    Class::NewlyEscaped | Class::Other => Class::Poor,
                };
                self.lend(&house, wrong)
            }
            2 => self.complete(&house, 7),
            3 => self.lend(&self.stranger(house), Class::Poor),
            4 => {
                let stranger = self.stranger(house);
                self.begin_for(Kind::SizeChanged, Office::Commune, &stranger);
                self.line.number("persons", 4);
                self.line.text("cause", "other");
                self.end(Kind::SizeChanged)
            }
            5 => {
                self.desk.summary.slips -= 1;
                self.replace(false)
            }
            6 if house.works > 0 => self.start(&house, house.works),
            6 => self.complete(&house, 8),
            7 => {
                // Paid out at another commune's desk.
                let slot = self.land.slot_near(house.place, &mut self.random);
                let away = slot.and_then(|slot| self.land.home(slot, self.era));
                self.lend(
                    &House { place: away.unwrap_or(house.place), ..house },
                    house.class(self.today),
                )
            }
            _ => {
                self.begin_for(Kind::Registered, Office::Commune, &house);
                self.entry(&house);
                self.end(Kind::Registered)
            }
        }
    }

    /// A household that no record knows.
    fn stranger(&self, house: House) -> House {
        House { pseudonym: mix(house.pseudonym ^ 0x5EED), ..house }
    }
}
