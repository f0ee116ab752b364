//! Several folders, replaced together by a run that is killed anywhere.

use super::*;

/// A root with a spec, a crate, a changelog and something of the user's.
fn start() -> TempDir {
    let root = TempDir::new().unwrap();
    fs::create_dir(root.path().join("spec")).unwrap();
    fs::write(root.path().join("spec/spec.json"), "old spec").unwrap();
    fs::write(root.path().join("spec/source.toml"), "old record").unwrap();
    fs::write(root.path().join("spec/fixups.toml"), "mine").unwrap();
    fs::write(root.path().join("CHANGELOG.md"), "old").unwrap();
    fs::write(root.path().join("Cargo.lock"), "old lock").unwrap();
    write(&old_files(), &ALL, &root.path().join("generated")).unwrap();
    root
}

fn replacements() -> Vec<Replacement> {
    [
        ("spec/spec.json", "new spec"),
        ("spec/source.toml", "new record"),
        ("CHANGELOG.md", "new"),
        ("Cargo.lock", "new lock"),
    ]
    .map(|(name, content)| Replacement {
        name: name.to_owned(),
        content: content.as_bytes().to_owned(),
    })
    .to_vec()
}

fn replace(disk: &dyn Disk, root: &Path) -> Result<Summary, WriteError> {
    let (held, _) = Held::take_on(disk, root)?;
    let _spec = held.take_inner("spec")?;
    let _crate = held.take_inner("generated")?;
    let rendered = new_files();
    let made = Crate {
        folder: "generated",
        files: &rendered,
        part: &ALL,
    };
    held.replace_on(disk, &replacements(), Some(made))
}

/// Everything but the work folders.
fn state(root: &Path) -> BTreeMap<String, Option<String>> {
    let mut state = tree(root);
    state.retain(|name, _| !name.contains(WORK_FOLDER) || name.ends_with(MANIFEST_FILE));
    state
}

#[test]
fn all_of_it_is_replaced_or_nothing_whoever_runs_next() {
    let reference = start();
    let old = state(reference.path());
    let summary = replace(&RealDisk, reference.path()).unwrap();
    assert_eq!(
        (summary.written, summary.unchanged, summary.removed),
        (9, 2, 5)
    );
    let new = state(reference.path());
    assert_eq!(new["spec/spec.json"].as_deref(), Some("new spec"));
    assert_eq!(new["spec/fixups.toml"].as_deref(), Some("mine"));
    assert!(
        check(&new_files(), &ALL, &reference.path().join("generated"))
            .unwrap()
            .is_empty()
    );

    let mut seen = [false; 2];
    for after in 0.. {
        let root = start();
        let disk = FailingDisk::new(after, true);
        let outcome = replace(&disk, root.path());
        assert_eq!(outcome.is_err(), disk.failed.get(), "{after}");
        let torn = state(root.path());
        if torn != old && torn != new {
            let named = ["spec", "generated"]
                .iter()
                .flat_map(|name| half_written_files(&root.path().join(name)).unwrap())
                .count();
            assert!(named > 0, "{after}");
            let stale = check(&new_files(), &ALL, &root.path().join("generated")).unwrap();
            assert!(
                stale
                    .iter()
                    .any(|stale| stale.kind == StaleKind::HalfWritten),
                "{after}"
            );
        }
        // `fetch`, `generate` or `upgrade` may be the next.
        let recovery = match after % 3 {
            0 => recover(&root.path().join("spec")).unwrap(),
            1 => recover(&root.path().join("generated")).unwrap(),
            _ => Held::take(root.path()).unwrap().1,
        };
        let recovered = state(root.path());
        if outcome.is_ok() || recovery == Recovery::Finished {
            assert_eq!(recovered, new, "{after}");
            seen[0] = true;
        } else {
            assert_eq!(recovered, old, "{after}");
            seen[1] = true;
        }
        assert!(
            half_written_files(&root.path().join("spec"))
                .unwrap()
                .is_empty()
        );
        if outcome.is_ok() {
            assert!(after > 40, "{after}");
            break;
        }
    }
    assert_eq!(seen, [true, true]);
}

#[test]
fn nothing_is_touched_where_everything_is_as_it_should_be() {
    let root = start();
    replace(&RealDisk, root.path()).unwrap();
    let aged = age(root.path(), "spec/spec.json");
    let summary = replace(&RealDisk, root.path()).unwrap();
    assert_eq!((summary.written, summary.removed), (0, 0));
    assert_eq!(modified(root.path(), "spec/spec.json"), aged);
}

#[test]
fn a_folder_that_is_held_is_nobody_elses() {
    let root = start();
    let (held, _) = Held::take(root.path()).unwrap();
    let error = Held::take(root.path()).unwrap_err();
    assert!(matches!(error, WriteError::InUse { .. }), "{error}");
    // Until its own folder is taken as well, a generator may work below.
    write(&old_files(), &ALL, &root.path().join("generated")).unwrap();
    let inner = held.take_inner("generated").unwrap();
    let error = write(&new_files(), &ALL, &root.path().join("generated")).unwrap_err();
    assert!(matches!(error, WriteError::InUse { .. }), "{error}");
    drop(inner);
}

#[test]
fn nothing_outside_is_replaced() {
    let root = start();
    let before = state(root.path());
    let (held, _) = Held::take(root.path()).unwrap();
    for name in [
        "../x",
        "/etc/x",
        ".git/config",
        ".genesys-codegen/lock",
        "spec/../../x",
        "spec",
    ] {
        let file = Replacement {
            name: name.to_owned(),
            content: b"x".to_vec(),
        };
        assert!(held.replace(&[file], None).is_err(), "{name}");
    }
    assert_eq!(state(root.path()), before);
}
