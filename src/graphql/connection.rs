//! Lists that can grow, as Relay connections (GraphQL Cursor Connections Specification), written once.

use std::borrow::Cow;

use async_graphql::{Object, OutputType, Result, SimpleObject, TypeName};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::DateTime;
use uuid::Uuid;

use super::error_code::ErrorCode;
use crate::{
    app::timeline::TimelineKey,
    domain::{
        ids::MessageId,
        page::{Page, Window},
    },
};

/// Length of a page that says nothing else.
pub const DEFAULT_PAGE: usize = 20;
/// Longest page.
pub const MAX_PAGE: usize = 100;

/// What a list is sorted by, as a part of a cursor.
pub trait SortKey: Sized {
    /// As text.
    fn write(&self) -> String;

    /// Back from text; none: it was not written here.
    fn read(text: &str) -> Option<Self>;
}

impl SortKey for Uuid {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        Self::try_parse(text).ok()
    }
}

impl SortKey for MessageId {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl SortKey for i64 {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl SortKey for String {
    fn write(&self) -> String {
        self.clone()
    }

    fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.to_owned())
    }
}

impl SortKey for TimelineKey {
    fn write(&self) -> String {
        format!("{}/{}/{}", self.at.timestamp_micros(), self.rank, self.key)
    }

    fn read(text: &str) -> Option<Self> {
        let (micros, rest) = text.split_once('/')?;
        let (rank, key) = rest.split_once('/')?;
        let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
        Some(Self {
            at,
            rank: rank.parse().ok()?,
            key: key.to_owned(),
        })
    }
}

/// What stands in a connection.
pub trait Listed: OutputType {
    /// What the connection is called: `NAMEConnection` with `NAMEEdge`s. Cursors carry it, so that one list's cursor is not
    /// taken for another's.
    const NAME: &'static str;
    /// What the list is sorted by.
    type Key: SortKey;

    /// Where it stands in the list.
    fn key(&self) -> Self::Key;
}

fn cursor<T: Listed>(key: &T::Key) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{}:{}", T::NAME, key.write()))
}

fn key_in<T: Listed>(cursor: &str) -> Option<T::Key> {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (name, key) = text.split_once(':')?;
    if name == T::NAME { T::Key::read(key) } else { None }
}

/// The arguments of a connection.
#[derive(Debug, Clone, Default)]
pub struct Paging {
    /// So many from the beginning.
    pub first: Option<i32>,
    /// Only what comes after this cursor.
    pub after: Option<String>,
    /// So many from the end.
    pub last: Option<i32>,
    /// Only what comes before this cursor.
    pub before: Option<String>,
}

impl Paging {
    /// The stretch that is asked for.
    ///
    /// # Errors
    /// BAD_USER_INPUT when the arguments contradict each other, are out of bounds, or a cursor is not this list's.
    pub fn window<T: Listed>(self) -> Result<Window<T::Key>> {
        let refused = |message: String| ErrorCode::BadUserInput.error(message);
        let limit = |argument: &str, value: i32| {
            let limit = usize::try_from(value).ok().filter(|limit| *limit <= MAX_PAGE);
            limit.ok_or_else(|| refused(format!("`{argument}` must be from 0 to {MAX_PAGE}, not {value}")))
        };
        let key = |argument: &str, cursor: Option<String>| {
            let read = |cursor: String| {
                key_in::<T>(&cursor).ok_or_else(|| refused(format!("`{argument}` is not a cursor of this list")))
            };
            cursor.map(read).transpose()
        };
        let (limit, is_from_end) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(refused("give `first` or `last`, not both".to_owned())),
            (Some(first), None) => (limit("first", first)?, false),
            (None, Some(last)) => (limit("last", last)?, true),
            (None, None) => (DEFAULT_PAGE, false),
        };
        Ok(Window {
            after: key("after", self.after)?,
            before: key("before", self.before)?,
            limit,
            is_from_end,
        })
    }
}

/// What a page may cost, in things: what is asked for, within the bounds. Refusing what is out of bounds is
/// [`Paging::window`]'s task.
pub fn page_cost(first: Option<i32>, last: Option<i32>) -> usize {
    let asked = first.or(last).and_then(|asked| usize::try_from(asked).ok());
    asked.unwrap_or(DEFAULT_PAGE).clamp(1, MAX_PAGE)
}

/// One thing in a list, and its place there.
#[derive(Debug, SimpleObject)]
#[graphql(name_type)]
pub struct Edge<T: Listed> {
    /// The place, for `after` and `before`.
    cursor: String,
    /// The thing.
    node: T,
}

impl<T: Listed> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::NAME).into()
    }
}

/// Where a stretch of a list begins and ends, and what lies beyond.
#[derive(Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether there is something before the stretch, where that is known: always for `last`, and when `after` was given.
    has_previous_page: bool,
    /// Whether there is something after the stretch, where that is known: always for `first`, and when `before` was given.
    has_next_page: bool,
    /// The place of the first thing, for `before`; null in an empty stretch.
    start_cursor: Option<String>,
    /// The place of the last thing, for `after`; null in an empty stretch.
    end_cursor: Option<String>,
}

/// A stretch of a list.
pub struct Connection<T: Listed> {
    edges: Vec<Edge<T>>,
    page_info: PageInfo,
    total_count: u64,
}

/// A stretch of a list.
#[Object(name_type)]
impl<T: Listed> Connection<T> {
    /// The things with their places, in the order of the list.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// The things alone, in the same order: for clients that go on from `endCursor`.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where the stretch begins and ends, and what lies beyond.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many there are in the whole list, whatever the stretch.
    async fn total_count(&self) -> u64 {
        self.total_count
    }
}

impl<T: Listed> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::NAME).into()
    }
}

impl<T: Listed> From<Page<T>> for Connection<T> {
    fn from(page: Page<T>) -> Self {
        let edge = |node: T| Edge {
            cursor: cursor::<T>(&node.key()),
            node,
        };
        let edges: Vec<Edge<T>> = page.items.into_iter().map(edge).collect();
        Self {
            page_info: PageInfo {
                has_previous_page: page.has_previous,
                has_next_page: page.has_next,
                start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                end_cursor: edges.last().map(|edge| edge.cursor.clone()),
            },
            total_count: page.total,
            edges,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two lists with keys of the same type.
    #[derive(Debug, SimpleObject)]
    struct Apple {
        number: i64,
    }

    #[derive(Debug, SimpleObject)]
    struct Pear {
        number: i64,
    }

    impl Listed for Apple {
        const NAME: &'static str = "Apple";
        type Key = i64;
        fn key(&self) -> i64 {
            self.number
        }
    }

    impl Listed for Pear {
        const NAME: &'static str = "Pear";
        type Key = i64;
        fn key(&self) -> i64 {
            self.number
        }
    }

    fn window(
        first: Option<i32>,
        after: Option<&str>,
        last: Option<i32>,
        before: Option<&str>,
    ) -> Result<Window<i64>, String> {
        let paging = Paging {
            first,
            after: after.map(str::to_owned),
            last,
            before: before.map(str::to_owned),
        };
        paging.window::<Apple>().map_err(|error| {
            assert_eq!(
                error.extensions.and_then(|all| all.get("code").cloned()),
                Some("BAD_USER_INPUT".into())
            );
            error.message
        })
    }

    #[test]
    fn stretches() {
        let (after, before) = (cursor::<Apple>(&3), cursor::<Apple>(&9));
        let plain = Window {
            after: None,
            before: None,
            limit: 20,
            is_from_end: false,
        };
        assert_eq!(window(None, None, None, None), Ok(plain.clone()));
        assert_eq!(
            window(Some(0), None, None, None),
            Ok(Window {
                limit: 0,
                ..plain.clone()
            })
        );
        assert_eq!(
            window(Some(100), Some(&after), None, Some(&before)),
            Ok(Window {
                limit: 100,
                after: Some(3),
                before: Some(9),
                is_from_end: false
            })
        );
        assert_eq!(
            window(None, None, Some(5), Some(&before)),
            Ok(Window {
                limit: 5,
                before: Some(9),
                is_from_end: true,
                ..plain
            })
        );
    }

    #[test]
    fn what_is_out_of_bounds_or_anothers_is_refused() {
        let pear = cursor::<Pear>(&3);
        for (first, after, last, before) in [
            (Some(-1), None, None, None),
            (Some(101), None, None, None),
            (Some(i32::MIN), None, None, None),
            (None, None, Some(-1), None),
            (None, None, Some(101), None),
            (Some(1), None, Some(1), None),
            (None, Some(pear.as_str()), None, None),
            (None, None, None, Some(pear.as_str())),
            (None, Some(""), None, None),
            (None, Some("QXBwbGU6"), None, None),
            (None, Some("é"), None, None),
        ] {
            assert!(
                window(first, after, last, before).is_err(),
                "{first:?} {after:?} {last:?} {before:?}"
            );
        }
    }

    #[test]
    fn every_key_comes_back() {
        let id = Uuid::from_u128(77);
        assert_eq!(Uuid::read(&id.write()), Some(id));
        assert_eq!(MessageId::read(&MessageId(id).write()), Some(MessageId(id)));
        let at = DateTime::from_timestamp_micros(1_400_000_000_000_001).unwrap();
        let key = TimelineKey {
            at,
            rank: 2,
            key: "decision/programme/1".to_owned(),
        };
        assert_eq!(TimelineKey::read(&key.write()), Some(key));
        for garbled in ["9223372036854775807/0/x", "0/x", "0/256/x", "0/-1/x", ""] {
            assert_eq!(TimelineKey::read(garbled), None, "{garbled}");
        }
    }

    #[test]
    fn a_page_costs_what_it_may_hold() {
        assert_eq!(page_cost(None, None), 20);
        assert_eq!(page_cost(Some(3), None), 3);
        assert_eq!(page_cost(None, Some(50)), 50);
        assert_eq!(page_cost(Some(0), None), 1);
        assert_eq!(page_cost(Some(i32::MAX), None), 100);
        assert_eq!(page_cost(Some(-5), None), 20);
    }
}
