//! Checks what a token is allowed to do before it is used.
//!
//! [`Client::permissions`](crate::runtime::client::Client::permissions) and [`Client::scopes`](crate::runtime::client::Client::scopes) ask the API;
//! [`Permissions::missing`] and [`Scopes::missing`] compare the answer with what an operation needs.

mod scopes;

pub use scopes::Scopes;
pub(crate) use scopes::TokenInfo;

use std::fmt;

use serde::Deserialize;

use crate::runtime::operation::{OperationMetadata, RequiredPermissions};

/// The permissions of the owner of a client's token: an OAuth client or a user.
///
/// A role holds a permission for some divisions, and perhaps under a condition. Neither is looked at here: what is missing here will be refused;
/// what is there may still be refused for a certain division or thing.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::{Client, Result};
///
/// # async fn example(client: &Client) -> Result<()> {
/// let permissions = Client::permissions(client).await?;
/// println!("{permissions:?}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Permissions {
    policies: Vec<Policy>,
}

#[derive(Clone)]
struct Policy {
    domain: String,
    entity: String,
    actions: Vec<String>,
}

/// The parts of the definition `AuthzSubject` that matter here.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Subject {
    grants: Option<Vec<Option<SubjectGrant>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SubjectGrant {
    role: Option<SubjectRole>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SubjectRole {
    policies: Option<Vec<Option<SubjectPolicy>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SubjectPolicy {
    domain: Option<String>,
    entity_name: Option<String>,
    actions: Option<Vec<Option<String>>>,
}

impl Permissions {
    /// Whether the permission `name` is there, as in `directory:user:view`. A `*` in a role stands for every domain, entity or action.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        let mut parts = name.splitn(3, ':');
        let (Some(domain), Some(entity), Some(action)) = (parts.next(), parts.next(), parts.next())
        else {
            return false;
        };
        let fits =
            |granted: &str, wanted: &str| granted == "*" || granted.eq_ignore_ascii_case(wanted);
        self.policies.iter().any(|policy| {
            fits(&policy.domain, domain)
                && fits(&policy.entity, entity)
                && policy.actions.iter().any(|granted| fits(granted, action))
        })
    }

    /// Whether `operation` may be called.
    #[must_use]
    pub fn allow(&self, operation: &OperationMetadata) -> bool {
        operation
            .permissions
            .is_satisfied_by(|name| self.contains(name))
    }

    /// The permissions that `operation` needs and that are not there. Where any of several would do, these are all of them, or none.
    #[must_use]
    pub fn missing(&self, operation: &OperationMetadata) -> Vec<&'static str> {
        if self.allow(operation) {
            return Vec::new();
        }
        let names = operation.permissions.names().iter().copied();
        match operation.permissions {
            RequiredPermissions::All(_) => names.filter(|name| !self.contains(name)).collect(),
            _ => names.collect(),
        }
    }

    pub(crate) fn from_subject(subject: Subject) -> Self {
        let policies = subject
            .grants
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|grant| grant.role?.policies)
            .flatten()
            .flatten()
            .map(|policy| Policy {
                domain: policy.domain.unwrap_or_default(),
                entity: policy.entity_name.unwrap_or_default(),
                actions: policy.actions.into_iter().flatten().flatten().collect(),
            })
            .collect();
        Self { policies }
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.policies.iter().flat_map(|policy| {
            policy
                .actions
                .iter()
                .map(move |action| format!("{}:{}:{action}", policy.domain, policy.entity))
        });
        formatter.debug_list().entries(names).finish()
    }
}
