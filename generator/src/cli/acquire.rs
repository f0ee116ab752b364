//! Where a new spec comes from: the published one, another URL, or a file. For `fetch` and `upgrade`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use genesys_codegen::GenerateError;
use genesys_codegen::fetch::{Candidate, Incoming, Options};

use super::{Failure, Strictness, output};

#[derive(Args)]
pub(super) struct Acquisition {
    /// The region to download the published spec from, by its name or domain [default: us-east-1].
    #[cfg(feature = "fetch")]
    #[arg(long, value_name = "REGION", conflicts_with_all = ["url", "from"])]
    region: Option<String>,
    /// Another URL to download the spec from.
    #[cfg(feature = "fetch")]
    #[arg(long, value_name = "URL", conflicts_with = "from")]
    url: Option<String>,
    /// Merge the preview spec, published beside the other: its operations are marked as preview.
    #[cfg(feature = "fetch")]
    #[arg(long, conflicts_with = "from")]
    preview: bool,
    /// Where the preview spec is, if not beside the other.
    #[cfg(feature = "fetch")]
    #[arg(long, value_name = "URL", requires = "preview")]
    preview_url: Option<String>,
    /// Take this file (.json or .json.gz) instead of downloading.
    #[arg(long, value_name = "FILE")]
    #[cfg_attr(not(feature = "fetch"), arg(required = true))]
    from: Option<PathBuf>,
    /// Take the spec though it has over a tenth fewer operations, definitions or bytes than the one there.
    #[arg(long)]
    force: bool,
    /// The number of the release [default: one more than the last].
    #[arg(long, value_name = "NUMBER")]
    release: Option<u32>,
    /// Whether summaries and descriptions stay in the spec [default: as in the spec there].
    #[arg(long, value_enum)]
    prose: Option<Prose>,
    #[command(flatten)]
    strictness: Strictness,
}

#[derive(Clone, Copy, ValueEnum)]
enum Prose {
    /// They stay.
    Keep,
    /// Interface facts only.
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
        if self.strictness.strict && !candidate.diagnostics.is_empty() {
            return Err(GenerateError::Strict(candidate.diagnostics).into());
        }
        for note in &candidate.notes {
            output::note(note);
        }
        output::report(&candidate.diagnostics);
        Ok(candidate)
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
        let downloader = Downloader::new(&std::thread::sleep)?;
        let get = |address: &Address, what| {
            let bytes = Bytes::new(what);
            downloader.get(address, &mut |progress| bytes.show(progress))
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
