//! The regions of Genesys Cloud, by the domains that their servers are under.
//!
//! The runtime has the same table (`Region`), for users of the SDK; a test compares the two. The generator
//! does not depend on the runtime for eighteen lines.

use super::error::FetchError;

/// Names at AWS, and domains.
const REGIONS: [(&str, &str); 18] = [
    ("us-east-1", "mypurecloud.com"),
    ("us-east-2", "use2.us-gov-pure.cloud"),
    ("us-west-2", "usw2.pure.cloud"),
    ("ca-central-1", "cac1.pure.cloud"),
    ("mx-central-1", "mxc1.pure.cloud"),
    ("sa-east-1", "sae1.pure.cloud"),
    ("eu-west-1", "mypurecloud.ie"),
    ("eu-west-2", "euw2.pure.cloud"),
    ("eu-central-1", "mypurecloud.de"),
    ("eu-central-2", "euc2.pure.cloud"),
    ("eusc-de-east-1", "edee1.eusc-pure.cloud"),
    ("me-central-1", "mec1.pure.cloud"),
    ("ap-south-1", "aps1.pure.cloud"),
    ("ap-southeast-1", "apse1.pure.cloud"),
    ("ap-southeast-2", "mypurecloud.com.au"),
    ("ap-northeast-1", "mypurecloud.jp"),
    ("ap-northeast-2", "apne2.pure.cloud"),
    ("ap-northeast-3", "apne3.pure.cloud"),
];

/// Where the spec is published in a region: `us-east-1`, `us_east_1` or the domain, in any case.
///
/// # Errors
///
/// There is no such region.
pub fn published_at(region: &str) -> Result<String, FetchError> {
    Ok(format!(
        "https://api.{}/api/v2/docs/swagger",
        domain(region)?
    ))
}

/// Where the topics of notifications are listed, with their schemas and all that their docs say.
///
/// # Errors
///
/// There is no such region.
pub fn topics_at(region: &str) -> Result<String, FetchError> {
    let mut url = format!(
        "https://api.{}/api/v2/notifications/availabletopics?expand=schema",
        domain(region)?
    );
    for more in [
        "description",
        "visibility",
        "transports",
        "requiresPermissions",
        "permissionDetails",
        "topicParameters",
    ] {
        url.push_str("&expand=");
        url.push_str(more);
    }
    Ok(url)
}

/// Where tokens are issued.
///
/// # Errors
///
/// There is no such region.
pub fn login_at(region: &str) -> Result<String, FetchError> {
    Ok(format!("https://login.{}/oauth/token", domain(region)?))
}

fn domain(region: &str) -> Result<&'static str, FetchError> {
    let wanted = region.trim().to_ascii_lowercase();
    let hyphened = wanted.replace('_', "-");
    let known = REGIONS
        .iter()
        .find(|(name, domain)| *name == hyphened || *domain == wanted);
    match known {
        Some((_, domain)) => Ok(domain),
        None => Err(FetchError::Region {
            region: region.to_owned(),
            known: REGIONS.map(|(name, _)| name).join(", "),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_goes_by_its_name_and_its_domain() {
        for name in [
            "eu-central-1",
            "eu_central_1",
            "EU-Central-1",
            " mypurecloud.de",
        ] {
            assert_eq!(
                published_at(name).unwrap(),
                "https://api.mypurecloud.de/api/v2/docs/swagger"
            );
        }
        let error = published_at("eu-central-9").unwrap_err().to_string();
        assert!(
            error.contains("eu-central-9") && error.contains("us-east-1"),
            "{error}"
        );
        assert!(published_at("evil.example").is_err());
    }

    #[test]
    fn the_table_is_that_of_the_runtime() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../templates/runtime/src/runtime/region.rs"
        );
        let source = std::fs::read_to_string(path).unwrap();
        // Lines like `Self::UsEast1 => ("us-east-1", "mypurecloud.com"),`.
        let of_runtime: Vec<(&str, &str)> = source
            .lines()
            .filter_map(|line| {
                let pair = line.split_once("=> (\"")?.1.strip_suffix("\"),")?;
                pair.split_once("\", \"")
            })
            .collect();
        assert_eq!(of_runtime, REGIONS);
    }
}
