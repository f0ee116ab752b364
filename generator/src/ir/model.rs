//! The types of the intermediate representation.

use crate::load::Diagnostics;
pub use crate::spec::JobPhase;

/// The whole SDK: one release of the spec, ready to be rendered.
#[derive(Clone, Debug, Default)]
pub struct Api {
    /// The title of the spec.
    pub title: String,
    /// The release of the spec, where it is known (`269`).
    pub release: Option<String>,
    /// The version of the crate; that of the runtime where none is stated.
    pub version: Option<semver::Version>,
    /// The SHA-256 of the spec file, in hexadecimal.
    pub sha256: String,
    /// Some of the spec's operations, and what they reach: all of it is wanted, so nothing waits for a feature.
    pub is_slice: bool,
    /// Every tag, sorted by module name.
    pub tags: Vec<Tag>,
    /// Every distinct set of tags that something belongs to, sorted by folder.
    pub groups: Vec<Group>,
    /// Every operation once, sorted by method name.
    pub operations: Vec<Operation>,
    /// Every model, sorted by name.
    pub models: Vec<Model>,
    /// Every enum, sorted by name.
    pub enums: Vec<Enum>,
    /// The families of asynchronous jobs.
    pub job_families: Vec<JobFamily>,
    /// Operations that take a page number or a cursor, though neither rules nor overrides know how they page: wire names, in
    /// the order of `operations`.
    pub paging_undecided: Vec<String>,
    /// Definitions that are written as another type wherever they are used, sorted by name.
    pub aliases: Vec<Alias>,
    /// Definitions that get no type of their own, and why.
    pub skipped: Vec<Skipped>,
    /// What of the document was left out, or read in a way that its author may not expect.
    pub diagnostics: Diagnostics,
    /// What the models are for.
    pub part: Part,
    /// The topics of notifications, sorted by id. Only [`Api::events`] has any.
    pub topics: Vec<Topic>,
    /// The events of notifications: families of topics as tags, topics, and the models of what events hold. None where no document of topics
    /// lies beside the spec.
    pub events: Option<Box<Self>>,
}

/// What the models of an [`Api`] are for, and so where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// Requests and responses: `models`.
    #[default]
    Operations,
    /// Events of notifications: `events::models`.
    Events,
}

/// A topic of notifications: a function that names it, and an event.
#[derive(Clone, Debug, Default)]
pub struct Topic {
    /// Its id as the document has it (`v2.users.{id}.presence`).
    pub id: String,
    /// The id cut at its dots.
    pub segments: Vec<TopicSegment>,
    /// The function below `events::topics` (`user_presence`); unique.
    pub function: String,
    /// The variant of the event (`UserPresence`); unique, and never `Other` or `Gap`.
    pub variant: String,
    /// The parameters in the order of the id.
    pub arguments: Vec<TopicArgument>,
    /// Its family.
    pub family: TagId,
    /// What its events hold; [`Type::Json`] where that is not known, and then it has no event of its own.
    pub body: Type,
    /// What the document says of it.
    pub docs: Docs,
    /// How its events can be received (`Websocket`, `EventBridge`, …); empty where the document does not say.
    pub transports: Vec<String>,
    /// The permissions that subscribing needs.
    pub permissions: Vec<String>,
    /// What the document says of its parameters.
    pub parameters: Vec<String>,
    /// The permissions are asked for in the division of the object.
    pub needs_division_permissions: bool,
    /// Only the user that the topic names can subscribe.
    pub needs_current_user: bool,
    /// Only the user that the topic names can subscribe, or someone with the permissions.
    pub needs_current_user_or_permission: bool,
    /// It is a preview.
    pub preview: bool,
}

/// A part of the id of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopicSegment {
    /// Stands as it is.
    Literal(String),
    /// The value of the argument with this index in [`Topic::arguments`].
    Argument(usize),
    /// The same, with all that follows: the value may have dots.
    Rest(usize),
}

/// A parameter of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicArgument {
    /// The Rust name, unique in the topic (`user_id`).
    pub name: String,
    /// The name in the id, without braces.
    pub wire_name: String,
}

/// Index of a [`Tag`] in [`Api::tags`].
pub type TagId = usize;
/// Index of a [`Group`] in [`Api::groups`].
pub type GroupId = usize;
/// Index of an [`Operation`] in [`Api::operations`].
pub type OperationId = usize;
/// Index of a [`Model`] in [`Api::models`].
pub type ModelId = usize;
/// Index of an [`Enum`] in [`Api::enums`].
pub type EnumId = usize;

/// A tag of the spec: a feature, a module and a handle on the client.
#[derive(Clone, Debug)]
pub struct Tag {
    /// The tag as the spec writes it (`Speech & Text Analytics`).
    pub name: String,
    /// The cargo feature (`speech-text-analytics`).
    pub feature: String,
    /// The module below `api`, and the method of the client (`speech_text_analytics`). Never a keyword, never a method the client has.
    pub module: String,
    /// The type of the handle (`SpeechTextAnalyticsApi`).
    pub type_name: String,
    /// What the spec says of the tag.
    pub description: Option<String>,
}

/// A set of tags: what belongs to it is compiled when any of its tags is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The tags, ascending. Empty for definitions that no operation reaches: these compile with `full` only.
    pub tags: Vec<TagId>,
    /// The folder below `models` and `api` (`users`, `shared/routing_and_users`; `shared/user`, called after the model that is used most,
    /// if the tags are many).
    pub folder: String,
}

/// Prose from the spec, as found there: untrusted, not escaped, maybe with HTML or Markdown in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Docs {
    /// One line.
    pub summary: Option<String>,
    /// The rest.
    pub description: Option<String>,
}

/// A Rust type of a property, parameter or body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Type {
    /// `String`.
    String,
    /// `bool`.
    Boolean,
    /// `i64`.
    Integer,
    /// `f64`.
    Number,
    /// `Timestamp`: RFC 3339.
    DateTime,
    /// `Date`.
    Date,
    /// `LocalDateTime`: no zone.
    LocalDateTime,
    /// `YearMonth`.
    YearMonth,
    /// `serde_json::Value`: anything.
    #[default]
    Json,
    /// A model.
    Model(ModelId),
    /// An open enum.
    Enum(EnumId),
    /// `FilePart`: a file of a multipart body, or a body that is a file. Nothing but parameters and bodies has it.
    File,
    /// `Vec<T>`.
    List(Box<Type>),
    /// `BTreeMap<String, T>`.
    Map(Box<Type>),
    /// `Option<T>`: an element that may be null.
    Nullable(Box<Type>),
}

/// A definition with properties (or none): a struct.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The Rust name, unique among models and enums in any case.
    pub name: String,
    /// The name of the definition.
    pub wire_name: String,
    /// The file below the group's folder, without `.rs`; unique in it.
    pub file: String,
    /// What turns it on.
    pub group: GroupId,
    /// It has no definition of its own: an object written where it is used. Its wire name is that place.
    pub inline: bool,
    /// What the spec says of it.
    pub docs: Docs,
    /// The properties in the order of the spec.
    pub fields: Vec<Field>,
    /// Its old names, as types.
    pub former: Vec<Former>,
    /// Old names of its properties, with the index in [`Model::fields`].
    pub former_fields: Vec<(usize, Former)>,
}

/// A name that Genesys has given up, kept for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// The Rust name.
    pub name: String,
    /// What the spec called it.
    pub wire_name: String,
    /// What the compiler says to who uses it.
    pub note: String,
}

/// A property of a model.
#[derive(Clone, Debug)]
pub struct Field {
    /// The Rust name, with `r#` where it is a keyword that takes it. Unique in the model, and never `extra`.
    pub name: String,
    /// The name on the wire, which can hold anything.
    pub wire_name: String,
    /// The type (without `Option`).
    pub ty: Type,
    /// The server sets it; a client's value is ignored.
    pub read_only: bool,
    /// The spec calls it required.
    pub required: bool,
    /// The spec calls it deprecated.
    pub deprecated: bool,
    /// Its value is kept out of `Debug`.
    pub secret: bool,
    /// What the spec says of its values beside the type, for the docs.
    pub limits: Limits,
    /// The default as the spec writes it, for the docs.
    pub default: Option<String>,
    /// What the spec says of it.
    pub docs: Docs,
}

impl Field {
    /// Whether the field is `Option<Box<T>>`: every model in a model is. Some would hold themselves otherwise, some would weigh 40 KB in
    /// place, and with one rule for all no release changes the type of a field because of what another model grew to hold.
    #[must_use]
    pub fn is_boxed(&self) -> bool {
        matches!(self.ty, Type::Model(_))
    }
}

/// An open enum.
#[derive(Clone, Debug)]
pub struct Enum {
    /// The Rust name, unique among models and enums in any case.
    pub name: String,
    /// The wire name of the property or parameter that it types; none for a definition of its own.
    pub wire_name: Option<String>,
    /// It has no definition of its own: it is written where it is used.
    pub inline: bool,
    /// What its values are on the wire.
    pub repr: EnumRepr,
    /// The known values in the order of the spec, without duplicates.
    pub variants: Vec<Variant>,
    /// Where it is written.
    pub home: EnumHome,
    /// Set where other enums of the same property or parameter name have the same values: this one becomes
    /// `pub type {name} = {other}`, which costs hardly any compile time.
    pub alias_of: Option<EnumId>,
    /// It is the type that several places share, and none of them itself.
    pub is_shared: bool,
    /// What turns it on: all groups of its places and of its aliases together.
    pub group: GroupId,
    /// What the spec says of it.
    pub docs: Docs,
}

/// What an enum's values are on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnumRepr {
    /// JSON strings.
    Text,
    /// JSON integers.
    Integer,
}

/// The file that an enum is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnumHome {
    /// The file of the model whose property it types.
    Model(ModelId),
    /// The file of the operation whose parameter it types.
    Operation(OperationId),
    /// A file of its own below `models/{folder of its group}`, because it is shared by groups.
    Shared {
        /// The file without `.rs`.
        file: String,
    },
}

/// A known value of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The Rust name, unique in the enum; never `Self` or `Unknown`.
    pub name: String,
    /// The value on the wire (the digits for an integer).
    pub wire: String,
    /// What the spec says of it.
    pub docs: Option<String>,
}

/// One operation.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    /// The Rust method name (`get_user`), from `x-purecloud-method-name`; unique.
    pub method_name: String,
    /// The Rust struct name (`GetUser`); unique among operations.
    pub struct_name: String,
    /// `x-purecloud-method-name` as it is, or the operationId if there is none.
    pub wire_name: String,
    /// `operationId`.
    pub operation_id: String,
    /// The HTTP method in upper case.
    pub http_method: String,
    /// The path as the spec writes it, after the base path (`/api/v2/users/{userId}`).
    pub path: String,
    /// The path cut into literal and parameter pieces, in order.
    pub path_segments: Vec<PathPiece>,
    /// Its tags, ascending; at least one.
    pub tags: Vec<TagId>,
    /// What turns it on: the group of its tags.
    pub group: GroupId,
    /// The file below `api/{folder of the group}`, without `.rs`; several operations share one.
    pub file: String,
    /// Path parameters in path order, then required query and header parameters in spec order: the arguments before the body.
    pub arguments: Vec<Parameter>,
    /// Optional query and header parameters: setters.
    pub setters: Vec<Parameter>,
    /// The body.
    pub body: Option<Body>,
    /// The `accept` header.
    pub accept: String,
    /// What a success holds.
    pub output: Output,
    /// The statuses of success that the spec declares. Sorted.
    pub successes: Vec<u16>,
    /// The statuses of success that have no schema, where another one has: their bodies are not decoded. Sorted.
    pub without_schema: Vec<u16>,
    /// `security: []`: no token is needed, and none is sent.
    pub public: bool,
    /// The OAuth scopes that `security` lists.
    pub scopes: Vec<String>,
    /// The security scheme whose credential the caller gives, where it is not OAuth. Beside `public` the credential is optional.
    pub credential: Option<CredentialScheme>,
    /// `x-inin-requires-permissions`.
    pub permissions: Option<Permissions>,
    /// `x-inin-error-codes` of all responses: status, code, text; sorted.
    pub error_codes: Vec<ErrorCode>,
    /// The spec calls it deprecated.
    pub deprecated: bool,
    /// `x-genesys-preview`.
    pub preview: bool,
    /// GET, HEAD, PUT, DELETE, or a POST that only reads: its last path segment is `query` or `search`, or an override says so.
    pub idempotent: bool,
    /// The paging style, where it lists something.
    pub paging: Option<Paging>,
    /// Summary and description.
    pub docs: Docs,
    /// Its old method names.
    pub former: Vec<Former>,
    /// Its old struct names, in the order of [`Operation::former`].
    pub former_structs: Vec<String>,
}

/// A security scheme other than OAuth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialScheme {
    /// Its name in the spec.
    pub name: String,
    /// Where its credential goes.
    pub place: CredentialPlace,
}

/// Where a credential goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialPlace {
    /// The `Authorization` header, after this scheme.
    Authorization(String),
    /// The header of this name.
    Header(String),
    /// The query parameter of this name.
    Query(String),
    /// The cookie of this name.
    Cookie(String),
}

/// A piece of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPiece {
    /// Goes out as it is.
    Literal(String),
    /// The value of the argument with this index in [`Operation::arguments`].
    Argument(usize),
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// Into the path.
    Path,
    /// Into the query.
    Query,
    /// Into a header.
    Header,
    /// Into a cookie.
    Cookie,
    /// Into a form body.
    Form,
    /// Into a multipart body.
    Part,
}

/// How the values of a list are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListStyle {
    /// The name once per value.
    #[default]
    Repeated,
    /// Joined with commas.
    Commas,
    /// Joined with spaces.
    Spaces,
    /// Joined with tabs.
    Tabs,
    /// Joined with bars.
    Pipes,
}

/// A parameter other than the body.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The Rust name, unique in the operation, never `body`, and never a method that operations have (`send`, `items`, …).
    pub name: String,
    /// The name on the wire, exactly (`site.id`).
    pub wire_name: String,
    /// Where it goes.
    pub location: Location,
    /// The type. A boolean with an enum of strings is the enum.
    pub ty: Type,
    /// How it is written where it is a list.
    pub list_style: ListStyle,
    /// What the spec says of its values beside the type, for the docs.
    pub limits: Limits,
    /// The default as the spec writes it, for the docs.
    pub default: Option<String>,
    /// What the spec says of it.
    pub docs: Docs,
}

/// What the spec says of values beside their type. Nothing checks it: the server does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The format, where the type does not say it (`int32`, `uri`).
    pub format: Option<String>,
    /// The least number.
    pub minimum: Option<Bound>,
    /// The greatest number.
    pub maximum: Option<Bound>,
    /// What a string must match.
    pub pattern: Option<String>,
    /// The least length of a string.
    pub shortest: Option<usize>,
    /// The greatest length of a string.
    pub longest: Option<usize>,
    /// The least number of items.
    pub fewest: Option<usize>,
    /// The greatest number of items.
    pub most: Option<usize>,
    /// Every item is there once.
    pub unique: bool,
}

/// An end of a range of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The number.
    pub value: String,
    /// The number itself is outside of the range.
    pub exclusive: bool,
}

/// A request body other than a form.
#[derive(Clone, Debug)]
pub struct Body {
    /// The type.
    pub ty: Type,
    /// A required body is the last argument, an optional one the setter `body`.
    pub required: bool,
    /// The `content-type` header.
    pub content_type: String,
    /// What the spec says of it.
    pub docs: Docs,
}

/// What a successful response holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// JSON of this type.
    Json(Type),
    /// `()`: no success response has a schema.
    #[default]
    Empty,
    /// `String`: text/plain and text/calendar.
    Text,
    /// Bytes: an operation with only a `default` response, or binary content.
    Bytes,
}

/// The permissions that an operation needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// All of them, or any one.
    pub all: bool,
    /// The permissions (`routing:queue:view`).
    pub names: Vec<String>,
}

/// An error code that an operation declares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErrorCode {
    /// The HTTP status.
    pub status: u16,
    /// The code (`bad.request`).
    pub code: String,
    /// The message pattern.
    pub message: String,
}

/// How an operation pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// How the next page is asked for.
    pub style: PagingStyle,
    /// The property of the response that holds the items, as field path from the output model: Rust names (usually one).
    pub items: Vec<String>,
    /// The same path by the names on the wire.
    pub wire_items: Vec<String>,
    /// The item type.
    pub item: Type,
    /// Wire name of the page-size parameter, if there is one.
    pub page_size: Option<String>,
}

/// How the next page is asked for. All names are wire names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PagingStyle {
    /// A page number in the query; `page_count` and `total` are response properties, if there are any.
    PageNumber {
        /// The query parameter.
        parameter: String,
        /// The response property with the number of pages.
        page_count: Option<String>,
        /// The response property with the number of items.
        total: Option<String>,
    },
    /// A page number in the request body, below these properties (`["paging", "pageNumber"]`).
    BodyPageNumber {
        /// The property path in the body.
        path: Vec<String>,
        /// The response property with the number of pages.
        page_count: Option<String>,
        /// The response property with the number of items.
        total: Option<String>,
    },
    /// A cursor from the response goes into a query parameter.
    Cursor {
        /// The query parameter.
        parameter: String,
        /// The path of the cursor in the response (`["cursors", "after"]`).
        response: Vec<String>,
    },
    /// A cursor from the response goes into the request body.
    BodyCursor {
        /// The property path in the body.
        path: Vec<String>,
        /// The path of the cursor in the response.
        response: Vec<String>,
    },
    /// A URI in the response, whose query holds the parameters of the next page.
    NextUri {
        /// The response property (`nextUri`).
        response: String,
    },
    /// SCIM: `startIndex` and `count`, with `totalResults`.
    StartIndex {
        /// The query parameter of the index, which counts from 1.
        parameter: String,
        /// The query parameter of the page size.
        count: String,
        /// The response property with the number of items.
        total: String,
    },
    /// One page is the whole list.
    Single,
}

/// A family of `POST …/jobs`, its status and its results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFamily {
    /// Starts a job.
    pub submit: OperationId,
    /// Reads its state.
    pub status: Option<OperationId>,
    /// Reads its results, paged.
    pub results: Option<OperationId>,
    /// Cancels or deletes it.
    pub cancel: Option<OperationId>,
    /// Field path (Rust names) of the job's id in the submit operation's output; empty where it has none. The arguments of
    /// status, results and cancel are those of submit's path and then this id.
    pub id: Vec<String>,
    /// Field path (Rust names) of the state in the status operation's output. Empty where the output itself is the state
    /// (`state_is_output`), or, if there is none: 200 means that the job is done, and 202 that it is not.
    pub state: Vec<String>,
    /// The status operation's output is the state, and nothing else.
    pub state_is_output: bool,
    /// What the known values of the state mean, in the order of the spec. Any other value means that the job is running.
    pub states: Vec<JobState>,
}

/// A known value of the state of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobState {
    /// The value on the wire.
    pub wire: String,
    /// What it means.
    pub phase: JobPhase,
}

/// A definition that is a list, a map, a plain value or another definition: it is written as that type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The definition.
    pub wire_name: String,
    /// What it stands for.
    pub ty: Type,
}

/// A definition without a type of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The definition.
    pub wire_name: String,
    /// Why it has none.
    pub reason: String,
}
