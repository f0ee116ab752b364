//! The regions of Genesys Cloud and their hosts.

use std::fmt;

/// A region of Genesys Cloud. An organization lives in one of them.
///
/// Written as AWS names it (`us-east-1`, `us_east_1`) or by its domain (`mypurecloud.com`), a region is parsed from text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// `us-east-1`, Virginia: `mypurecloud.com`. The default.
    #[default]
    UsEast1,
    /// `us-east-2`, Ohio, FedRAMP: `use2.us-gov-pure.cloud`.
    UsEast2,
    /// `us-west-2`, Oregon: `usw2.pure.cloud`.
    UsWest2,
    /// `ca-central-1`, Canada: `cac1.pure.cloud`.
    CaCentral1,
    /// `mx-central-1`, Mexico: `mxc1.pure.cloud`.
    MxCentral1,
    /// `sa-east-1`, São Paulo: `sae1.pure.cloud`.
    SaEast1,
    /// `eu-west-1`, Dublin: `mypurecloud.ie`.
    EuWest1,
    /// `eu-west-2`, London: `euw2.pure.cloud`.
    EuWest2,
    /// `eu-central-1`, Frankfurt: `mypurecloud.de`.
    EuCentral1,
    /// `eu-central-2`, Zurich: `euc2.pure.cloud`.
    EuCentral2,
    /// `eusc-de-east-1`, European Sovereign Cloud: `edee1.eusc-pure.cloud`.
    EuscDeEast1,
    /// `me-central-1`, United Arab Emirates: `mec1.pure.cloud`.
    MeCentral1,
    /// `ap-south-1`, Mumbai: `aps1.pure.cloud`.
    ApSouth1,
    /// `ap-southeast-1`, Singapore: `apse1.pure.cloud`.
    ApSoutheast1,
    /// `ap-southeast-2`, Sydney: `mypurecloud.com.au`.
    ApSoutheast2,
    /// `ap-northeast-1`, Tokyo: `mypurecloud.jp`.
    ApNortheast1,
    /// `ap-northeast-2`, Seoul: `apne2.pure.cloud`.
    ApNortheast2,
    /// `ap-northeast-3`, Osaka: `apne3.pure.cloud`.
    ApNortheast3,
    /// A domain that this version does not know; made by [`Region::custom`].
    Custom(CustomDomain),
}

/// The domain of a region that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CustomDomain(pub(crate) String);

impl Region {
    /// Every region that this version knows.
    pub const ALL: &'static [Self] = &[
        Self::UsEast1,
        Self::UsEast2,
        Self::UsWest2,
        Self::CaCentral1,
        Self::MxCentral1,
        Self::SaEast1,
        Self::EuWest1,
        Self::EuWest2,
        Self::EuCentral1,
        Self::EuCentral2,
        Self::EuscDeEast1,
        Self::MeCentral1,
        Self::ApSouth1,
        Self::ApSoutheast1,
        Self::ApSoutheast2,
        Self::ApNortheast1,
        Self::ApNortheast2,
        Self::ApNortheast3,
    ];

    /// The domain that the region's servers are under.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.names().1
    }

    /// The region's name at AWS, as in `us-east-1`; the domain for a custom region.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names().0
    }

    /// The region that `host` is a server of.
    pub(crate) fn of_host(host: &str) -> Option<&'static Self> {
        let (server, domain) = host.split_once('.')?;
        Self::ALL
            .iter()
            .filter(|_| matches!(server, "api" | "login" | "apps"))
            .find(|region| region.domain().eq_ignore_ascii_case(domain))
    }

    fn names(&self) -> (&str, &str) {
        match self {
            Self::UsEast1 => ("us-east-1", "mypurecloud.com"),
            Self::UsEast2 => ("us-east-2", "use2.us-gov-pure.cloud"),
            Self::UsWest2 => ("us-west-2", "usw2.pure.cloud"),
            Self::CaCentral1 => ("ca-central-1", "cac1.pure.cloud"),
            Self::MxCentral1 => ("mx-central-1", "mxc1.pure.cloud"),
            Self::SaEast1 => ("sa-east-1", "sae1.pure.cloud"),
            Self::EuWest1 => ("eu-west-1", "mypurecloud.ie"),
            Self::EuWest2 => ("eu-west-2", "euw2.pure.cloud"),
            Self::EuCentral1 => ("eu-central-1", "mypurecloud.de"),
            Self::EuCentral2 => ("eu-central-2", "euc2.pure.cloud"),
            Self::EuscDeEast1 => ("eusc-de-east-1", "edee1.eusc-pure.cloud"),
            Self::MeCentral1 => ("me-central-1", "mec1.pure.cloud"),
            Self::ApSouth1 => ("ap-south-1", "aps1.pure.cloud"),
            Self::ApSoutheast1 => ("ap-southeast-1", "apse1.pure.cloud"),
            Self::ApSoutheast2 => ("ap-southeast-2", "mypurecloud.com.au"),
            Self::ApNortheast1 => ("ap-northeast-1", "mypurecloud.jp"),
            Self::ApNortheast2 => ("ap-northeast-2", "apne2.pure.cloud"),
            Self::ApNortheast3 => ("ap-northeast-3", "apne3.pure.cloud"),
            Self::Custom(CustomDomain(domain)) => (domain, domain),
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
