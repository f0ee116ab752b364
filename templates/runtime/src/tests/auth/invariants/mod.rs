//! What always holds of tokens, each invariant by its number. A test that carries one has its number in its name, here or in another file of these
//! tests; `tests/house` checks that each has one.
//!
//! 1. Uniform: every operation and every raw request is refreshed and sent again in the same way, for every grant that can be renewed.
//! 2. Single flight: at most one token request is on its way for each cache, and all who wait share its outcome.
//! 3. Generations: a 401 names the token that it was sent with. If there is a newer one, the call is sent again with that, and nothing is refreshed.
//! 4. Bounded: replays and refreshes of a call end, before its deadline. An operation that always answers 401 costs the others nothing.
//! 5. Cancellation: dropping a call at any point loses no refresh token, holds no lock and wakes all others. A refresh whose task dies is started again.
//! 6. Stability: a refresh that fails leaves a token in use that still works. Failures are shared for a while, and never for good.
//! 7. Token requests go past the interceptor, in bounded attempts; permanent errors end at once, and say what to correct.
//! 8. Rotation: the newest refresh token is saved before its access token is used, and a spent one is never sent again, even if the store fails.
//! 9. Replay: only what can be sent again is. After a 401 that includes a POST; after a broken connection it does not.
//! 10. No leak: secrets are in no `Debug`, error, span or URL, and the token goes to the configured hosts only.
//! 11. Odd answers: each field of a token response that is missing, damaged or absurd has a rule.
//! 12. Sharing: processes with one store obtain one token between them, and one that dies delays the others by a bounded time.
//! 13. Logins: the same code or refresh token continues a stored session, another one begins anew, and nobody becomes someone else.

mod invariant_01;
mod invariant_02;
mod invariant_03;
mod invariant_04;
mod invariant_05;
mod invariant_06;
mod invariant_07;
mod invariant_08;
mod invariant_09;
mod invariant_10;
mod invariant_11;
mod invariant_12;
