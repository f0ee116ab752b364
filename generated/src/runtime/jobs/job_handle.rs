//! A serializable handle of a job, to attach to it later.

use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Submit;
use crate::runtime::debug::debug_fields;
use crate::runtime::request::Operation;

/// The name of a job that the operation `S` started: enough to take the job up again with [`Job::attach`](super::Job::attach), in another process
/// if need be.
///
/// It is serialisable. It holds the id of the job and the arguments in the path of the call that started it, and no token. What a handle of
/// another operation wrote is refused when it is read.
///
/// ```text
/// let job = client.analytics().post_analytics_conversations_details_jobs(query).submit().await?;
/// std::fs::write("job.json", serde_json::to_string(&job.handle())?)?;
///
/// // Later, in another process:
/// let text = std::fs::read_to_string("job.json")?;
/// let handle: JobHandle<PostAnalyticsConversationsDetailsJobs> = serde_json::from_str(&text)?;
/// let job = Job::attach(&client, handle);
/// job.wait().await?;
/// ```
///
/// The same for any operation:
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::{Client, Job, JobHandle, Submit};
///
/// /// What to keep of a job.
/// fn text_of<S: Submit>(job: &Job<S>) -> serde_json::Result<String> {
///     serde_json::to_string(&job.handle())
/// }
///
/// /// The job again, later.
/// fn taken_up<S: Submit>(client: &Client, text: &str) -> serde_json::Result<Job<S>> {
///     let handle: JobHandle<S> = serde_json::from_str(text)?;
///     Ok(Job::attach(client, handle))
/// }
/// ```
pub struct JobHandle<S> {
    pub(super) path_arguments: Vec<String>,
    pub(super) id: String,
    operation: PhantomData<fn() -> S>,
}

impl<S> JobHandle<S> {
    /// The job `id`, of an operation without arguments in its path.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            path_arguments: Vec::new(),
            id: id.into(),
            operation: PhantomData,
        }
    }

    /// With the next argument in the path of the call that started the job, like the id of a management unit.
    #[must_use]
    pub fn path_argument(mut self, argument: impl Into<String>) -> Self {
        self.path_arguments.push(argument.into());
        self
    }

    /// The id of the job.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl<S> From<&str> for JobHandle<S> {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl<S> From<String> for JobHandle<S> {
    fn from(id: String) -> Self {
        Self::new(id)
    }
}

impl<S> From<&JobHandle<S>> for JobHandle<S> {
    fn from(handle: &JobHandle<S>) -> Self {
        handle.clone()
    }
}

// Derives would ask the same of the operation.
impl<S> Clone for JobHandle<S> {
    fn clone(&self) -> Self {
        Self {
            path_arguments: self.path_arguments.clone(),
            ..Self::new(self.id.clone())
        }
    }
}

impl<S> PartialEq for JobHandle<S> {
    fn eq(&self, other: &Self) -> bool {
        self.path_arguments == other.path_arguments && self.id == other.id
    }
}

impl<S> Eq for JobHandle<S> {}

debug_fields!(JobHandle<S: Operation>, |this| operation: S::METADATA.name, id: this.id);

/// How a handle is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The operation by its name in the metadata.
    operation: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    path: Vec<String>,
    id: String,
}

impl<S: Submit> Serialize for JobHandle<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        let kept = Kept {
            operation: S::METADATA.name.to_owned(),
            path: self.path_arguments.clone(),
            id: self.id.clone(),
        };
        kept.serialize(serializer)
    }
}

impl<'de, S: Submit> Deserialize<'de> for JobHandle<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = Kept::deserialize(deserializer)?;
        if kept.operation != S::METADATA.name {
            return Err(de::Error::custom(format!(
                "the handle belongs to a job of `{}`, not of `{}`",
                kept.operation,
                S::METADATA.name
            )));
        }
        Ok(Self {
            path_arguments: kept.path,
            ..Self::new(kept.id)
        })
    }
}
