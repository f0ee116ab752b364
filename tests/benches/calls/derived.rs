//! The models of the two responses that the benches read, with derived serde and the same types: what a caller would write by hand. What the
//! responses do not hold is [`Value`], an enum knows its values, and unknown properties are passed over.

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
    AnalyticsConversationQueryResponse {
        Vec<AnalyticsConversationWithoutAttributes>: conversations;
        Vec<Value>: aggregations;
        i64: total_hits;
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
    AnalyticsConversationWithoutAttributes {
        Vec<String>: access_attributes consultation_conversation_ids division_ids
            knowledge_base_ids;
        String: associated_conversation_id conversation_id external_tag;
        Timestamp: conference_start conversation_end conversation_start inactivity_timeout;
        bool: customer_participation originating_social_media_public self_served;
        f64: media_stats_min_conversation_mos media_stats_min_conversation_r_factor;
        Vec<Value>: evaluations surveys resolutions;
        Vec<AnalyticsParticipantWithoutAttributes>: participants;
    }
    PresenceDefinition {
        String: id system_presence self_uri;
    }
    AnalyticsParticipantWithoutAttributes {
        String: external_contact_id external_organization_id participant_id participant_name
            team_id user_id;
        AnalyticsParticipantFlaggedReason: flagged_reason;
        AnalyticsParticipantPurpose: purpose;
        bool: screen_recording;
        Vec<AnalyticsSession>: sessions;
    }
    AnalyticsSession {
        Vec<String>: active_skill_ids bcc callback_numbers cc destination_addresses
            removed_skill_ids;
        bool: acw_skipped agent_owned authenticated cleared delivery_pushed recording
            sharing_screen skip_enabled snippet_recording;
        String: address_from address_other address_self address_to agent_assistant_id ani
            assigner_id barged_participant_id callback_user_name coached_participant_id
            cobrowse_role cobrowse_room_id disposition_analyzer disposition_name dnis edge_id
            error_code_description extended_delivery_status flow_in_type flow_out_type
            journey_action_id journey_action_map_id journey_customer_id journey_customer_id_type
            journey_customer_session_id journey_customer_session_id_type media_bridge_id
            message_type monitored_participant_id outbound_campaign_id outbound_contact_id
            outbound_contact_list_id peer_id protocol_call_id provider remote
            remote_name_displayable room_id routing_rule screen_monitored_user_id
            screen_share_address_self screen_share_room_id script_id selected_agent_id
            session_dnis session_id skill_expression_id video_address_self video_room_id;
        i64: agent_bullseye_ring journey_action_map_version media_count routing_ring
            selected_agent_rank timeout_seconds;
        Timestamp: callback_scheduled_time delivery_status_change_date detected_speech_end
            detected_speech_start;
        AnalyticsSessionDeliveryStatus: delivery_status;
        AnalyticsSessionDirection: direction;
        Vec<i64>: eligible_agent_counts waiting_interaction_counts;
        AnalyticsSessionEngagementSource: engagement_source;
        AnalyticsAgentStateAgentSessionResultMediaType: media_type;
        Vec<AnalyticsSessionRequestedRoutings>: requested_routings;
        AnalyticsSessionRoutingRuleType: routing_rule_type;
        AnalyticsSessionUsedRouting: used_routing;
        Vec<Value>: agent_groups proposed_agents media_endpoint_stats;
        Box<Value>: flow;
        Vec<AnalyticsSessionMetric>: metrics;
        Vec<AnalyticsConversationSegment>: segments;
    }
    AnalyticsSessionMetric {
        Timestamp: emit_date;
        String: name;
        i64: value;
    }
    AnalyticsConversationSegment {
        bool: audio_muted conference video_muted;
        String: destination_conversation_id destination_session_id error_code group_id queue_id
            requested_language_id source_conversation_id source_session_id subject wrap_up_code
            wrap_up_note;
        AnalyticsConversationSegmentDisconnectType: disconnect_type;
        Vec<i64>: q850_response_codes sip_response_codes;
        Vec<String>: requested_routing_skill_ids requested_routing_user_ids wrap_up_tags;
        Timestamp: segment_end segment_start;
        AgentStateSegmentTypeCountSegmentType: segment_type;
        Vec<Value>: scored_agents properties;
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
    "lowercase" AnalyticsParticipantFlaggedReason {
        General
    }
    "lowercase" AnalyticsParticipantPurpose {
        Acd Agent Api Botflow Campaign Customer Dialer External Fax Group Inbound Ivr Manual
            Outbound Station User Voicemail Voicesurveyflow Workflow
    }
    "PascalCase" AnalyticsSessionDeliveryStatus {
        DeliveryFailed DeliveryPushed DeliverySuccess Failed Published Queued Read Received Sent
    }
    "lowercase" AnalyticsSessionDirection {
        Inbound Outbound
    }
    "PascalCase" AnalyticsSessionEngagementSource {
        AppleMessagesForBusiness Discord Email Facebook FacebookMessenger Glassdoor
            GoogleBusinessProfile Instagram KakaoTalk Line LinkedIn MicrosoftTeams MobileChat
            Other QQ Reddit ServiceNow SFDC SMS Snapchat Telegram Threads Trustpilot Unspecified
            Viber WebChat WeChat Weibo WhatsApp X Yelp YouTube Zendesk OpenMessaging
    }
    "lowercase" AnalyticsAgentStateAgentSessionResultMediaType {
        Callback Chat Cobrowse Email Internalmessage Message Screenmonitoring Screenshare
            Unknown Video Voice
    }
    "PascalCase" AnalyticsSessionRequestedRoutings {
        Bullseye Conditional Direct Last Manual Predictive Preferred Standard Vip
    }
    "PascalCase" AnalyticsSessionRoutingRuleType {
        Bullseye Conditional Predictive Preferred
    }
    "PascalCase" AnalyticsSessionUsedRouting {
        Bullseye Conditional Direct Last Manual Predictive Preferred Standard Vip
    }
    "camelCase" AnalyticsConversationSegmentDisconnectType {
        Client ConferenceTransfer ConsultTransfer DndEndpoint DndTransfer Endpoint Error
            ForwardTransfer Inactivity NoAnswerTransfer NotAvailableTransfer Other Peer
            SessionExpired Spam System Takeover Timeout Transfer TransportFailure Uncallable
    }
    "lowercase" AgentStateSegmentTypeCountSegmentType {
        Alert Barging Callback Coaching Contacting Converting Delay Dialing Hold Interact Ivr
            Monitoring Parked Scheduled Screenmonitoring Sharing System Transmitting Unknown
            Uploading Voicemail Wrapup
    }
}
