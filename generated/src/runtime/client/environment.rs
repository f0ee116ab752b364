//! The client's configuration in environment variables, with the names that the official command line tool and Terraform provider use.

pub(super) const REGION: &str = "GENESYSCLOUD_REGION";
pub(super) const CLIENT_ID: &str = "GENESYSCLOUD_OAUTHCLIENT_ID";
pub(super) const CLIENT_SECRET: &str = "GENESYSCLOUD_OAUTHCLIENT_SECRET";
pub(super) const ACCESS_TOKEN: &str = "GENESYSCLOUD_ACCESS_TOKEN";

/// What the environment says. A variable that is empty or blank counts as unset.
pub(super) struct Environment {
    pub(super) region: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<String>,
    pub(super) access_token: Option<String>,
}

impl Environment {
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let read = |name| {
            variable(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        Self {
            region: read(REGION),
            client_id: read(CLIENT_ID),
            client_secret: read(CLIENT_SECRET),
            access_token: read(ACCESS_TOKEN),
        }
    }
}
