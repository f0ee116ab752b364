//! The options that each call has setters for.

/// Writes the setters of the options of one call, each in terms of `$change`, which changes the options of a call.
macro_rules! setters {
    ($visibility:vis $change:path) => {
        /// The longest that the whole call may take. See [`CallOptions::with_timeout`].
        #[must_use = "it returns the changed call"]
        $visibility fn with_timeout(self, timeout: std::time::Duration) -> Self {
            $change(self, |options| options.with_timeout(timeout))
        }

        /// When the whole call must have ended. See [`CallOptions::with_deadline`].
        #[must_use = "it returns the changed call"]
        $visibility fn with_deadline(self, deadline: std::time::Instant) -> Self {
            $change(self, |options| options.with_deadline(deadline))
        }

        /// The longest that one attempt may take. See [`CallOptions::with_attempt_timeout`].
        #[must_use = "it returns the changed call"]
        $visibility fn with_attempt_timeout(self, timeout: std::time::Duration) -> Self {
            $change(self, |options| options.with_attempt_timeout(timeout))
        }

        /// When and how often the call is tried again. See [`CallOptions::with_retry`].
        #[must_use = "it returns the changed call"]
        $visibility fn with_retry(self, policy: $crate::runtime::pipeline::RetryPolicy) -> Self {
            $change(self, |options| options.with_retry(policy))
        }

        /// Adds a header. See [`CallOptions::with_header`].
        #[must_use = "it returns the changed call"]
        $visibility fn with_header(self, name: &str, value: &str) -> Self {
            $change(self, |options| options.with_header(name, value))
        }

        /// Whether the call may be sent again although the first one may have been carried out. See [`CallOptions::with_idempotent`].
        #[must_use = "it returns the changed call"]
        $visibility fn with_idempotent(self, idempotent: bool) -> Self {
            $change(self, |options| options.with_idempotent(idempotent))
        }

        /// Whether a redirect is followed, without the token. See [`CallOptions::with_follow_redirects`].
        #[must_use = "it returns the changed call"]
        $visibility fn with_follow_redirects(self, follow: bool) -> Self {
            $change(self, |options| options.with_follow_redirects(follow))
        }

        /// Whether a value of the response that does not fit its type is an error. See [`CallOptions::with_strict_decoding`].
        #[must_use = "it returns the changed call"]
        $visibility fn with_strict_decoding(self, strict: bool) -> Self {
            $change(self, |options| options.with_strict_decoding(strict))
        }
    };
}

pub(super) use setters;
