//! Prints the figures of the main job in one run: how long generating, checking and building take, and how much memory.
//!
//! `cargo bench -p genesys-cloud-tests --bench figures` (about five minutes; nothing else should run). Every step is a process of its own, so
//! that its peak memory is its own. The dependencies are built before the clock starts.

#![allow(clippy::expect_used, reason = "a bench that cannot measure stops")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};

const STEP: &str = "--step";
const RUNS: usize = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == STEP) {
        return measure(&arguments[at + 1..]);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = root.join("target/figures");
    let out = target.join("out");
    let cargo = |arguments: &str| -> Vec<String> {
        ["cargo"]
            .into_iter()
            .chain(arguments.split(' '))
            .map(str::to_owned)
            .collect()
    };
    let bench = Bench {
        root: root.clone(),
        target: target.clone(),
    };

    bench.prepare(&cargo("build -q --release -p genesys-codegen"));
    let generator = target.join("release/genesys-codegen").display().to_string();
    let generate = |folder: &Path| -> Vec<String> {
        vec![
            generator.clone(),
            "generate".to_owned(),
            "--out".to_owned(),
            folder.display().to_string(),
        ]
    };

    println!("| what | wall, s (each run) | user CPU, s | peak memory, GB |");
    println!("|---|---|---|---|");
    let _ = std::fs::remove_dir_all(&out);
    bench.row(
        "generate, whole spec, first write",
        &generate(&out),
        1,
        None,
    );
    bench.row(
        "generate again, nothing to write",
        &generate(&out),
        RUNS,
        None,
    );

    let features = [("only `users`", "users"), ("`full`", "full")];
    let library = out.join("src/lib.rs");
    let manifest = out.join("Cargo.toml");
    let in_crate = |what: &str, features: &str| {
        cargo(&format!(
            "{what} -q --manifest-path {} --features {features}",
            manifest.display()
        ))
    };
    // The folder stands alone: without this line cargo would look for it in the workspace around it.
    if let Ok(text) = std::fs::read_to_string(&manifest) {
        let _ = std::fs::write(&manifest, format!("{text}\n[workspace]\n"));
    }
    let mut seconds = BTreeMap::new();
    for (name, feature) in features {
        for what in ["check", "build"] {
            let command = in_crate(what, feature);
            bench.prepare(&command);
            let title = format!("cargo {what}, {name}");
            seconds.insert(
                (what, feature),
                bench.row(&title, &command, RUNS, Some(&library)),
            );
        }
    }
    println!(
        "\nbuild : check, full = {:.2} (best of {RUNS} each)",
        seconds[&("build", "full")] / seconds[&("check", "full")]
    );

    let trees: Vec<BTreeMap<PathBuf, Vec<u8>>> = ["1", "2"]
        .iter()
        .map(|threads| {
            let folder = target.join(format!("threads-{threads}"));
            let _ = std::fs::remove_dir_all(&folder);
            let mut command = Command::new(&generator);
            let status = command
                .args(&generate(&folder)[1..])
                .env("RAYON_NUM_THREADS", threads)
                .current_dir(&root)
                .status();
            assert!(
                status.is_ok_and(|status| status.success()),
                "the generator failed"
            );
            let mut files = BTreeMap::new();
            read(&folder, &folder, &mut files);
            files
        })
        .collect();
    let same = trees[0] == trees[1];
    println!(
        "1 thread and 2 write the same {} files: {same}",
        trees[0].len()
    );

    println!("\nReading and writing models against serde derive on the same structs:");
    let status = Command::new("cargo")
        .args([
            "bench",
            "-q",
            "-p",
            "genesys-cloud-runtime",
            "--bench",
            "codec",
        ])
        .current_dir(&root)
        .env("CARGO_TARGET_DIR", &target)
        .status();
    if same && status.is_ok_and(|status| status.success()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

struct Bench {
    root: PathBuf,
    target: PathBuf,
}

impl Bench {
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0");
        command
    }

    fn prepare(&self, command: &[String]) {
        let status = self.command(&command[0]).args(&command[1..]).status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "failed: {}",
            command.join(" ")
        );
    }

    /// Runs a command several times, each time after touching `stale`, prints its row, and returns the best wall time in seconds.
    fn row(&self, title: &str, command: &[String], runs: usize, stale: Option<&Path>) -> f64 {
        let mut walls = Vec::new();
        let mut users = Vec::new();
        let mut peak = 0.0_f64;
        for _ in 0..runs {
            if let Some(stale) = stale {
                let text = std::fs::read(stale).expect("the file was generated");
                std::fs::write(stale, text).expect("the file was generated");
            }
            let this = std::env::current_exe().expect("a running program has a path");
            let output = self
                .command(this)
                .arg(STEP)
                .args(command)
                .output()
                .expect("this program runs");
            assert!(
                output.status.success(),
                "failed: {}\n{}",
                command.join(" "),
                String::from_utf8_lossy(&output.stderr)
            );
            let text = String::from_utf8_lossy(&output.stdout);
            let numbers: Vec<f64> = text
                .lines()
                .last()
                .unwrap_or_default()
                .split(' ')
                .filter_map(|number| number.parse().ok())
                .collect();
            let [wall, user, memory] = numbers[..] else {
                panic!("three numbers were expected: {text}")
            };
            walls.push(wall);
            users.push(user);
            peak = peak.max(memory);
        }
        let list = |numbers: &[f64]| {
            numbers
                .iter()
                .map(|number| format!("{number:.1}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        println!(
            "| {title} | {} | {} | {peak:.2} |",
            list(&walls),
            list(&users)
        );
        walls.into_iter().fold(f64::INFINITY, f64::min)
    }
}

/// Runs the command and prints wall seconds, CPU seconds of its processes, and the peak memory of the largest of them in GB.
fn measure(command: &[String]) -> ExitCode {
    let start = Instant::now();
    let status = Command::new(&command[0]).args(&command[1..]).status();
    let wall = start.elapsed().as_secs_f64();
    let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else {
        return ExitCode::FAILURE;
    };
    let user = usage.user_time();
    #[allow(
        clippy::cast_precision_loss,
        reason = "kilobytes of memory and microseconds are far below 2^52"
    )]
    let (user, memory) = (
        user.tv_sec() as f64 + user.tv_usec() as f64 / 1e6,
        usage.max_rss() as f64 / 1024.0 / 1024.0,
    );
    println!("{wall} {user} {memory}");
    if status.is_ok_and(|status| status.success()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn read(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("the folder was generated") {
        let path = entry.expect("the folder was generated").path();
        if path.is_dir() {
            read(root, &path, files);
        } else {
            let below = path.strip_prefix(root).expect("it is below").to_owned();
            files.insert(below, std::fs::read(&path).expect("the file was generated"));
        }
    }
}
