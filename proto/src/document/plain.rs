//! Reads the values of a document that has neither escapes nor blanks, which is how every stored
//! one is written. Whatever looks otherwise is refused without a word: the careful reader says what
//! is wrong with it.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// What is still to be read. Nothing in it is below a blank or a backslash: a string ends at the
/// next quote.
pub(super) struct Plain<'a>(pub(super) &'a str);

/// It is written otherwise, or is not what was asked for.
#[derive(Debug)]
pub(super) struct Otherwise;

impl fmt::Display for Otherwise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not in canonical form")
    }
}

impl std::error::Error for Otherwise {}

impl de::Error for Otherwise {
    fn custom<T: fmt::Display>(_: T) -> Otherwise {
        Otherwise
    }
}

type Result<T> = std::result::Result<T, Otherwise>;

/// Most digits of a number that is sure to fit.
const DIGITS_MAX: usize = 18;

impl<'a> Plain<'a> {
    // Inlined, so that what is expected is compared as a constant.
    #[inline(always)]
    pub(super) fn literal(&mut self, expected: &str) -> Result<()> {
        self.0 = self.0.strip_prefix(expected).ok_or(Otherwise)?;
        Ok(())
    }

    /// Whether what is expected stands there; then it is passed.
    #[inline(always)]
    pub(super) fn has(&mut self, expected: &str) -> bool {
        self.literal(expected).is_ok()
    }

    #[inline(always)]
    pub(super) fn string(&mut self) -> Result<&'a str> {
        self.literal("\"")?;
        let end = memchr::memchr(b'"', self.0.as_bytes()).ok_or(Otherwise)?;
        let (string, rest) = self.0.split_at(end);
        self.0 = &rest[1..];
        Ok(string)
    }

    /// A whole number as JSON writes it; a fraction is left to the careful reader.
    fn number(&mut self) -> Result<i64> {
        let is_negative = self.has("-");
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(length);
        let is_long = length > 1 && digits.starts_with('0') || length > DIGITS_MAX;
        if is_long || is_negative && digits == "0" || rest.starts_with(['.', 'e', 'E']) {
            return Err(Otherwise);
        }
        self.0 = rest;
        let number: i64 = digits.parse().map_err(|_| Otherwise)?;
        Ok(if is_negative { -number } else { number })
    }
}

impl<'de> Deserializer<'de> for &mut Plain<'de> {
    type Error = Otherwise;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0.as_bytes().first() {
            Some(b'"') => visitor.visit_borrowed_str(self.string()?),
            Some(b'{') => self.deserialize_map(visitor),
            Some(b'[') => self.deserialize_seq(visitor),
            Some(_) => match self.number()? {
                number @ ..0 => visitor.visit_i64(number),
                number => visitor.visit_u64(number.unsigned_abs()),
            },
            None => Err(Otherwise),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_str(self.string()?)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.literal("{")?;
        visitor.visit_map(Members { plain: self, is_first: true })
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.literal("[")?;
        visitor.visit_seq(Members { plain: self, is_first: true })
    }

    /// `null` is left to the careful reader.
    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf unit
        unit_struct tuple tuple_struct enum identifier ignored_any
    }
}

/// What is inside an object or a list.
struct Members<'p, 'a> {
    plain: &'p mut Plain<'a>,
    is_first: bool,
}

impl Members<'_, '_> {
    /// Whether there is another one, behind its comma.
    #[inline(always)]
    fn has_next(&mut self, end: &str) -> Result<bool> {
        if self.plain.has(end) {
            return Ok(false);
        }
        if !std::mem::take(&mut self.is_first) {
            self.plain.literal(",")?;
        }
        Ok(true)
    }
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Otherwise;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if !self.has_next("}")? {
            return Ok(None);
        }
        let key = de::value::BorrowedStrDeserializer::new(self.plain.string()?);
        seed.deserialize(key).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        self.plain.literal(":")?;
        seed.deserialize(&mut *self.plain)
    }
}

impl<'de> SeqAccess<'de> for Members<'_, 'de> {
    type Error = Otherwise;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if !self.has_next("]")? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.plain).map(Some)
    }
}
