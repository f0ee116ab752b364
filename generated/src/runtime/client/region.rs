//! Parses regions.

use std::str::FromStr;

use crate::runtime::error::Error;
use crate::runtime::region::{CustomDomain, Region};

impl Region {
    /// A region by its domain, whose servers are `api.{domain}` and `login.{domain}`.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Region;
    ///
    /// let region = Region::custom("new.pure.cloud")?;
    /// assert_eq!(region.domain(), "new.pure.cloud");
    /// assert!(Region::custom("https://new.pure.cloud").is_err());
    /// # Ok::<(), genesys_cloud::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `domain` is not a host name: it has a scheme, a port, a path, or characters that no host name has.
    pub fn custom(domain: &str) -> Result<Self, Error> {
        let labels_are_good = domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
        if labels_are_good && domain.contains('.') && domain.len() <= 240 {
            Ok(Self::Custom(CustomDomain(domain.to_ascii_lowercase())))
        } else {
            Err(Error::configuration(format!(
                "{} is not the domain of a region; expected one like `mypurecloud.com`, without scheme, port or path",
                shown(domain)
            )))
        }
    }
}

impl FromStr for Region {
    type Err = Error;

    /// Reads a region's name (`us-east-1`, `us_east_1`) or domain, in any case. An unknown domain is not accepted as a region by
    /// itself, because credentials would go to the owner of a mistyped name: use [`Region::custom`].
    fn from_str(text: &str) -> Result<Self, Error> {
        let wanted = text.trim().to_ascii_lowercase();
        let hyphened = wanted.replace('_', "-");
        Self::ALL
            .iter()
            .find(|region| region.name() == hyphened || region.domain() == wanted)
            .cloned()
            .ok_or_else(|| {
                Error::configuration(format!("unknown region {}", shown(text))).with_advice(
                    "Use a name like `us-east-1` or a domain like `mypurecloud.com`; other domains are set through Region::custom",
                )
            })
    }
}

/// `text` for an error, unless it looks like a secret that was set in the wrong place: the names of regions have short parts.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    const LONGEST_PART: usize = 15;
    let is_short = text.len() <= LONGEST
        && text
            .split(|character: char| !character.is_ascii_alphanumeric())
            .all(|part| part.len() <= LONGEST_PART);
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/ ".contains(&byte));
    if is_short && is_plain && text.len() != UUID_LENGTH {
        format!("`{text}`")
    } else {
        "(hidden, because it may be a secret)".to_owned()
    }
}

/// The length of the id of an OAuth client.
const UUID_LENGTH: usize = 36;
