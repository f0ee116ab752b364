//! Events of notifications: a function for each topic, the enum of events, and the table by which an event finds its topic.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use askama::Template;

use super::format::{self, Layout};
use super::types::Types;
use super::{Job, RenderError, docs, enums, literal, models, modules};
use crate::ir::{Api, TagId, Topic, TopicSegment, Type};

#[derive(Template)]
#[template(path = "topics.rs.jinja", escape = "none")]
struct TopicsTemplate<'a> {
    imports: Vec<String>,
    topics: Vec<TopicView<'a>>,
}

struct TopicView<'a> {
    docs: Vec<String>,
    function: &'a str,
    arguments: Vec<&'a str>,
    body: String,
    id: String,
}

#[derive(Template)]
#[template(path = "events.rs.jinja", escape = "none")]
struct EventsTemplate {
    has_stream: bool,
    /// Lines of the table by which an event finds its topic.
    patterns: String,
    /// An entry for each topic whose events have a model: its id, the variant, the place of its pattern, its feature and the type.
    events: String,
}

/// What stands for a parameter in the table of patterns, and for one that has dots.
const PARAMETER: &str = "{}";
const REST: &str = "{*}";

/// The folder `events`; `has_stream` where the runtime can listen.
pub(super) fn jobs(events: &Api, has_stream: bool) -> Result<Vec<Job<'_>>, RenderError> {
    let mut jobs = models::jobs(events)?;
    jobs.extend(modules::models(events)?);
    for (id, tag) in events.tags.iter().enumerate() {
        let path = format!("src/events/topics/{}.rs", tag.module);
        jobs.push(Job {
            layout: Layout::Formatted,
            source: format!("the topics of {}", tag.name),
            text: {
                let file = path.clone();
                Box::new(move || topics(events, id, &file))
            },
            path,
        });
    }
    let mut root = String::from("//! What can be listened to: a function for each topic.\n");
    root.push_str(&modules::macros(events));
    for tag in &events.tags {
        let features = [literal::string(&tag.feature)];
        root.push_str(&modules::folder_line(events, &tag.module, &features));
    }
    jobs.push(modules::text("src/events/topics/mod.rs".to_owned(), root));
    jobs.push(Job {
        path: "src/events/mod.rs".to_owned(),
        layout: Layout::AsWritten,
        source: "the topics of notifications".to_owned(),
        text: Box::new(move || event(events, has_stream)),
    });
    Ok(jobs)
}

fn topics(events: &Api, family: TagId, file: &str) -> Result<String, RenderError> {
    let mut types = Types::new(events, []);
    let topics = events.topics.iter();
    let topics = topics
        .filter(|topic| topic.family == family)
        .map(|topic| {
            let arguments = topic.arguments.iter();
            Ok(TopicView {
                docs: literal::doc_lines(topic_docs(topic)),
                function: literal::identifier(&topic.id, &topic.function)?,
                arguments: arguments
                    .map(|argument| literal::identifier(&topic.id, &argument.name))
                    .collect::<Result<_, _>>()?,
                body: types.rust(&topic.body),
                id: literal::string(&topic.id),
            })
        })
        .collect::<Result<Vec<_>, RenderError>>()?;
    // The runtime by its module: a model may be called like what is in it.
    let mut imports = types.imports();
    imports.push("crate::runtime::notifications".to_owned());
    imports.sort();
    let template = TopicsTemplate { imports, topics };
    rendered(template.render(), file)
}

fn rendered(text: Result<String, askama::Error>, file: &str) -> Result<String, RenderError> {
    text.map_err(|source| RenderError::Template {
        file: file.to_owned(),
        source,
    })
}

/// The enum of events, and the table.
fn event(events: &Api, has_stream: bool) -> Result<String, RenderError> {
    let mut patterns: Vec<(Vec<&str>, &Topic)> = events
        .topics
        .iter()
        .map(|topic| (pattern(topic), topic))
        .collect();
    patterns.sort_by(|left, right| left.0.cmp(&right.0));
    // Of two ids that differ in the names of their parameters only, the first stands for both.
    patterns.dedup_by(|left, right| left.0 == right.0);
    let mut types = Types::by_path(events);
    let mut template = EventsTemplate {
        has_stream,
        patterns: String::new(),
        events: String::new(),
    };
    for (index, (segments, topic)) in patterns.into_iter().enumerate() {
        let segments: Vec<String> = segments.into_iter().map(literal::string).collect();
        let line = format::filled("    &[", &segments, ", ", "],");
        let _ = writeln!(template.patterns, "{line}");
        if topic.body == Type::Json {
            continue;
        }
        let docs = literal::string(&format!(" {}", docs::code(&topic.id)));
        let variant = literal::identifier(&topic.id, &topic.variant)?;
        let feature = if events.is_slice {
            String::new()
        } else {
            let feature = &events.tags[topic.family].feature;
            format!(" if {}", literal::string(feature))
        };
        let body = types.rust(&topic.body);
        let _ = writeln!(
            template.events,
            "    {docs}\n    {variant} = {index}{feature}:\n        {body};"
        );
    }
    rendered(template.render(), "src/events/mod.rs")
}

fn pattern(topic: &Topic) -> Vec<&str> {
    let segments = topic.segments.iter();
    segments
        .map(|segment| match segment {
            TopicSegment::Literal(text) => text.as_str(),
            TopicSegment::Argument(_) => PARAMETER,
            TopicSegment::Rest(_) => REST,
        })
        .collect()
}

/// What the document says of a topic, and what subscribing to it needs.
fn topic_docs(topic: &Topic) -> Vec<String> {
    let mut lines = vec![format!("The topic {}.", docs::code(&topic.id))];
    let prose = enums::prose(&topic.docs);
    if !prose.is_empty() {
        lines.push(String::new());
        lines.extend(prose);
    }
    let mut facts = Vec::new();
    if topic.preview {
        facts.push("A preview: it may change or go without notice.".to_owned());
    }
    if !topic.permissions.is_empty() {
        let division = if topic.needs_division_permissions {
            ", in the division of the object"
        } else {
            ""
        };
        facts.push(format!(
            "Permissions: {}{division}.",
            codes(&topic.permissions)
        ));
    } else if topic.needs_division_permissions {
        facts.push("Permissions are asked for in the division of the object.".to_owned());
    }
    if topic.needs_current_user_or_permission {
        facts.push("The user that the topic names needs no permission.".to_owned());
    } else if topic.needs_current_user {
        facts.push("Only the user that the topic names can subscribe.".to_owned());
    }
    if !topic.transports.is_empty() {
        facts.push(format!("Transports: {}.", codes(&topic.transports)));
    }
    if !topic.parameters.is_empty() {
        facts.push(format!("Parameters: {}.", codes(&topic.parameters)));
    }
    if topic.body == Type::Json {
        facts.push(
            "Its events have no model: they arrive as [`Event::Other`](crate::events::Event::Other)."
                .to_owned(),
        );
    }
    for fact in facts {
        lines.push(String::new());
        lines.extend(docs::wrap_markdown(&fact));
    }
    lines
}

fn codes(names: &[String]) -> String {
    let mut seen = BTreeSet::new();
    let mut text = String::new();
    for name in names.iter().filter(|name| seen.insert(name.as_str())) {
        let separator = if text.is_empty() { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{}", docs::code(name));
    }
    text
}
