//! The operations of a job and the meaning of its states, as constant data.

use crate::runtime::operation::OperationMetadata;

/// The operations that belong to one kind of job.
#[derive(Clone, Copy, Debug)]
pub struct JobFamily {
    /// Reads the state of the job.
    pub status: &'static OperationMetadata,
    /// Stops or removes the job, where the API can.
    pub cancel: Option<&'static OperationMetadata>,
    /// Where the id of the job stands in the answer to the call that starts it.
    pub id: &'static [&'static str],
    /// Where the state stands.
    pub state: JobStatePlace,
    /// The known states by their text, except those that mean that the job is running.
    pub states: &'static [(&'static str, JobPhase)],
}

/// Where the state of a job stands in the answer to the call that reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobStatePlace {
    /// In a property.
    Property(&'static [&'static str]),
    /// The state is the whole answer, a JSON text.
    Body,
    /// There is none: with the status 202 the job is running, with any other success it is done.
    StatusCode,
}

/// What the state of a job means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobPhase {
    /// It is running. An unknown state counts as this, too.
    Running,
    /// It waits for the caller to do something: to upload a file, or to start the next step.
    Waiting,
    /// It is done.
    Succeeded,
    /// It is over without success.
    Failed,
    /// Someone stopped it.
    Cancelled,
}

impl JobFamily {
    /// What a state means. Upper and lower case are the same.
    #[must_use]
    pub fn phase_of(&self, state: &str) -> JobPhase {
        let exact = self.states.iter().find(|(known, _)| *known == state);
        let found = exact.or_else(|| {
            self.states
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(state))
        });
        found.map_or(JobPhase::Running, |(_, phase)| *phase)
    }
}
