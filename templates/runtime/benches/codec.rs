//! The compact serde against derived serde on the same structs: a listing of a hundred users as the API sends it.
//!
//! `cargo bench -p genesys-cloud-runtime --bench codec` prints, per document, the time of both and their ratio. The derived structs know no
//! unknown properties and no explicit nulls, so they do less.

use std::hint::black_box;
use std::time::{Duration, Instant};

use genesys_cloud_runtime::runtime::codec::{from_slice, to_vec};
use serde_json::Value;

/// The models, once for both: name on the wire, field, type. A model in a model is boxed, as the generator does it.
macro_rules! models {
    ($define:ident) => {
        $define!(UserListing {
            field "entities" entities Vec<User>,
            field "pageSize" page_size i64,
            field "pageNumber" page_number i64,
            field "total" total i64,
            field "firstUri" first_uri String,
            field "nextUri" next_uri String,
            field "lastUri" last_uri String,
            field "previousUri" previous_uri String,
            field "selfUri" self_uri String,
            field "pageCount" page_count i64,
        });
        $define!(User {
            field "id" id String,
            field "name" name String,
            boxed "division" division Reference,
            boxed "chat" chat Chat,
            field "department" department String,
            field "email" email String,
            field "primaryContactInfo" primary_contact_info Vec<Contact>,
            field "addresses" addresses Vec<Contact>,
            field "state" state UserState,
            field "title" title String,
            field "username" username String,
            boxed "manager" manager User,
            field "images" images Vec<Image>,
            field "version" version i64,
            field "certifications" certifications Vec<String>,
            boxed "biography" biography Biography,
            boxed "employerInfo" employer_info EmployerInfo,
            field "preferredName" preferred_name String,
            boxed "routingStatus" routing_status RoutingStatus,
            boxed "presence" presence UserPresence,
            boxed "integrationPresence" integration_presence UserPresence,
            boxed "conversationSummary" conversation_summary Summary,
            boxed "outOfOffice" out_of_office OutOfOffice,
            boxed "geolocation" geolocation Geolocation,
            boxed "station" station Reference,
            boxed "authorization" authorization Reference,
            field "profileSkills" profile_skills Vec<String>,
            field "locations" locations Vec<Reference>,
            field "groups" groups Vec<Reference>,
            boxed "team" team Reference,
            field "workPlanBidRanks" work_plan_bid_ranks Value,
            field "skills" skills Vec<Skill>,
            field "languages" languages Vec<Skill>,
            field "acdAutoAnswer" acd_auto_answer bool,
            field "languagePreference" language_preference String,
            field "lastTokenIssued" last_token_issued Value,
            field "dateLastLogin" date_last_login Timestamp,
            field "dateWelcomeSent" date_welcome_sent Timestamp,
            field "selfUri" self_uri String,
            field "externalId" external_id String,
            field "timeZone" time_zone String,
            field "costCenter" cost_center String,
            field "employeeType" employee_type String,
            boxed "trunk" trunk Reference,
            field "attributes" attributes BTreeMap<String, String>,
        });
        $define!(Reference {
            field "id" id String,
            field "name" name String,
            field "selfUri" self_uri String,
        });
        $define!(Chat { field "jabberId" jabber_id String, });
        $define!(Contact {
            field "address" address String,
            field "display" display String,
            field "mediaType" media_type String,
            field "type" kind String,
            field "extension" extension String,
            field "countryCode" country_code String,
            field "integration" integration String,
        });
        $define!(Image {
            field "resolution" resolution String,
            field "imageUri" image_uri String,
        });
        $define!(Biography {
            field "biography" biography String,
            field "interests" interests Vec<String>,
            field "hobbies" hobbies Vec<String>,
            field "spouse" spouse String,
            field "education" education Vec<Value>,
        });
        $define!(EmployerInfo {
            field "officialName" official_name String,
            field "employeeId" employee_id String,
            field "employeeType" employee_type String,
            field "dateHire" date_hire String,
        });
        $define!(RoutingStatus {
            field "userId" user_id String,
            field "status" status String,
            field "startTime" start_time Timestamp,
        });
        $define!(UserPresence {
            field "id" id String,
            field "name" name String,
            field "source" source String,
            field "primary" primary bool,
            boxed "presenceDefinition" presence_definition Reference,
            field "message" message String,
            field "modifiedDate" modified_date Timestamp,
            field "selfUri" self_uri String,
        });
        $define!(Summary {
            field "userId" user_id String,
            boxed "call" call SummaryMedia,
            boxed "callback" callback SummaryMedia,
            boxed "email" email SummaryMedia,
            boxed "message" message SummaryMedia,
            boxed "chat" chat SummaryMedia,
            boxed "socialExpression" social_expression SummaryMedia,
            boxed "video" video SummaryMedia,
        });
        $define!(SummaryMedia {
            boxed "contactCenter" contact_center Counts,
            boxed "enterprise" enterprise Counts,
        });
        $define!(Counts {
            field "active" active i64,
            field "acw" acw i64,
        });
        $define!(OutOfOffice {
            field "id" id String,
            field "name" name String,
            boxed "user" user Reference,
            field "startDate" start_date Timestamp,
            field "endDate" end_date Timestamp,
            field "active" active bool,
            field "indefinite" indefinite bool,
        });
        $define!(Geolocation {
            field "id" id String,
            field "type" kind String,
            field "primary" primary bool,
            field "latitude" latitude f64,
            field "longitude" longitude f64,
            field "country" country String,
            field "region" region String,
            field "city" city String,
        });
        $define!(Skill {
            field "id" id String,
            field "name" name String,
            field "proficiency" proficiency f64,
            field "state" state String,
            field "skillUri" skill_uri String,
            field "selfUri" self_uri String,
        });
    };
}

/// As the generator writes them.
mod compact {
    use std::collections::BTreeMap;

    use genesys_cloud_runtime::runtime::codec::{Extra, KnownValues, Model, OpenEnum, Visitor};
    use genesys_cloud_runtime::runtime::time::Timestamp;
    use serde_json::Value;

    macro_rules! field_type {
        (field $type:ty) => { Option<$type> };
        (boxed $type:ty) => { Option<Box<$type>> };
    }

    macro_rules! define {
        ($name:ident { $($visit:ident $wire:literal $field:ident $type:ty,)* }) => {
            #[derive(Clone, Default)]
            pub(crate) struct $name {
                $(pub(crate) $field: field_type!($visit $type),)*
                pub(crate) extra: Extra,
            }

            impl Model for $name {
                const NAME: &'static str = stringify!($name);

                fn visit<V: Visitor>(&mut self, visitor: &mut V) {
                    $(visitor.$visit($wire, &mut self.$field);)*
                    visitor.extra(&mut self.extra);
                }
            }
            genesys_cloud_runtime::__model!($name);
        };
    }
    models!(define);

    #[derive(Clone)]
    #[non_exhaustive]
    pub(crate) enum UserState {
        Active,
        Inactive,
        Deleted,
        Unknown(String),
    }

    impl OpenEnum for UserState {
        const KNOWN: KnownValues<Self> = KnownValues {
            values: &[Self::Active, Self::Inactive, Self::Deleted],
            unknown: Self::Unknown,
            integer: false,
        };

        fn as_str(&self) -> &str {
            match self {
                Self::Active => "active",
                Self::Inactive => "inactive",
                Self::Deleted => "deleted",
                Self::Unknown(value) => value,
            }
        }
    }
    genesys_cloud_runtime::__open_enum!(UserState);
}

/// The same with derived serde.
mod derived {
    use std::collections::BTreeMap;

    use genesys_cloud_runtime::runtime::time::Timestamp;
    use serde::{Deserialize, Serialize};
    use serde_json::Value;

    macro_rules! field_type {
        (field $type:ty) => { Option<$type> };
        (boxed $type:ty) => { Option<Box<$type>> };
    }

    macro_rules! define {
        ($name:ident { $($visit:ident $wire:literal $field:ident $type:ty,)* }) => {
            #[derive(Clone, Default, Serialize, Deserialize)]
            pub(crate) struct $name {
                $(
                    #[serde(rename = $wire, skip_serializing_if = "Option::is_none")]
                    pub(crate) $field: field_type!($visit $type),
                )*
            }
        };
    }
    models!(define);

    #[derive(Clone, Copy, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub(crate) enum UserState {
        Active,
        Inactive,
        Deleted,
    }
}

fn main() {
    // glibc takes from the size of the largest block freed how much memory it keeps. A process that has run for a while keeps enough;
    // without this, one side or the other pays for pages that come and go, by chance.
    drop(black_box(vec![1_u8; 24 << 20]));
    println!(
        "{:<46}{:>6}{:>12}{:>12}{:>8}",
        "document", "KiB", "compact µs", "derived µs", "ratio"
    );
    for (name, document) in [
        ("in the order of the spec", in_spec_order()),
        ("in alphabetical order", alphabetical()),
        ("with two unknown and a null per user", with_unknown()),
    ] {
        let read = race(
            || {
                drop(black_box(from_slice::<compact::UserListing>(black_box(
                    document.as_bytes(),
                ))))
            },
            || {
                drop(black_box(serde_json::from_slice::<derived::UserListing>(
                    black_box(document.as_bytes()),
                )))
            },
        );
        report(&format!("read, {name}"), document.len(), read);
    }
    let document = in_spec_order();
    let (Ok(compact), Ok(derived)) = (
        from_slice::<compact::UserListing>(document.as_bytes()),
        serde_json::from_slice::<derived::UserListing>(document.as_bytes()),
    ) else {
        panic!("the bench's own document cannot be read");
    };
    // `to_vec` takes the model, so both clone theirs, and drop it before the text.
    let write = race(
        || drop(black_box(to_vec(black_box(&compact).clone()))),
        || {
            let model = black_box(&derived).clone();
            let text = serde_json::to_vec(&model);
            drop(model);
            drop(black_box(text));
        },
    );
    report("write", document.len(), write);
}

/// What came out of a race.
struct Outcome {
    compact: Duration,
    derived: Duration,
    ratio: f64,
}

/// Measures both in turns, so that both see the same neighbours: the shortest time of each, and the median of the ratios of the turns.
fn race(compact: impl Fn(), derived: impl Fn()) -> Outcome {
    let time = |work: &dyn Fn()| {
        let start = Instant::now();
        for _ in 0..20 {
            work();
        }
        start.elapsed() / 20
    };
    let turns: Vec<(Duration, Duration)> =
        (0..150).map(|_| (time(&compact), time(&derived))).collect();
    let mut ratios: Vec<f64> = turns
        .iter()
        .map(|(compact, derived)| compact.as_secs_f64() / derived.as_secs_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    Outcome {
        compact: turns.iter().map(|turn| turn.0).min().unwrap_or_default(),
        derived: turns.iter().map(|turn| turn.1).min().unwrap_or_default(),
        ratio: ratios[ratios.len() / 2],
    }
}

fn report(name: &str, bytes: usize, outcome: Outcome) {
    println!(
        "{name:<46}{:>6}{:>12.1}{:>12.1}{:>8.2}",
        bytes / 1024,
        outcome.compact.as_secs_f64() * 1e6,
        outcome.derived.as_secs_f64() * 1e6,
        outcome.ratio
    );
}

/// A user with 22 of 45 properties, in the order of the spec.
fn user(number: usize) -> String {
    let id = format!("8f1c2d3e-0000-4000-8000-{number:012}");
    format!(
        r#"{{"id":"{id}","name":"Ada Lovelace {number}","division":{{"id":"d1c2d3e4-0000-4000-8000-000000000001","name":"Home","selfUri":"/api/v2/authorization/divisions/d1c2d3e4-0000-4000-8000-000000000001"}},"chat":{{"jabberId":"{id}@example.orgspan.com"}},"department":"Customer Care","email":"ada.lovelace.{number}@example.com","primaryContactInfo":[{{"address":"ada.lovelace.{number}@example.com","mediaType":"EMAIL","type":"PRIMARY"}},{{"address":"+4930123{number:05}","display":"+49 30 123 {number:05}","mediaType":"PHONE","type":"PRIMARY","countryCode":"DE"}}],"addresses":[{{"address":"+4930456{number:05}","mediaType":"PHONE","type":"WORK2"}}],"state":"active","title":"Senior Agent","username":"ada.lovelace.{number}@example.com","manager":{{"id":"aaaa2d3e-0000-4000-8000-000000000009","selfUri":"/api/v2/users/aaaa2d3e-0000-4000-8000-000000000009"}},"images":[{{"resolution":"x48","imageUri":"https://example.com/images/{number}/48.png"}},{{"resolution":"x96","imageUri":"https://example.com/images/{number}/96.png"}}],"version":{number},"routingStatus":{{"userId":"{id}","status":"INTERACTING","startTime":"2026-01-02T03:04:05.678Z"}},"presence":{{"source":"PURECLOUD","presenceDefinition":{{"id":"6a3af858-942f-489d-9700-5f9bcdcdae9b","selfUri":"/api/v2/presencedefinitions/6a3af858"}},"message":"","modifiedDate":"2026-01-02T03:04:05.678Z","selfUri":"/api/v2/users/{id}/presences/PURECLOUD"}},"conversationSummary":{{"userId":"{id}","call":{{"contactCenter":{{"active":1,"acw":0}},"enterprise":{{"active":0}}}},"email":{{"contactCenter":{{"active":0,"acw":0}},"enterprise":{{"active":0}}}}}},"groups":[{{"id":"g1","selfUri":"/api/v2/groups/g1"}},{{"id":"g2","selfUri":"/api/v2/groups/g2"}}],"skills":[{{"id":"s1","name":"Billing","proficiency":4.5,"state":"active","skillUri":"/api/v2/routing/skills/s1","selfUri":"/api/v2/users/{id}/routingskills/s1"}}],"acdAutoAnswer":false,"dateLastLogin":"2026-01-02T03:04:05.678Z","selfUri":"/api/v2/users/{id}"}}"#
    )
}

fn in_spec_order() -> String {
    let users: Vec<String> = (0..100).map(user).collect();
    format!(
        r#"{{"entities":[{}],"pageSize":100,"pageNumber":1,"total":1000,"firstUri":"/api/v2/users?pageNumber=1","nextUri":"/api/v2/users?pageNumber=2","lastUri":"/api/v2/users?pageNumber=10","selfUri":"/api/v2/users?pageNumber=1","pageCount":10}}"#,
        users.join(",")
    )
}

/// serde_json's own objects are sorted.
fn alphabetical() -> String {
    serde_json::from_str::<Value>(&in_spec_order())
        .map(|listing| listing.to_string())
        .unwrap_or_default()
}

fn with_unknown() -> String {
    in_spec_order()
        .replace(
            r#","title":"#,
            r#","newInTheApi":{"id":"n1","enabled":true},"title":"#,
        )
        .replace(
            r#","acdAutoAnswer":"#,
            r#","preferredName":null,"anotherOne":"x","acdAutoAnswer":"#,
        )
}
