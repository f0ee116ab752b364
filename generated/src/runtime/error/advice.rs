//! What to do about an error, in words.

use std::fmt;

use http::StatusCode;
use url::Url;

use super::{Error, Stop};
use crate::runtime::operation::RequiredPermissions;
use crate::runtime::region::Region;
use crate::runtime::transport::PROXY_LOGIN;

/// Writes the advice for `error`, beginning with a full stop, if there is any.
pub(super) fn write(error: &Error, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let credential = error.operation().and_then(|operation| operation.credential);
    match error.status() {
        Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) if credential.is_some() => {
            formatter.write_str(". Check the credential that the call was given")?;
            if let Some(scheme) = credential {
                write!(formatter, " for the security scheme {:?}", scheme.name)?;
            }
            formatter.write_str("; the client's own token is not sent with this operation")
        }
        Some(StatusCode::UNAUTHORIZED) => formatter.write_str(
            ". Check that the OAuth client (or the user's authorization) still exists and is active in this region, and that its secret was not changed",
        ),
        Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED) => {
            write!(formatter, ". A proxy requires a login: {PROXY_LOGIN}")
        }
        Some(StatusCode::FORBIDDEN) => forbidden(error, formatter),
        Some(StatusCode::TOO_MANY_REQUESTS) => rate_limited(error, formatter),
        Some(status) if status.is_redirection() && status != StatusCode::NOT_MODIFIED => {
            redirect(error, formatter)
        }
        _ => Ok(()),
    }
}

/// Says where a redirect leads. Following it is advised only where a call without a token can be meant.
fn redirect(error: &Error, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(location) = error.location() else {
        return formatter.write_str(". The redirect has no usable Location");
    };
    let host = match Url::parse(location) {
        Ok(url) => url.host_str().map(str::to_owned),
        Err(_) => error.inner.api_host.clone(),
    };
    let Some(host) = host else {
        return formatter.write_str(". The redirect has no usable Location");
    };
    if error.inner.api_host.as_ref() == Some(&host) {
        return formatter.write_str(
            ". It points to another path of the same server: call that one with Client::request, because a redirect is followed without a token",
        );
    }
    write!(formatter, ". It points to `{host}`")?;
    match Region::of_host(&host) {
        Some(region) => write!(
            formatter,
            ", a server of the region {}: if the organization is there, set that region (ClientBuilder::region)",
            region.name()
        ),
        None => formatter.write_str(
            "; CallOptions::with_follow_redirects follows it with a GET without the token, as a download needs. If you do not know the host, a proxy or a captive portal has answered",
        ),
    }
}

/// Writes what to do about an error that the API did not write.
pub(super) fn write_foreign(formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    formatter.write_str(
        ". It comes from a firewall, a proxy or a gateway between the program and the API: ask its operators; the page may have an id for them (Error::body)",
    )
}

/// Writes why the call was not sent again, beginning with a full stop, where the rest of the text does not tell.
pub(super) fn write_stop(stop: Option<Stop>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    formatter.write_str(match stop {
        Some(Stop::BodyGone) => {
            ". The call was not retried, because its body is a stream that can be sent only once: supply the body through a factory"
        }
        Some(Stop::Deadline) => {
            ". The call was not retried, because its deadline is before the next attempt"
        }
        Some(Stop::Budget) => {
            ". The call was not retried, because the retry budget of the client is used up: too many of its calls fail"
        }
        _ => return Ok(()),
    })
}

fn forbidden(error: &Error, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    permissions(error, formatter)?;
    let scopes = error
        .operation()
        .map_or(&[][..], |operation| operation.scopes);
    match scopes {
        [] => return Ok(()),
        [_] => formatter.write_str(". A user's token needs the OAuth scope ")?,
        _ => formatter.write_str(". A user's token needs ANY of these OAuth scopes: ")?,
    }
    join(scopes, formatter)
}

fn permissions(error: &Error, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let names = match error.operation().map(|operation| operation.permissions) {
        Some(RequiredPermissions::Any(names)) if names.len() > 1 => {
            formatter.write_str(". The operation needs ANY of these permissions: ")?;
            names
        }
        Some(RequiredPermissions::All(names)) if names.len() > 1 => {
            formatter.write_str(". The operation needs ALL of these permissions: ")?;
            names
        }
        Some(RequiredPermissions::Any(names) | RequiredPermissions::All(names))
            if !names.is_empty() =>
        {
            formatter.write_str(". The operation needs the permission ")?;
            names
        }
        _ => {
            return formatter.write_str(
                ". Give a role with the missing permission to the OAuth client (or the user)",
            );
        }
    };
    join(names, formatter)?;
    formatter.write_str(
        "; give a role that holds it, for the right division, to the OAuth client (or the user)",
    )
}

fn join(names: &[&str], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            formatter.write_str(", ")?;
        }
        formatter.write_str(name)?;
    }
    Ok(())
}

fn rate_limited(error: &Error, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let Some(limit) = error
        .api_error()
        .and_then(|api_error| api_error.limit.as_ref())
    {
        formatter.write_str(". The limit ")?;
        match (&limit.namespace, &limit.key) {
            (Some(namespace), Some(key)) => write!(formatter, "{namespace}/{key}")?,
            (None, Some(key)) => formatter.write_str(key)?,
            (Some(namespace), None) => formatter.write_str(namespace)?,
            (None, None) => formatter.write_str("of the API")?,
        }
        if let Some(value) = limit.value {
            write!(formatter, " of {value}")?;
        }
        formatter.write_str(" is used up")?;
    } else {
        formatter.write_str(". A rate limit is used up")?;
    }
    match error.retry_after().filter(|delay| !delay.is_zero()) {
        Some(delay) => write!(
            formatter,
            "; try again in {} s",
            delay.as_secs_f64().ceil() as u64
        ),
        None => formatter.write_str("; try again later, or let the client pace its calls"),
    }
}
