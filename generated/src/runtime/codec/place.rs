//! Where values go while they are read.
//!
//! A model is filled where it will stay. Returned from function to function it would be copied at every level of nesting, and without
//! optimisation every level would keep several copies on the stack, which a deep document could overflow.

/// Where a value goes.
#[doc(hidden)]
pub trait Place<T>: Sized {
    /// Puts a value, or nothing.
    fn put(self, value: Option<T>);

    /// Puts the default and shows it, to be filled.
    fn fresh<'a>(self) -> &'a mut T
    where
        Self: 'a,
        T: Default;
}

/// A property. Its null stands beside it, in [`Extra`](super::Extra).
impl<T> Place<T> for &mut Option<T> {
    #[inline]
    fn put(self, value: Option<T>) {
        *self = value;
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
            make_room(self);
            self.push(value);
        }
    }

    fn fresh<'a>(self) -> &'a mut T
    where
        Self: 'a,
        T: Default,
    {
        make_room(self);
        let index = self.len();
        // `push` would be given the default before it makes room, so the default would be made elsewhere and copied.
        self.resize_with(index + 1, T::default);
        &mut self[index]
    }
}

/// Makes room for one more element.
///
/// JSON does not tell how many elements follow. A `Vec` left alone begins with four, but many models take half a kilobyte, and most lists
/// inside of models hold one or two of them: half of the memory of a large response would be empty room, and its first touch is the
/// dearest part of reading.
#[inline]
fn make_room<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len().max(1));
    }
}

/// The place of a value that may be null.
pub(super) struct OrNull<P>(pub(super) P);

impl<T, P: Place<Option<T>>> Place<T> for OrNull<P> {
    fn put(self, value: Option<T>) {
        self.0.put(value.map(Some));
    }

    fn fresh<'a>(self) -> &'a mut T
    where
        Self: 'a,
        T: Default,
    {
        self.0.fresh().insert(T::default())
    }
}
