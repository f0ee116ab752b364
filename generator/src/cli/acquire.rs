//! Where a new spec comes from: the published one, another URL, or a file. For `fetch` and `upgrade`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use genesys_codegen::fetch::{Candidate, Incoming, Options, TopicsCandidate, TopicsOptions};
use genesys_codegen::{GenerateError, diagnose};

use super::{Failure, Strictness, output};

#[derive(Args)]
pub(super) struct Acquisition {
    /// Download the published spec of this region, given by name or domain [default: us-east-1].
    #[cfg(feature = "fetch")]
    #[arg(long, value_name = "REGION", conflicts_with_all = ["url", "from"])]
    region: Option<String>,
    /// Download the spec from this URL instead.
    #[cfg(feature = "fetch")]
    #[arg(long, value_name = "URL", conflicts_with = "from")]
    url: Option<String>,
    /// Merge the preview spec, which is published beside the public one. Its operations are marked as preview.
    #[cfg(feature = "fetch")]
    #[arg(long, conflicts_with = "from")]
    preview: bool,
    /// The URL of the preview spec, if it is not beside the public one.
    #[cfg(feature = "fetch")]
    #[arg(long, value_name = "URL", requires = "preview")]
    preview_url: Option<String>,
    /// Read this file (.json or .json.gz) instead of downloading.
    #[arg(long, value_name = "FILE")]
    #[cfg_attr(not(feature = "fetch"), arg(required_unless_present = "topics_from"))]
    from: Option<PathBuf>,
    /// Get the notification topics from the API of the region. Needs GENESYSCLOUD_ACCESS_TOKEN, or GENESYSCLOUD_OAUTHCLIENT_ID and
    /// GENESYSCLOUD_OAUTHCLIENT_SECRET. Without --region, the region is GENESYSCLOUD_REGION. `fetch` then replaces the spec only if --url,
    /// --from or --preview is given.
    #[cfg(feature = "fetch")]
    #[arg(long, conflicts_with = "topics_from")]
    topics: bool,
    /// Read the notification topics from this file: a response of GET /api/v2/notifications/availabletopics?expand=schema. `fetch` then
    /// replaces the spec only if --url, --from or --preview is given.
    #[arg(long, value_name = "FILE")]
    topics_from: Option<PathBuf>,
    /// Accept a spec that has over a tenth fewer operations, definitions or bytes than the current one.
    #[arg(long)]
    force: bool,
    /// The release number to record [default: one more than the last].
    #[arg(long, value_name = "NUMBER")]
    release: Option<u32>,
    /// Whether to keep summaries and descriptions [default: as in the current spec].
    #[arg(long, value_enum)]
    prose: Option<Prose>,
    #[command(flatten)]
    strictness: Strictness,
}

#[derive(Clone, Copy, ValueEnum)]
enum Prose {
    /// Summaries and descriptions stay in the spec.
    Keep,
    /// The spec holds interface facts only.
    Drop,
}

impl Acquisition {
    /// Gets the spec, checks it against the one in a folder, and says what was found. Writes no file.
    pub(super) fn candidate(&self, folder: &Path) -> Result<Candidate, Failure> {
        let options = Options {
            force: self.force,
            release: self.release,
            prose: self.prose.map(|prose| matches!(prose, Prose::Keep)),
        };
        let candidate = Candidate::prepare(&self.incoming()?, folder, options)?;
        let diagnostics = diagnose(&candidate)?;
        if self.strictness.strict && !diagnostics.is_empty() {
            return Err(GenerateError::Strict(diagnostics).into());
        }
        for note in &candidate.notes {
            output::note(note);
        }
        output::report(&diagnostics);
        Ok(candidate)
    }

    /// Whether something names the spec to take, beside the topics.
    pub(super) fn names_a_spec(&self) -> bool {
        #[cfg(feature = "fetch")]
        if self.url.is_some() || self.preview {
            return true;
        }
        self.from.is_some()
    }

    /// Gets the topics, where any are asked for, and says what was found. Writes no file.
    pub(super) fn topics(&self, folder: &Path) -> Result<Option<TopicsCandidate>, Failure> {
        let (origin, document) = match &self.topics_from {
            Some(path) => {
                let document = std::fs::read(path).map_err(|error| {
                    Failure(format!("{}: cannot be read: {error}", path.display()))
                })?;
                (path.display().to_string(), document)
            }
            #[cfg(feature = "fetch")]
            None if self.topics => self.download_topics()?,
            None => return Ok(None),
        };
        let options = TopicsOptions {
            force: self.force,
            release: self.release.filter(|_| !self.names_a_spec()),
            prose: self.prose.map(|prose| matches!(prose, Prose::Keep)),
        };
        let candidate = TopicsCandidate::prepare(&origin, &document, folder, options)?;
        if self.strictness.strict && !candidate.diagnostics.is_empty() {
            return Err(GenerateError::Strict(candidate.diagnostics).into());
        }
        output::report(&candidate.diagnostics);
        Ok(Some(candidate))
    }

    #[cfg(feature = "fetch")]
    fn download_topics(&self) -> Result<(String, Vec<u8>), Failure> {
        use genesys_codegen::fetch::download::{Address, Credentials, Downloader};
        use genesys_codegen::fetch::region::{login_at, topics_at};

        use super::progress::Bytes;

        let variable = |name: &str| std::env::var(name).ok();
        let credentials = Credentials::from_variables(variable)?;
        let region = self
            .region
            .clone()
            .or_else(|| variable("GENESYSCLOUD_REGION"));
        let region = region.filter(|region| !region.trim().is_empty());
        let region = region.as_deref().unwrap_or("us-east-1");
        let address = Address::parse(&topics_at(region)?)?;
        let login = Address::parse(&login_at(region)?)?;
        let bytes = Bytes::new("the topics");
        let downloader = Downloader::new()?.progress(move |progress| bytes.show(progress));
        let document = downloader.topics(&address, &login, &credentials)?;
        Ok((address.to_string(), document))
    }

    fn incoming(&self) -> Result<Incoming, Failure> {
        if let Some(path) = &self.from {
            let document = std::fs::read(path)
                .map_err(|error| Failure(format!("{}: cannot be read: {error}", path.display())))?;
            return Ok(Incoming {
                origin: path.display().to_string(),
                document,
                preview: None,
            });
        }
        #[cfg(feature = "fetch")]
        return self.download();
        #[cfg(not(feature = "fetch"))]
        Err(Failure("say --from FILE".to_owned()))
    }

    #[cfg(feature = "fetch")]
    fn download(&self) -> Result<Incoming, Failure> {
        use genesys_codegen::fetch::download::{Address, Downloader};
        use genesys_codegen::fetch::region::published_at;

        use super::progress::Bytes;

        let address = match &self.url {
            Some(url) => Address::parse(url)?,
            None => Address::parse(&published_at(
                self.region.as_deref().unwrap_or("us-east-1"),
            )?)?,
        };
        let preview = match (&self.preview_url, self.preview) {
            (Some(url), _) => Some(Address::parse(url)?),
            (None, true) => Some(address.preview()?),
            (None, false) => None,
        };
        let get = |address: &Address, what| {
            let bytes = Bytes::new(what);
            let downloader = Downloader::new()?.progress(move |progress| bytes.show(progress));
            downloader.get(address)
        };
        Ok(Incoming {
            document: get(&address, "the spec")?,
            preview: preview
                .map(|address| {
                    let bytes = get(&address, "the preview spec")?;
                    Ok::<_, Failure>((address.to_string(), bytes))
                })
                .transpose()?,
            origin: address.to_string(),
        })
    }
}
