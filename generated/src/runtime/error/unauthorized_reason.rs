//! Why a call ended with a 401.

use std::fmt;

/// Why a 401 was handed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnauthorizedReason {
    /// Nothing can renew the token: the caller supplied it, or its grant came without a refresh token.
    NotRenewable,
    /// The body is a stream that can be sent once.
    BodyNotReplayable,
    /// The API also refused the tokens of the refreshes that this call forced.
    RefusedAfterRefresh,
    /// The call was sent again as often as the settings allow.
    ReplaysUsedUp,
    /// The API accepts no token, and the next refresh is not due.
    InsideSpacing,
    /// The call's time is over, or would be before it could be sent again.
    DeadlineExceeded,
    /// The token could not be renewed.
    RefreshFailed,
    /// This operation refuses a token that others are accepted with.
    OperationRefuses,
}

impl UnauthorizedReason {
    /// What to do about it, in whole sentences; `cause` is what kept the call from a new token.
    pub(crate) fn advice(self, cause: Option<&dyn fmt::Display>) -> String {
        let text = match self {
            Self::NotRenewable => {
                "The API rejected the access token, and nothing can renew it: supply a new one, or log in again. Check that the OAuth client (or the user's authorization) still exists and is active in this region"
            }
            Self::BodyNotReplayable => {
                "The API rejected the access token, and the call could not be resent, because its body is a stream that can be sent only once: supply the body through a factory"
            }
            Self::RefusedAfterRefresh | Self::InsideSpacing => {
                "The API rejects tokens that the login server has just issued: check that both belong to the same region, and that the OAuth client is active and has its roles"
            }
            Self::ReplaysUsedUp => {
                "The call was resent as often as allowed, and the API rejected every token: check what revokes them, and that the OAuth client is active"
            }
            Self::DeadlineExceeded => {
                "The API rejected the access token, and the call's deadline passed before it could be resent: increase its timeout"
            }
            Self::RefreshFailed => "The API rejected the access token, and it could not be renewed",
            Self::OperationRefuses => {
                "This operation rejects an access token that the API accepts for other operations: read the body of the response, and check that the operation is available to this OAuth client (or user)"
            }
        };
        match cause {
            Some(cause) => format!("{text}: {cause}"),
            None => text.to_owned(),
        }
    }
}
