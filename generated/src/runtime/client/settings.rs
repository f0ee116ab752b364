//! Settings of a client from outside the code: environment variables, or a profile of the official command line.

use url::Url;

use super::credentials::PoolSize;
use super::region;
use super::{Credentials, Gateway, Region};
use crate::runtime::error::Error;

/// A setting, by its environment variable and by its key in a profile. The variables are those of the official command line and of Terraform's
/// provider.
struct Key {
    variable: &'static str,
    /// The first one is shown in errors.
    profile: &'static [&'static str],
}

const fn key(variable: &'static str, profile: &'static [&'static str]) -> Key {
    Key { variable, profile }
}

const REGION: Key = key("GENESYSCLOUD_REGION", &["environment"]);
const CLIENT_ID: Key = key("GENESYSCLOUD_OAUTHCLIENT_ID", &["client_credentials"]);
const CLIENT_SECRET: Key = key("GENESYSCLOUD_OAUTHCLIENT_SECRET", &["client_secret"]);
const ACCESS_TOKEN: Key = key("GENESYSCLOUD_ACCESS_TOKEN", &["access_token"]);
const POOL_SIZE: Key = key("GENESYSCLOUD_TOKEN_POOL_SIZE", &["token_pool_size"]);
const PROXY_HOST: Key = key("GENESYSCLOUD_PROXY_HOST", &["proxy_host"]);
const PROXY_PORT: Key = key("GENESYSCLOUD_PROXY_PORT", &["proxy_port"]);
const PROXY_PROTOCOL: Key = key("GENESYSCLOUD_PROXY_PROTOCOL", &["proxy_protocol"]);
const PROXY_USERNAME: Key = key(
    "GENESYSCLOUD_PROXY_AUTH_USERNAME",
    &["proxy_auth_username", "proxy_username"],
);
const PROXY_PASSWORD: Key = key(
    "GENESYSCLOUD_PROXY_AUTH_PASSWORD",
    &["proxy_auth_password", "proxy_password"],
);
const GATEWAY_HOST: Key = key("GENESYSCLOUD_GATEWAY_HOST", &["gateway_host"]);
const GATEWAY_PORT: Key = key("GENESYSCLOUD_GATEWAY_PORT", &["gateway_port"]);
const GATEWAY_PROTOCOL: Key = key("GENESYSCLOUD_GATEWAY_PROTOCOL", &["gateway_protocol"]);
const GATEWAY_PATH_NAME: Key = key("GENESYSCLOUD_GATEWAY_PATH_NAME", &["gateway_path_name"]);
const GATEWAY_PATH_VALUE: Key = key("GENESYSCLOUD_GATEWAY_PATH_VALUE", &["gateway_path_value"]);
/// The grant of a profile; the environment has none.
const GRANT_TYPE: Key = key("", &["grant_type"]);

/// Every key of a profile that is read.
pub(super) fn is_profile_key(name: &str) -> bool {
    [
        REGION,
        CLIENT_ID,
        CLIENT_SECRET,
        ACCESS_TOKEN,
        POOL_SIZE,
        PROXY_HOST,
        PROXY_PORT,
        PROXY_PROTOCOL,
        PROXY_USERNAME,
        PROXY_PASSWORD,
        GATEWAY_HOST,
        GATEWAY_PORT,
        GATEWAY_PROTOCOL,
        GATEWAY_PATH_NAME,
        GATEWAY_PATH_VALUE,
        GRANT_TYPE,
    ]
    .iter()
    .any(|key| key.profile.contains(&name))
}

/// Where settings come from.
pub(super) enum Source<'a> {
    Environment,
    Profile(&'a str),
}

/// What one source says. What it does not say is left to the next source.
pub(super) struct Settings {
    pub(super) region: Option<Region>,
    pub(super) credentials: Option<Credentials>,
    pub(super) pool: Option<PoolSize>,
    pub(super) proxy: Option<String>,
    pub(super) gateway: Option<Gateway>,
    /// What to set to have credentials, for the error if no source has any.
    pub(super) remedy: String,
}

impl Settings {
    /// Reads the settings of a source. `value` gives the text of a variable or of a key in lower case; an empty or blank one counts as unset.
    ///
    /// # Errors
    ///
    /// A configuration error: a value is invalid, or something that belongs to it is missing.
    pub(super) fn read(
        source: Source<'_>,
        value: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        let reader = Reader { source, value };
        Ok(Self {
            region: reader.region()?,
            credentials: reader.credentials()?,
            pool: reader
                .number(&POOL_SIZE, "a number from 1 to 50")?
                .map(|tokens| PoolSize {
                    tokens,
                    setting: Some(reader.name(&POOL_SIZE)),
                }),
            proxy: reader.proxy()?,
            gateway: reader.gateway()?,
            remedy: format!(
                "{}, or {} and {}",
                reader.name(&ACCESS_TOKEN),
                reader.name(&CLIENT_ID),
                reader.name(&CLIENT_SECRET)
            ),
        })
    }
}

struct Reader<'a, F> {
    source: Source<'a>,
    value: F,
}

impl<F: Fn(&str) -> Option<String>> Reader<'_, F> {
    fn get(&self, key: &Key) -> Option<String> {
        let names = match self.source {
            Source::Environment => std::slice::from_ref(&key.variable),
            Source::Profile(_) => key.profile,
        };
        names
            .iter()
            .filter(|name| !name.is_empty())
            .filter_map(|name| (self.value)(name))
            .map(|value| value.trim().to_owned())
            .find(|value| !value.is_empty())
    }

    /// What a setting is called in errors.
    fn name(&self, key: &Key) -> String {
        match self.source {
            Source::Environment => key.variable.to_owned(),
            Source::Profile(profile) => format!(
                "{} of the profile `{profile}`",
                key.profile.first().unwrap_or(&"")
            ),
        }
    }

    /// The value of `key` is invalid. It is not shown: a secret may have been set in the wrong place.
    fn invalid(&self, key: &Key, expected: &str) -> Error {
        Error::configuration(format!("invalid {}: expected {expected}", self.name(key)))
    }

    /// `key` is missing, although `given` is set.
    fn missing(&self, key: &Key, given: &Key) -> Error {
        Error::configuration(format!(
            "{} is missing, but {} is set",
            self.name(key),
            self.name(given)
        ))
    }

    fn number<N: std::str::FromStr>(&self, key: &Key, expected: &str) -> Result<Option<N>, Error> {
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            // A short number is no secret.
            let digits = text.strip_prefix('-').unwrap_or(&text);
            if text.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                let name = self.name(key);
                Error::configuration(format!("invalid {name}: expected {expected}, found {text}"))
            } else {
                self.invalid(key, expected)
            }
        })
    }

    fn protocol(&self, key: &Key) -> Result<Option<String>, Error> {
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        let text = text.to_ascii_lowercase();
        if matches!(&*text, "http" | "https") {
            Ok(Some(text))
        } else {
            Err(self.invalid(key, "http or https"))
        }
    }

    /// Refuses what belongs to `host`, which is missing.
    fn without_host(&self, host: &Key, others: &[&Key]) -> Result<(), Error> {
        match others.iter().find(|key| self.get(key).is_some()) {
            Some(given) => Err(self.missing(host, given)),
            None => Ok(()),
        }
    }

    fn region(&self) -> Result<Option<Region>, Error> {
        let Some(given) = self.get(&REGION) else {
            return Ok(None);
        };
        given.parse().map(Some).map_err(|error: Error| {
            error.with_message(format!(
                "unknown region {} in {}",
                region::shown(&given),
                self.name(&REGION)
            ))
        })
    }

    fn credentials(&self) -> Result<Option<Credentials>, Error> {
        if let Some(token) = self.get(&ACCESS_TOKEN) {
            return Ok(Some(Credentials::access_token(token)));
        }
        let (id, secret) = match (self.get(&CLIENT_ID), self.get(&CLIENT_SECRET)) {
            (None, None) => return Ok(None),
            (Some(_), None) => return Err(self.missing(&CLIENT_SECRET, &CLIENT_ID)),
            (None, Some(_)) => return Err(self.missing(&CLIENT_ID, &CLIENT_SECRET)),
            (Some(id), Some(secret)) => (id, secret),
        };
        if let Source::Profile(_) = self.source
            && self.get(&GRANT_TYPE).is_some_and(|grant| grant != "1")
        {
            return Err(self
                .invalid(&GRANT_TYPE, "1 (client credentials)")
                .with_advice("For other grants, use ClientBuilder::credentials"));
        }
        Ok(Some(Credentials::client_credentials(id, secret)))
    }

    fn proxy(&self) -> Result<Option<String>, Error> {
        let Some(host) = self.get(&PROXY_HOST) else {
            self.without_host(
                &PROXY_HOST,
                &[
                    &PROXY_PORT,
                    &PROXY_PROTOCOL,
                    &PROXY_USERNAME,
                    &PROXY_PASSWORD,
                ],
            )?;
            return Ok(None);
        };
        let protocol = self.protocol(&PROXY_PROTOCOL)?;
        let mut url = Url::parse(&format!(
            "{}://{host}",
            protocol.as_deref().unwrap_or("http")
        ))
        .ok()
        .filter(|url| {
            url.host_str()
                .is_some_and(|found| found.eq_ignore_ascii_case(&host))
                && matches!(url.path(), "" | "/")
        })
        .ok_or_else(|| self.invalid(&PROXY_HOST, "a host name without protocol, port or path"))?;
        let port: Option<u16> = self.number(&PROXY_PORT, "a port number")?;
        let user = self.get(&PROXY_USERNAME);
        let password = self.get(&PROXY_PASSWORD);
        if user.is_none() && password.is_some() {
            return Err(self.missing(&PROXY_USERNAME, &PROXY_PASSWORD));
        }
        let is_set = url.set_port(port).is_ok()
            && url.set_username(user.as_deref().unwrap_or("")).is_ok()
            && url.set_password(password.as_deref()).is_ok();
        if is_set {
            Ok(Some(url.into()))
        } else {
            Err(self.invalid(&PROXY_HOST, "a host name"))
        }
    }

    fn gateway(&self) -> Result<Option<Gateway>, Error> {
        let Some(host) = self.get(&GATEWAY_HOST) else {
            self.without_host(
                &GATEWAY_HOST,
                &[
                    &GATEWAY_PORT,
                    &GATEWAY_PROTOCOL,
                    &GATEWAY_PATH_NAME,
                    &GATEWAY_PATH_VALUE,
                ],
            )?;
            return Ok(None);
        };
        let mut gateway = Gateway::new(host);
        if let Some(protocol) = self.protocol(&GATEWAY_PROTOCOL)? {
            gateway = gateway.scheme(protocol);
        }
        if let Some(port) = self.number(&GATEWAY_PORT, "a port number")? {
            gateway = gateway.port(port);
        }
        match (self.get(&GATEWAY_PATH_NAME), self.get(&GATEWAY_PATH_VALUE)) {
            (None, None) => Ok(Some(gateway)),
            (Some(_), None) => Err(self.missing(&GATEWAY_PATH_VALUE, &GATEWAY_PATH_NAME)),
            (None, Some(_)) => Err(self.missing(&GATEWAY_PATH_NAME, &GATEWAY_PATH_VALUE)),
            (Some(name), Some(value)) => match &*name.to_ascii_lowercase() {
                "login" => Ok(Some(gateway.login_path(value))),
                "api" => Ok(Some(gateway.api_path(value))),
                _ => Err(self.invalid(&GATEWAY_PATH_NAME, "login or api")),
            },
        }
    }
}
