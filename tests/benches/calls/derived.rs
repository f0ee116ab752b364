//! The models of the two responses that the benches read, with derived serde and the same types: what a caller would write by hand. What the
//! responses do not hold is [`Value`], an enum knows its values, and unknown properties are passed over.

#![allow(dead_code, reason = "reading into the fields is the point")]

use genesys_cloud::runtime::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) division: Option<Box<Division>>,
    pub(crate) chat: Option<Box<Chat>>,
    pub(crate) department: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) primary_contact_info: Option<Vec<Contact>>,
    pub(crate) addresses: Option<Vec<Contact>>,
    pub(crate) state: Option<ActionTargetState>,
    pub(crate) title: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) manager: Option<Box<User>>,
    pub(crate) images: Option<Vec<Image>>,
    pub(crate) version: Option<i64>,
    pub(crate) certifications: Option<Vec<String>>,
    pub(crate) biography: Option<Box<Value>>,
    pub(crate) employer_info: Option<Box<Value>>,
    pub(crate) preferred_name: Option<String>,
    pub(crate) routing_status: Option<Box<RoutingStatus>>,
    pub(crate) presence: Option<Box<UserPresence>>,
    pub(crate) integration_presence: Option<Box<UserPresence>>,
    pub(crate) conversation_summary: Option<Box<Value>>,
    pub(crate) out_of_office: Option<Box<Value>>,
    pub(crate) geolocation: Option<Box<Value>>,
    pub(crate) station: Option<Box<Value>>,
    pub(crate) authorization: Option<Box<Value>>,
    pub(crate) profile_skills: Option<Vec<String>>,
    pub(crate) locations: Option<Vec<Value>>,
    pub(crate) groups: Option<Vec<Value>>,
    pub(crate) team: Option<Box<Value>>,
    pub(crate) work_plan_bid_ranks: Option<Box<Value>>,
    pub(crate) skills: Option<Vec<UserRoutingSkill>>,
    pub(crate) languages: Option<Vec<Value>>,
    pub(crate) acd_auto_answer: Option<bool>,
    pub(crate) language_preference: Option<String>,
    pub(crate) last_token_issued: Option<Box<Value>>,
    pub(crate) date_last_login: Option<Timestamp>,
    pub(crate) date_welcome_sent: Option<Timestamp>,
    pub(crate) self_uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnalyticsConversationQueryResponse {
    pub(crate) conversations: Option<Vec<AnalyticsConversationWithoutAttributes>>,
    pub(crate) aggregations: Option<Vec<Value>>,
    pub(crate) total_hits: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Division {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) self_uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Chat {
    pub(crate) jabber_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Contact {
    pub(crate) address: Option<String>,
    pub(crate) display: Option<String>,
    pub(crate) media_type: Option<ContactMediaType>,
    pub(crate) r#type: Option<ContactType>,
    pub(crate) extension: Option<String>,
    pub(crate) country_code: Option<String>,
    pub(crate) integration: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ActionTargetState {
    Active,
    Inactive,
    Deleted,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Image {
    pub(crate) resolution: Option<String>,
    pub(crate) image_uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoutingStatus {
    pub(crate) user_id: Option<String>,
    pub(crate) status: Option<RoutingStatusStatus>,
    pub(crate) start_time: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserPresence {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) source_id: Option<String>,
    pub(crate) primary: Option<bool>,
    pub(crate) presence_definition: Option<Box<PresenceDefinition>>,
    pub(crate) future_presence_definition: Option<Box<PresenceDefinition>>,
    pub(crate) message: Option<String>,
    pub(crate) modified_date: Option<Timestamp>,
    pub(crate) self_uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserRoutingSkill {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) proficiency: Option<f64>,
    pub(crate) state: Option<ActionTargetState>,
    pub(crate) skill_uri: Option<String>,
    pub(crate) self_uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnalyticsConversationWithoutAttributes {
    pub(crate) access_attributes: Option<Vec<String>>,
    pub(crate) associated_conversation_id: Option<String>,
    pub(crate) conference_start: Option<Timestamp>,
    pub(crate) consultation_conversation_ids: Option<Vec<String>>,
    pub(crate) conversation_end: Option<Timestamp>,
    pub(crate) conversation_id: Option<String>,
    pub(crate) conversation_start: Option<Timestamp>,
    pub(crate) customer_participation: Option<bool>,
    pub(crate) division_ids: Option<Vec<String>>,
    pub(crate) external_tag: Option<String>,
    pub(crate) inactivity_timeout: Option<Timestamp>,
    pub(crate) knowledge_base_ids: Option<Vec<String>>,
    pub(crate) media_stats_min_conversation_mos: Option<f64>,
    pub(crate) media_stats_min_conversation_r_factor: Option<f64>,
    pub(crate) originating_social_media_public: Option<bool>,
    pub(crate) self_served: Option<bool>,
    pub(crate) evaluations: Option<Vec<Value>>,
    pub(crate) surveys: Option<Vec<Value>>,
    pub(crate) resolutions: Option<Vec<Value>>,
    pub(crate) participants: Option<Vec<AnalyticsParticipantWithoutAttributes>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum ContactMediaType {
    Phone,
    Email,
    Sms,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum ContactType {
    Primary,
    Work,
    Work2,
    Work3,
    Work4,
    Home,
    Mobile,
    Main,
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RoutingStatusStatus {
    OffQueue,
    Idle,
    Interacting,
    NotResponding,
    Communicating,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PresenceDefinition {
    pub(crate) id: Option<String>,
    pub(crate) system_presence: Option<String>,
    pub(crate) self_uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnalyticsParticipantWithoutAttributes {
    pub(crate) external_contact_id: Option<String>,
    pub(crate) external_organization_id: Option<String>,
    pub(crate) flagged_reason: Option<AnalyticsParticipantFlaggedReason>,
    pub(crate) participant_id: Option<String>,
    pub(crate) participant_name: Option<String>,
    pub(crate) purpose: Option<AnalyticsParticipantPurpose>,
    pub(crate) screen_recording: Option<bool>,
    pub(crate) team_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) sessions: Option<Vec<AnalyticsSession>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AnalyticsParticipantFlaggedReason {
    General,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AnalyticsParticipantPurpose {
    Acd,
    Agent,
    Api,
    Botflow,
    Campaign,
    Customer,
    Dialer,
    External,
    Fax,
    Group,
    Inbound,
    Ivr,
    Manual,
    Outbound,
    Station,
    User,
    Voicemail,
    Voicesurveyflow,
    Workflow,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnalyticsSession {
    pub(crate) active_skill_ids: Option<Vec<String>>,
    pub(crate) acw_skipped: Option<bool>,
    pub(crate) address_from: Option<String>,
    pub(crate) address_other: Option<String>,
    pub(crate) address_self: Option<String>,
    pub(crate) address_to: Option<String>,
    pub(crate) agent_assistant_id: Option<String>,
    pub(crate) agent_bullseye_ring: Option<i64>,
    pub(crate) agent_owned: Option<bool>,
    pub(crate) ani: Option<String>,
    pub(crate) assigner_id: Option<String>,
    pub(crate) authenticated: Option<bool>,
    pub(crate) barged_participant_id: Option<String>,
    pub(crate) bcc: Option<Vec<String>>,
    pub(crate) callback_numbers: Option<Vec<String>>,
    pub(crate) callback_scheduled_time: Option<Timestamp>,
    pub(crate) callback_user_name: Option<String>,
    pub(crate) cc: Option<Vec<String>>,
    pub(crate) cleared: Option<bool>,
    pub(crate) coached_participant_id: Option<String>,
    pub(crate) cobrowse_role: Option<String>,
    pub(crate) cobrowse_room_id: Option<String>,
    pub(crate) delivery_pushed: Option<bool>,
    pub(crate) delivery_status: Option<AnalyticsSessionDeliveryStatus>,
    pub(crate) delivery_status_change_date: Option<Timestamp>,
    pub(crate) destination_addresses: Option<Vec<String>>,
    pub(crate) detected_speech_end: Option<Timestamp>,
    pub(crate) detected_speech_start: Option<Timestamp>,
    pub(crate) direction: Option<AnalyticsSessionDirection>,
    pub(crate) disposition_analyzer: Option<String>,
    pub(crate) disposition_name: Option<String>,
    pub(crate) dnis: Option<String>,
    pub(crate) edge_id: Option<String>,
    pub(crate) eligible_agent_counts: Option<Vec<i64>>,
    pub(crate) engagement_source: Option<AnalyticsSessionEngagementSource>,
    pub(crate) error_code_description: Option<String>,
    pub(crate) extended_delivery_status: Option<String>,
    pub(crate) flow_in_type: Option<String>,
    pub(crate) flow_out_type: Option<String>,
    pub(crate) journey_action_id: Option<String>,
    pub(crate) journey_action_map_id: Option<String>,
    pub(crate) journey_action_map_version: Option<i64>,
    pub(crate) journey_customer_id: Option<String>,
    pub(crate) journey_customer_id_type: Option<String>,
    pub(crate) journey_customer_session_id: Option<String>,
    pub(crate) journey_customer_session_id_type: Option<String>,
    pub(crate) media_bridge_id: Option<String>,
    pub(crate) media_count: Option<i64>,
    pub(crate) media_type: Option<AnalyticsAgentStateAgentSessionResultMediaType>,
    pub(crate) message_type: Option<String>,
    pub(crate) monitored_participant_id: Option<String>,
    pub(crate) outbound_campaign_id: Option<String>,
    pub(crate) outbound_contact_id: Option<String>,
    pub(crate) outbound_contact_list_id: Option<String>,
    pub(crate) peer_id: Option<String>,
    pub(crate) protocol_call_id: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) recording: Option<bool>,
    pub(crate) remote: Option<String>,
    pub(crate) remote_name_displayable: Option<String>,
    pub(crate) removed_skill_ids: Option<Vec<String>>,
    pub(crate) requested_routings: Option<Vec<AnalyticsSessionRequestedRoutings>>,
    pub(crate) room_id: Option<String>,
    pub(crate) routing_ring: Option<i64>,
    pub(crate) routing_rule: Option<String>,
    pub(crate) routing_rule_type: Option<AnalyticsSessionRoutingRuleType>,
    pub(crate) screen_monitored_user_id: Option<String>,
    pub(crate) screen_share_address_self: Option<String>,
    pub(crate) screen_share_room_id: Option<String>,
    pub(crate) script_id: Option<String>,
    pub(crate) selected_agent_id: Option<String>,
    pub(crate) selected_agent_rank: Option<i64>,
    pub(crate) session_dnis: Option<String>,
    pub(crate) session_id: Option<String>,
    pub(crate) sharing_screen: Option<bool>,
    pub(crate) skill_expression_id: Option<String>,
    pub(crate) skip_enabled: Option<bool>,
    pub(crate) snippet_recording: Option<bool>,
    pub(crate) timeout_seconds: Option<i64>,
    pub(crate) used_routing: Option<AnalyticsSessionUsedRouting>,
    pub(crate) video_address_self: Option<String>,
    pub(crate) video_room_id: Option<String>,
    pub(crate) waiting_interaction_counts: Option<Vec<i64>>,
    pub(crate) agent_groups: Option<Vec<Value>>,
    pub(crate) proposed_agents: Option<Vec<Value>>,
    pub(crate) media_endpoint_stats: Option<Vec<Value>>,
    pub(crate) flow: Option<Box<Value>>,
    pub(crate) metrics: Option<Vec<AnalyticsSessionMetric>>,
    pub(crate) segments: Option<Vec<AnalyticsConversationSegment>>,
}

#[derive(Deserialize)]
pub(crate) enum AnalyticsSessionDeliveryStatus {
    DeliveryFailed,
    DeliveryPushed,
    DeliverySuccess,
    Failed,
    Published,
    Queued,
    Read,
    Received,
    Sent,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AnalyticsSessionDirection {
    Inbound,
    Outbound,
}

#[derive(Deserialize)]
pub(crate) enum AnalyticsSessionEngagementSource {
    AppleMessagesForBusiness,
    Discord,
    Email,
    Facebook,
    FacebookMessenger,
    Glassdoor,
    GoogleBusinessProfile,
    Instagram,
    KakaoTalk,
    Line,
    LinkedIn,
    MicrosoftTeams,
    MobileChat,
    Other,
    #[serde(rename = "QQ")]
    Qq,
    Reddit,
    ServiceNow,
    #[serde(rename = "SFDC")]
    Sfdc,
    #[serde(rename = "SMS")]
    Sms,
    Snapchat,
    Telegram,
    Threads,
    Trustpilot,
    Unspecified,
    Viber,
    WebChat,
    WeChat,
    Weibo,
    WhatsApp,
    X,
    Yelp,
    YouTube,
    Zendesk,
    OpenMessaging,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AnalyticsAgentStateAgentSessionResultMediaType {
    Callback,
    Chat,
    Cobrowse,
    Email,
    Internalmessage,
    Message,
    Screenmonitoring,
    Screenshare,
    #[serde(rename = "unknown")]
    UnknownValue,
    Video,
    Voice,
}

#[derive(Deserialize)]
pub(crate) enum AnalyticsSessionRequestedRoutings {
    Bullseye,
    Conditional,
    Direct,
    Last,
    Manual,
    Predictive,
    Preferred,
    Standard,
    Vip,
}

#[derive(Deserialize)]
pub(crate) enum AnalyticsSessionRoutingRuleType {
    Bullseye,
    Conditional,
    Predictive,
    Preferred,
}

#[derive(Deserialize)]
pub(crate) enum AnalyticsSessionUsedRouting {
    Bullseye,
    Conditional,
    Direct,
    Last,
    Manual,
    Predictive,
    Preferred,
    Standard,
    Vip,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnalyticsSessionMetric {
    pub(crate) emit_date: Option<Timestamp>,
    pub(crate) name: Option<String>,
    pub(crate) value: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnalyticsConversationSegment {
    pub(crate) audio_muted: Option<bool>,
    pub(crate) conference: Option<bool>,
    pub(crate) destination_conversation_id: Option<String>,
    pub(crate) destination_session_id: Option<String>,
    pub(crate) disconnect_type: Option<AnalyticsConversationSegmentDisconnectType>,
    pub(crate) error_code: Option<String>,
    pub(crate) group_id: Option<String>,
    pub(crate) q850_response_codes: Option<Vec<i64>>,
    pub(crate) queue_id: Option<String>,
    pub(crate) requested_language_id: Option<String>,
    pub(crate) requested_routing_skill_ids: Option<Vec<String>>,
    pub(crate) requested_routing_user_ids: Option<Vec<String>>,
    pub(crate) segment_end: Option<Timestamp>,
    pub(crate) segment_start: Option<Timestamp>,
    pub(crate) segment_type: Option<AgentStateSegmentTypeCountSegmentType>,
    pub(crate) sip_response_codes: Option<Vec<i64>>,
    pub(crate) source_conversation_id: Option<String>,
    pub(crate) source_session_id: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) video_muted: Option<bool>,
    pub(crate) wrap_up_code: Option<String>,
    pub(crate) wrap_up_note: Option<String>,
    pub(crate) wrap_up_tags: Option<Vec<String>>,
    pub(crate) scored_agents: Option<Vec<Value>>,
    pub(crate) properties: Option<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum AnalyticsConversationSegmentDisconnectType {
    Client,
    ConferenceTransfer,
    ConsultTransfer,
    DndEndpoint,
    DndTransfer,
    Endpoint,
    Error,
    ForwardTransfer,
    Inactivity,
    NoAnswerTransfer,
    NotAvailableTransfer,
    Other,
    Peer,
    SessionExpired,
    Spam,
    System,
    Takeover,
    Timeout,
    Transfer,
    TransportFailure,
    Uncallable,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AgentStateSegmentTypeCountSegmentType {
    Alert,
    Barging,
    Callback,
    Coaching,
    Contacting,
    Converting,
    Delay,
    Dialing,
    Hold,
    Interact,
    Ivr,
    Monitoring,
    Parked,
    Scheduled,
    Screenmonitoring,
    Sharing,
    System,
    Transmitting,
    #[serde(rename = "unknown")]
    UnknownValue,
    Uploading,
    Voicemail,
    Wrapup,
}
