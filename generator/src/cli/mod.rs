//! Arguments in, files and an exit code out: 0 for done, 1 for a folder that is out of date, 2 for an
//! error. Results go to stdout, everything else to stderr.

mod acquire;
mod check;
mod diff;
mod fetch;
mod generate;
mod output;
mod progress;
mod recovery;
mod slice;
mod stats;
mod upgrade;
mod workspace;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use genesys_codegen::fetch::FetchError;
use genesys_codegen::ir::Selection;
use genesys_codegen::{Config, GenerateError};

/// The exit code of `check` where something is out of date.
const STALE: u8 = 1;
/// The exit code of every error, wrong arguments included.
const FAILED: u8 = 2;

/// What is not supported, for the end of the help.
const UNSUPPORTED: &str = "\
Swagger 2.0 and OpenAPI 3.0 are read, as JSON or as JSON packed with gzip. Other versions (OpenAPI 3.1 among them) are refused.
Operations that need one of these are left out, and named in the output: references to other files, parameters of the style deepObject,
label or matrix, objects in a path, a header or one piece of a query, servers of their own, bodies in XML only.";

/// Generates the Genesys Cloud SDK from the published API description.
#[derive(Parser)]
#[command(name = "genesys-codegen", version, about, propagate_version = true, after_help = UNSUPPORTED)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generate the crate. Files whose content stays the same are not written.
    Generate(Arguments),
    /// Generate a separate crate with selected operations or topics, the models they use, and the runtime.
    Slice(slice::Arguments),
    /// Check that the crate is what `generate` would write. If not, list the stale files and exit with 1.
    Check(Arguments),
    /// Validate the published spec, or a local file, and replace the current spec with it.
    Fetch(fetch::Arguments),
    /// Replace the spec and update the crate, its version and the changelog. If a step fails, nothing changes.
    Upgrade(upgrade::Arguments),
    /// Compare two specs: which changes break users of the crate, and which do not.
    Diff(diff::Arguments),
    /// Count the operations, definitions and topics of the spec, and what is generated from them.
    Stats(stats::Arguments),
}

/// What to generate from what to where.
#[derive(Args)]
struct Arguments {
    /// The spec: a .json or .json.gz file, or the folder that holds it [default: spec/ of the workspace].
    #[arg(long, value_name = "PATH")]
    spec: Option<PathBuf>,
    /// The folder of the crate [default: generated/ of the workspace].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    part: PartArguments,
    #[command(flatten)]
    strictness: Strictness,
}

/// What warnings are.
#[derive(Args, Clone, Copy)]
struct Strictness {
    /// Treat warnings and left-out operations as errors.
    #[arg(long)]
    strict: bool,
}

/// What to select of the spec.
#[derive(Args, Clone)]
struct PartArguments {
    /// Generate only these tags, separated by commas: a feature, a module or the tag itself, in any case.
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    tags: Option<Vec<String>>,
    /// Generate only these operations (of these tags), separated by commas: getUser or get_user.
    #[arg(long, value_name = "OPERATIONS", value_delimiter = ',')]
    operations: Option<Vec<String>>,
    /// Generate only these notification topics, separated by commas: v2.users.{id}.presence, user_presence, or a family like users or
    /// topics-users. With topics alone, a slice has no operations; without this option, it has no topics.
    #[arg(long, value_name = "TOPICS", value_delimiter = ',')]
    topics: Option<Vec<String>>,
}

impl Arguments {
    fn config(&self) -> Result<Config, Failure> {
        let config = Config::new()
            .spec(workspace::spec(self.spec.as_deref())?)
            .strict(self.strictness.strict);
        Ok(config.part(self.part.selection()))
    }
}

impl PartArguments {
    fn selection(&self) -> Selection {
        let names = |names: &Option<Vec<String>>| names.clone().map(BTreeSet::from_iter);
        Selection {
            tags: names(&self.tags),
            operations: names(&self.operations),
            topics: names(&self.topics),
        }
    }
}

/// What ends a command early: one message, which goes to stderr.
#[derive(Debug)]
struct Failure(String);

impl From<GenerateError> for Failure {
    fn from(error: GenerateError) -> Self {
        Self(error.to_string())
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        Self(error.to_string())
    }
}

/// Runs the command that the arguments of this process name.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; nobody may be reading either.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { FAILED } else { 0 });
        }
    };
    let outcome = match cli.command {
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Slice(arguments) => slice::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Fetch(arguments) => fetch::run(&arguments),
        Command::Upgrade(arguments) => upgrade::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Stats(arguments) => stats::run(&arguments),
    };
    outcome.unwrap_or_else(|Failure(message)| {
        output::note(&format!("error: {message}"));
        ExitCode::from(FAILED)
    })
}
