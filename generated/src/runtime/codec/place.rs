//! Where values go while they are read.
//!
//! A model is filled where it will stay. Returned from function to function it would be copied at every level of nesting, and without
//! optimisation every level would keep several copies on the stack, which a deep document could overflow.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::misfit::Took;

/// Where a value goes.
#[doc(hidden)]
pub trait Place<T>: Sized {
    /// Puts a value, or nothing.
    fn put(self, value: Option<T>);

    /// The same for a value of which something does not fit.
    fn put_odd(self, value: Option<T>) {
        self.put(value);
    }

    /// Puts a null: `value`, where the type has a value for it.
    fn null(self, value: Option<T>) -> Took;

    /// Puts the default and shows it, to be filled.
    fn fresh<'a>(self) -> &'a mut T
    where
        Self: 'a,
        T: Default;
}

/// What a place that takes the type's own null did.
fn took_null<T>(value: Option<&T>) -> Took {
    if value.is_some() {
        Took::Fits
    } else {
        Took::Null
    }
}

/// A property. Its null stands beside it, in [`Extra`](super::Extra).
impl<T> Place<T> for &mut Option<T> {
    #[inline]
    fn put(self, value: Option<T>) {
        *self = value;
    }

    fn null(self, _: Option<T>) -> Took {
        *self = None;
        Took::Null
    }

    fn fresh<'a>(self) -> &'a mut T
    where
        Self: 'a,
        T: Default,
    {
        self.insert(T::default())
    }
}

/// A property in a box.
impl<T> Place<T> for &mut Option<Box<T>> {
    #[inline]
    fn put(self, value: Option<T>) {
        *self = value.map(Box::new);
    }

    fn null(self, _: Option<T>) -> Took {
        *self = None;
        Took::Null
    }

    fn fresh<'a>(self) -> &'a mut T
    where
        Self: 'a,
        T: Default,
    {
        self.insert(Box::default())
    }
}

/// The next element of a list.
impl<T> Place<T> for &mut Vec<T> {
    #[inline]
    fn put(self, value: Option<T>) {
        if let Some(value) = value {
            make_first_room(self);
            self.push(value);
        }
    }

    fn null(self, value: Option<T>) -> Took {
        let took = took_null(value.as_ref());
        self.put(value);
        took
    }

    fn fresh<'a>(self) -> &'a mut T
    where
        Self: 'a,
        T: Default,
    {
        make_first_room(self);
        let index = self.len();
        // `push` would be given the default before it makes room, so the default would be made elsewhere and copied.
        self.resize_with(index + 1, T::default);
        &mut self[index]
    }
}

/// Bytes of the first room of a list, where more than one element fits.
const FIRST_ROOM: usize = 1024;

/// Makes room for the first elements of a list.
///
/// JSON does not tell how many elements follow. A `Vec` left alone begins with four, but many models take half a kilobyte, and most lists
/// inside of models hold one or two of them: half of the memory of a large response would be empty room, and its first touch is the
/// dearest part of reading.
#[inline]
fn make_first_room<T>(list: &mut Vec<T>) {
    if list.capacity() == 0 {
        list.reserve_exact((FIRST_ROOM / size_of::<T>().max(1)).clamp(1, 4));
    }
}

/// An entry of a map; of a key that stands twice, the last value counts.
pub(super) struct MapEntry<'m, T> {
    pub(super) map: &'m mut BTreeMap<String, T>,
    /// Stays where something is to be told of the value.
    pub(super) key: &'m mut String,
}

impl<T> Place<T> for MapEntry<'_, T> {
    #[inline]
    fn put(self, value: Option<T>) {
        match value {
            Some(value) => self.map.insert(std::mem::take(self.key), value),
            None => self.map.remove(self.key),
        };
    }

    fn put_odd(self, value: Option<T>) {
        match value {
            Some(value) => self.map.insert(self.key.clone(), value),
            None => self.map.remove(self.key),
        };
    }

    fn null(self, value: Option<T>) -> Took {
        let took = took_null(value.as_ref());
        self.put(value);
        took
    }

    fn fresh<'a>(self) -> &'a mut T
    where
        Self: 'a,
        T: Default,
    {
        match self.map.entry(self.key.clone()) {
            Entry::Vacant(entry) => entry.insert(T::default()),
            Entry::Occupied(mut entry) => {
                entry.insert(T::default());
                entry.into_mut()
            }
        }
    }
}

/// The place of a value that may be null.
pub(super) struct OrNull<P>(pub(super) P);

impl<T, P: Place<Option<T>>> Place<T> for OrNull<P> {
    fn put(self, value: Option<T>) {
        self.0.put(value.map(Some));
    }

    fn put_odd(self, value: Option<T>) {
        self.0.put_odd(value.map(Some));
    }

    fn null(self, _: Option<T>) -> Took {
        self.0.null(Some(None))
    }

    fn fresh<'a>(self) -> &'a mut T
    where
        Self: 'a,
        T: Default,
    {
        self.0.fresh().insert(T::default())
    }
}
