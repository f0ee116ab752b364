//! The models of the user that the benches read, with derived serde and the same types: what a caller would write by hand. What the
//! response does not hold is [`Value`], an enum knows its values, and unknown properties are passed over.

#![allow(
    dead_code,
    clippy::upper_case_acronyms,
    reason = "reading into the fields is the point, and the values are called as on the wire"
)]

use genesys_cloud::runtime::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Models: per type, the properties that have it. Each may be missing.
macro_rules! models {
    ($($name:ident { $($type:ty: $($field:ident)+;)+ })+) => {$(
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub(crate) struct $name {
            $($(pub(crate) $field: Option<$type>,)+)+
        }
    )+};
}

/// Enums: how the values are written on the wire, and the values.
macro_rules! enums {
    ($($case:tt $name:ident { $($value:ident)+ })+) => {$(
        #[derive(Deserialize)]
        #[serde(rename_all = $case)]
        pub(crate) enum $name {
            $($value,)+
        }
    )+};
}

models! {
    User {
        String: id name department email title username preferred_name language_preference
            self_uri;
        Box<Division>: division;
        Box<Chat>: chat;
        Vec<Contact>: primary_contact_info addresses;
        ActionTargetState: state;
        Box<User>: manager;
        Vec<Image>: images;
        i64: version;
        Vec<String>: certifications profile_skills;
        Box<Value>: biography employer_info conversation_summary out_of_office geolocation
            station authorization team work_plan_bid_ranks last_token_issued;
        Box<RoutingStatus>: routing_status;
        Box<UserPresence>: presence integration_presence;
        Vec<Value>: locations groups languages;
        Vec<UserRoutingSkill>: skills;
        bool: acd_auto_answer;
        Timestamp: date_last_login date_welcome_sent;
    }
    Division {
        String: id name self_uri;
    }
    Chat {
        String: jabber_id;
    }
    Contact {
        String: address display extension country_code integration;
        ContactMediaType: media_type;
        ContactType: r#type;
    }
    Image {
        String: resolution image_uri;
    }
    RoutingStatus {
        String: user_id;
        RoutingStatusStatus: status;
        Timestamp: start_time;
    }
    UserPresence {
        String: id name source source_id message self_uri;
        bool: primary;
        Box<PresenceDefinition>: presence_definition future_presence_definition;
        Timestamp: modified_date;
    }
    UserRoutingSkill {
        String: id name skill_uri self_uri;
        f64: proficiency;
        ActionTargetState: state;
    }
    PresenceDefinition {
        String: id system_presence self_uri;
    }
}

enums! {
    "lowercase" ActionTargetState {
        Active Inactive Deleted
    }
    "UPPERCASE" ContactMediaType {
        Phone Email Sms
    }
    "UPPERCASE" ContactType {
        Primary Work Work2 Work3 Work4 Home Mobile Main Other
    }
    "SCREAMING_SNAKE_CASE" RoutingStatusStatus {
        OffQueue Idle Interacting NotResponding Communicating
    }
}
