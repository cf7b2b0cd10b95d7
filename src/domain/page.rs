//! A stretch of a long list, by the keys of its rows, so that it survives rows that come and go.

/// Which stretch is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window<K> {
    /// Only what comes after this key.
    pub after: Option<K>,
    /// Only what comes before this key.
    pub before: Option<K>,
    /// At most so many.
    pub limit: usize,
    /// Counted from the end of the stretch; the order of the answer stays the same.
    pub is_from_end: bool,
}

impl<K> Window<K> {
    /// The first rows.
    pub fn first(limit: usize) -> Self {
        Self {
            after: None,
            before: None,
            limit,
            is_from_end: false,
        }
    }
}

/// A stretch of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// There are rows before.
    pub has_previous: bool,
    /// There are rows after.
    pub has_next: bool,
    /// Rows in the whole list, whatever the stretch.
    pub total: u64,
}

impl<T> Page<T> {
    /// A page out of rows fetched for a window: one more than its limit, in the order of fetching (backwards from the end).
    pub fn of_fetched<K>(mut rows: Vec<T>, window: &Window<K>, total: u64) -> Self {
        let has_more = rows.len() > window.limit;
        rows.truncate(window.limit);
        if window.is_from_end {
            rows.reverse();
        }
        let (has_previous, has_next) = if window.is_from_end {
            (has_more, window.before.is_some())
        } else {
            (window.after.is_some(), has_more)
        };
        Self {
            items: rows,
            has_previous,
            has_next,
            total,
        }
    }

    /// A page of a list that is at hand whole, in the order of its keys.
    pub fn of_list<K: Ord>(list: Vec<T>, key: impl Fn(&T) -> K, window: &Window<K>) -> Self {
        let total = list.len() as u64;
        let within = |item: &T| {
            let key = key(item);
            window.after.as_ref().is_none_or(|after| key > *after)
                && window.before.as_ref().is_none_or(|before| key < *before)
        };
        let mut rows: Vec<T> = list.into_iter().filter(within).collect();
        if window.is_from_end {
            rows.reverse();
        }
        Self::of_fetched(rows, window, total)
    }

    /// The same stretch of other things.
    pub fn map<U>(self, to: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(to).collect(),
            has_previous: self.has_previous,
            has_next: self.has_next,
            total: self.total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwards_and_backwards_give_the_same_order() {
        let list = || (1..=5).collect::<Vec<i32>>();
        let page = |after, before, limit, is_from_end| {
            Page::of_list(
                list(),
                |n| *n,
                &Window {
                    after,
                    before,
                    limit,
                    is_from_end,
                },
            )
        };
        let first = page(None, None, 2, false);
        assert_eq!(
            (first.items, first.has_previous, first.has_next, first.total),
            (vec![1, 2], false, true, 5)
        );
        let next = page(Some(2), None, 2, false);
        assert_eq!((next.items, next.has_previous, next.has_next), (vec![3, 4], true, true));
        let last = page(None, None, 2, true);
        assert_eq!(
            (last.items, last.has_previous, last.has_next),
            (vec![4, 5], true, false)
        );
        let before = page(None, Some(4), 2, true);
        assert_eq!(
            (before.items, before.has_previous, before.has_next),
            (vec![2, 3], true, true)
        );
        // A cursor whose row is gone still marks its place.
        assert_eq!(page(Some(9), None, 2, false).items, Vec::<i32>::new());
    }
}
