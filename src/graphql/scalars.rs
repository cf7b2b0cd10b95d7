//! Instants, days and times of day as the API writes them.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike, DurationRound, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Timelike, Utc};

/// An instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(pub chrono::DateTime<Utc>);

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(instant: chrono::DateTime<Utc>) -> Self {
        Self(instant)
    }
}

/// An instant, such as `2014-05-25T22:00:00.000Z` (RFC 3339). Answers are in UTC with three digits of a second; in input the
/// offset is required and may be any, such as `2014-05-26T00:00:00+02:00`.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let instant = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| {
                InputValueError::custom("must be an instant with its offset, such as 2014-05-26T00:00:00+02:00")
            })?
            .to_utc();
        // Clocks here have none, and a second that is none sorts nowhere.
        if instant.nanosecond() >= 1_000_000_000 {
            return Err(InputValueError::custom(
                "names a leap second; write the second before it, or 00:00:00 of the next day",
            ));
        }
        // With its offset it may lie in another year than the one written; SQLite sorts years of four digits only.
        if !(1..=9999).contains(&instant.year()) {
            return Err(InputValueError::custom("must be in the years 1 to 9999 (UTC)"));
        }
        // What both databases keep.
        Ok(Self(
            instant.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(instant),
        ))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalDate(pub NaiveDate);

impl From<NaiveDate> for LocalDate {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

/// A calendar day in the programme's time zone, such as `2014-05-25`.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/local-date")]
impl ScalarType for LocalDate {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        // The parser of chrono alone takes `2014-5-1` too.
        let day = if text.len() == 10 {
            NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
        } else {
            None
        };
        day.filter(|day| day.to_string() == *text)
            .map(Self)
            .ok_or_else(|| InputValueError::custom("must be a day of the calendar, such as 2014-05-25"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalTime(pub NaiveTime);

impl From<NaiveTime> for LocalTime {
    fn from(time: NaiveTime) -> Self {
        Self(time)
    }
}

/// A time of day in the programme's time zone, such as `09:30` or `09:30:15`; seconds are left out when there are none.
#[Scalar]
impl ScalarType for LocalTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let formats = ["%H:%M", "%H:%M:%S"];
        // The parser of chrono alone takes ` 9:30` and the leap second too.
        let read = |format| {
            NaiveTime::parse_from_str(text, format)
                .ok()
                .filter(|time| time.format(format).to_string() == *text)
        };
        formats
            .into_iter()
            .find_map(read)
            .filter(|time| time.nanosecond() == 0)
            .map(Self)
            .ok_or_else(|| InputValueError::custom("must be a time of day, such as 09:30 or 09:30:15"))
    }

    fn to_value(&self) -> Value {
        let format = if self.0.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
        Value::String(self.0.format(format).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again<T: ScalarType>(text: &str) -> Option<String> {
        let parsed = T::parse(Value::from(text)).ok()?;
        match parsed.to_value() {
            Value::String(text) => Some(text),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn instants() {
        for (given, told) in [
            ("2014-05-26T00:00:00+02:00", Some("2014-05-25T22:00:00.000Z")),
            ("2014-05-25T22:00:00.1239999Z", Some("2014-05-25T22:00:00.123Z")),
            ("2014-05-25T22:00:00", None),
            ("2014-05-25", None),
            ("9999-12-31T23:59:59Z", Some("9999-12-31T23:59:59.000Z")),
            ("9999-12-31T23:59:59-12:00", None),
            ("0001-01-01T00:00:00+14:00", None),
            ("2014-02-30T00:00:00Z", None),
            ("", None),
            ("now", None),
        ] {
            assert_eq!(again::<DateTime>(given).as_deref(), told, "{given}");
        }
        assert!(DateTime::parse(Value::from(1_400_000_000)).is_err());
        let kept = DateTime::parse(Value::from("2014-05-25T22:00:00.1234567Z")).unwrap();
        assert_eq!(kept.0.nanosecond(), 123_456_000);
    }

    #[test]
    fn days() {
        for (given, is_day) in [
            ("2014-05-25", true),
            ("2016-02-29", true),
            ("2014-02-29", false),
            ("2014-5-25", false),
            ("2014-5-0025", false),
            ("  2014-5-1", false),
            ("25-05-2014", false),
            ("2014-05-25T00:00:00Z", false),
            ("", false),
        ] {
            assert_eq!(again::<LocalDate>(given).as_deref(), is_day.then_some(given), "{given}");
        }
    }

    #[test]
    fn times() {
        for (given, told) in [
            ("09:30", Some("09:30")),
            ("09:30:00", Some("09:30")),
            ("23:59:59", Some("23:59:59")),
            ("24:00", None),
            ("23:59:60", None),
            ("9:30", None),
            (" 9:30", None),
            ("09:30Z", None),
            ("", None),
        ] {
            assert_eq!(again::<LocalTime>(given).as_deref(), told, "{given}");
        }
    }

    #[test]
    fn a_leap_second_is_refused() {
        assert_eq!(again::<DateTime>("2016-12-31T23:59:60Z"), None);
        assert_eq!(again::<LocalTime>("23:59:60"), None);
        assert!(again::<DateTime>("2016-12-31T23:59:59Z").is_some());
    }
}
