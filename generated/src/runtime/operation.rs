//! The metadata of an operation.

use http::Method;

/// The permissions that an operation needs (`x-inin-requires-permissions` in the spec).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequiredPermissions {
    /// None beyond a valid token.
    #[default]
    None,
    /// At least one of these.
    Any(&'static [&'static str]),
    /// Every one of these.
    All(&'static [&'static str]),
}

impl RequiredPermissions {
    /// Their names, as in `directory:user:view`.
    #[must_use]
    pub fn names(&self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Any(names) | Self::All(names) => names,
        }
    }

    /// Whether someone who holds the `granted` permissions may call the operation.
    #[must_use]
    pub fn is_satisfied_by(&self, granted: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::None => true,
            Self::Any(names) => names.is_empty() || names.iter().any(|name| granted(name)),
            Self::All(names) => names.iter().all(|name| granted(name)),
        }
    }
}

/// An operation of the API as its spec describes it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationMetadata {
    /// The name by which all SDKs and their docs know it (`x-purecloud-method-name` in the spec), as in `getUser`.
    pub name: &'static str,
    /// The spec's id of it, as in `getUsersUserId`.
    pub operation_id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path with its parameters' names in braces.
    pub path: &'static str,
    /// The permissions that it needs.
    pub permissions: RequiredPermissions,
    /// The OAuth scopes that the spec lists for it, any one of which a token needs (`security` in the spec). Empty where it lists none. Scopes
    /// limit the tokens of users; those of client credentials have roles alone.
    pub scopes: &'static [&'static str],
    /// The security scheme whose credential the caller gives with [`Operation::with_credential`](crate::runtime::request::Operation::with_credential). The client's
    /// own token is never sent with such an operation. Beside `public` it may be left out.
    pub credential: Option<&'static CredentialScheme>,
    /// The parts of the API that it belongs to.
    pub tags: &'static [&'static str],
    /// The spec says not to use it any more.
    pub deprecated: bool,
    /// It may change or vanish without notice.
    pub preview: bool,
    /// It is called without a token.
    pub public: bool,
    /// Calling it twice does no more than calling it once, though its method does not say so: a `POST` that only reads.
    pub idempotent: bool,
    /// The content types that it answers with, as they stand in the `Accept` header.
    pub accept: &'static str,
    /// The statuses of success that have no schema, where another one has.
    pub without_schema: &'static [u16],
    /// The error codes that the spec lists, by status.
    pub error_codes: &'static [(u16, &'static [&'static str])],
}

impl OperationMetadata {
    /// What most operations have in common. Generated code says what differs.
    #[doc(hidden)]
    pub const COMMON: &'static Self = &Self {
        name: "",
        operation_id: "",
        method: Method::GET,
        path: "/",
        permissions: RequiredPermissions::None,
        scopes: &[],
        credential: None,
        tags: &[],
        deprecated: false,
        preview: false,
        public: false,
        idempotent: false,
        accept: "application/json",
        without_schema: &[],
        error_codes: &[],
    };

    /// Whether the runtime may send the call again although the first one may have been carried out.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.idempotent || is_idempotent_method(&self.method)
    }
}

/// Whether HTTP promises that calling twice does no more than calling once (RFC 9110 section 9.2.2), as far as the SDK relies on it.
pub(crate) fn is_idempotent_method(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::PUT | Method::DELETE
    )
}

/// A security scheme of the spec that is not OAuth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CredentialScheme {
    /// The name that the spec gives it, as in `Guest Chat JWT`.
    pub name: &'static str,
    /// Where its credential goes.
    pub place: CredentialPlace,
}

/// Where a credential goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialPlace {
    /// The `Authorization` header, after this scheme: `Bearer` (RFC 6750), `Basic` (RFC 7617) or another one. A credential that begins with the
    /// scheme is sent as it is. For `Basic` the credential is `user:password`.
    Authorization(&'static str),
    /// A header of this name.
    Header(&'static str),
    /// A query parameter of this name.
    Query(&'static str),
    /// A cookie of this name.
    Cookie(&'static str),
}
