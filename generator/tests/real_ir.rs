//! The spec in `spec/` becomes an SDK, whole.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use genesys_codegen::ir::{
    Api, EnumHome, JobPhase, JobState, Location, Options, Output, PathPiece, Selection, Type,
    build, select, stats,
};
use genesys_codegen::load::load_file;
use genesys_codegen::spec::Folder;

static API: LazyLock<Api> = LazyLock::new(api);

fn api() -> Api {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../spec"));
    let spec = load_file(folder).unwrap();
    let options = Options {
        overrides: Folder::read(folder).unwrap().overrides().unwrap(),
        ..Options::default()
    };
    build(&spec.document, &options).unwrap()
}

#[test]
fn every_operation_and_every_definition_is_there() {
    let stats = stats(&API);
    assert_eq!(stats.operations, 3355);
    assert_eq!(stats.definitions, 5165);
    assert_eq!(stats.models, 5165);
    assert_eq!(stats.models_from_definitions, 5165);
    assert_eq!(stats.skipped, []);
    assert_eq!(stats.fields, 27563);
    assert_eq!(stats.tags, 87);
    // Counted in the file with a program of its own: 2,745 in definitions, 649 in parameters (27 of them are booleans), 10 in responses.
    assert_eq!(stats.enum_places, 2745 + 649 - 27 + 10);
    let shared = API.enums.iter().filter(|item| item.is_shared);
    assert_eq!(
        stats.enums + stats.enum_aliases - shared.count(),
        stats.enum_places
    );
    assert!(stats.enums < 1710, "{}", stats.enums);
    assert_eq!(stats.parameters, 3068 + 2962 + 23);
    assert_eq!(stats.bodies, 1350);
    assert_eq!(stats.public_operations, 35);
    assert_eq!(stats.deprecated_operations, 129);
    assert_eq!(stats.preview_operations, 88);
    assert_eq!(stats.unreached_models, 165);
}

#[test]
fn operations_have_the_tags_of_the_spec() {
    let several = API
        .operations
        .iter()
        .filter(|operation| operation.tags.len() > 1);
    let sets: BTreeSet<&Vec<usize>> = several.clone().map(|operation| &operation.tags).collect();
    assert_eq!(several.count(), 152);
    assert_eq!(sets.len(), 30);
    for operation in &API.operations {
        assert_eq!(API.groups[operation.group].tags, operation.tags);
    }
    let of_one_tag = API
        .models
        .iter()
        .filter(|model| API.groups[model.group].tags.len() == 1);
    assert_eq!(of_one_tag.count(), 4279);
}

#[test]
fn arguments_come_in_their_order() {
    let required = API
        .operations
        .iter()
        .filter(|operation| {
            operation
                .arguments
                .iter()
                .any(|argument| argument.location != Location::Path)
        })
        .count();
    assert_eq!(required, 122);
    for operation in &API.operations {
        let places: Vec<usize> = operation
            .path_segments
            .iter()
            .filter_map(|piece| match piece {
                PathPiece::Argument(index) => Some(*index),
                PathPiece::Literal(_) => None,
            })
            .collect();
        assert_eq!(places, (0..places.len()).collect::<Vec<usize>>());
        let rebuilt: String = operation
            .path_segments
            .iter()
            .map(|piece| match piece {
                PathPiece::Literal(text) => text.clone(),
                PathPiece::Argument(index) => {
                    format!("{{{}}}", operation.arguments[*index].wire_name)
                }
            })
            .collect();
        assert_eq!(rebuilt, operation.path);
    }
    let joined = API
        .operations
        .iter()
        .flat_map(|operation| operation.arguments.iter().chain(&operation.setters))
        .filter(|parameter| parameter.list_style == genesys_codegen::ir::ListStyle::Commas);
    let names: BTreeSet<&str> = joined
        .map(|parameter| parameter.wire_name.as_str())
        .collect();
    assert_eq!(names, BTreeSet::from(["attributes", "excludedAttributes"]));
}

#[test]
fn outputs_are_told_apart() {
    let count = |test: fn(&Output) -> bool| {
        let outputs = API.operations.iter().map(|operation| &operation.output);
        outputs.filter(|output| test(output)).count()
    };
    // 30 operations have only a default response; two of them are HEAD, which has no body.
    assert_eq!(count(|output| *output == Output::Bytes), 28);
    assert_eq!(count(|output| *output == Output::Text), 3);
    assert_eq!(count(|output| *output == Output::Empty), 417);
    assert_eq!(count(|output| matches!(output, Output::Json(_))), 2907);
    let accepts: BTreeSet<&str> = API
        .operations
        .iter()
        .map(|operation| operation.accept.as_str())
        .collect();
    assert_eq!(
        accepts,
        BTreeSet::from(["application/json", "text/calendar", "text/plain"])
    );
}

#[test]
fn names_differ_whatever_their_case() {
    let mut names = BTreeSet::new();
    let types = API.models.iter().map(|model| &model.name);
    for name in types.chain(API.enums.iter().map(|item| &item.name)) {
        assert!(names.insert(name.to_lowercase()), "{name}");
    }
    let mut files = BTreeSet::new();
    for model in &API.models {
        assert!(files.insert((model.group, &model.file)), "{}", model.file);
        let fields: BTreeSet<&str> = model
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        assert_eq!(fields.len(), model.fields.len(), "{}", model.name);
        assert!(!fields.contains("extra"));
    }
    for item in &API.enums {
        if let EnumHome::Shared { file } = &item.home {
            assert!(files.insert((item.group, file)), "{file}");
        }
        let variants: BTreeSet<&str> = item
            .variants
            .iter()
            .map(|variant| variant.name.as_str())
            .collect();
        assert_eq!(variants.len(), item.variants.len(), "{}", item.name);
        assert!(!variants.contains("Unknown") && !variants.contains("Self"));
    }
    let folders: BTreeSet<&str> = API
        .groups
        .iter()
        .map(|group| group.folder.as_str())
        .collect();
    assert_eq!(folders.len(), API.groups.len());
}

#[test]
fn an_enum_is_compiled_wherever_it_is_used() {
    let covers = |wide: usize, narrow: usize| {
        let wide = &API.groups[wide].tags;
        API.groups[narrow].tags.iter().all(|tag| wide.contains(tag))
    };
    for item in &API.enums {
        match &item.home {
            EnumHome::Model(model) => assert!(covers(API.models[*model].group, item.group)),
            EnumHome::Operation(id) => assert!(covers(API.operations[*id].group, item.group)),
            EnumHome::Shared { .. } => {}
        }
        if let Some(canonical) = item.alias_of {
            let canonical = &API.enums[canonical];
            assert!(covers(canonical.group, item.group), "{}", item.name);
            assert!(canonical.alias_of.is_none());
            assert_eq!(canonical.wire_name, item.wire_name);
        }
    }
}

#[test]
fn files_of_operations_are_small() {
    let mut counts = std::collections::BTreeMap::new();
    for operation in &API.operations {
        *counts
            .entry((operation.group, &operation.file))
            .or_insert(0) += 1;
    }
    assert!(counts.values().all(|count| *count <= 25));
    let file = |name: &str| {
        let operation = API
            .operations
            .iter()
            .find(|operation| operation.method_name == name)
            .unwrap();
        format!("{}/{}", API.groups[operation.group].folder, operation.file)
    };
    assert_eq!(file("get_user"), "users/users");
    assert_eq!(
        file("get_user_queues"),
        "shared/routing_and_users/users_queues"
    );
}

#[test]
fn secrets_of_the_spec_are_known() {
    let secrets: BTreeSet<String> = API
        .models
        .iter()
        .flat_map(|model| model.fields.iter().map(move |field| (model, field)))
        .filter(|(_, field)| field.secret)
        .map(|(model, field)| format!("{}.{}", model.name, field.wire_name))
        .collect();
    for name in [
        "CreateUser.password",
        "OAuthClient.secret",
        "Credential.credentialFields",
        "ChangePasswordRequest.newPassword",
        "WebDeploymentsAuthorizationResponse.refreshToken",
        "VmPairingInfo.auth-token",
    ] {
        assert!(secrets.contains(name), "{name}");
    }
    assert!(secrets.iter().all(|name| !name.contains("Uri")));
}

fn tag(name: &str) -> Selection {
    Selection {
        tags: Some([name.to_owned()].into()),
        ..Selection::default()
    }
}

#[test]
fn a_slice_is_what_its_tags_reach() {
    let slice = select(&API, &tag("users")).unwrap();
    assert_eq!(slice.tags.len(), 1);
    assert!(slice.groups.iter().all(|group| group.tags == [0]));
    let users = API
        .tags
        .iter()
        .position(|tag| tag.module == "users")
        .unwrap();
    let expected = |tags: &Vec<usize>| tags.contains(&users);
    let operations = API.operations.iter().filter(|item| expected(&item.tags));
    assert_eq!(slice.operations.len(), operations.count());
    let expected: Vec<&str> = API
        .models
        .iter()
        .filter(|model| API.groups[model.group].tags.contains(&users))
        .map(|model| model.name.as_str())
        .collect();
    let models: Vec<&str> = slice
        .models
        .iter()
        .map(|model| model.name.as_str())
        .collect();
    assert_eq!(models, expected);

    // What is in the slice has the names and types that it has in the whole.
    let named = |api: &Api, ty: &Type| match ty {
        Type::Model(id) => api.models[*id].name.clone(),
        Type::Enum(id) => api.enums[*id].name.clone(),
        other => format!("{other:?}"),
    };
    for model in &slice.models {
        let whole = API
            .models
            .iter()
            .find(|item| item.name == model.name)
            .unwrap();
        for (left, right) in model.fields.iter().zip(&whole.fields) {
            assert_eq!(left.name, right.name);
            if !matches!(left.ty, Type::List(_) | Type::Map(_)) {
                assert_eq!(named(&slice, &left.ty), named(&API, &right.ty));
            }
        }
    }
    assert!(select(&API, &tag("user")).is_err());
}

#[test]
fn building_twice_gives_the_same() {
    let again = api();
    assert!(format!("{again:?}") == format!("{:?}", *API));
}

/// A listing of each style: the operation, where its items are, and the style.
const LISTINGS: &str = r#"
getUsers ["entities"] PageNumber { parameter: "pageNumber", page_count: Some("pageCount"), total: Some("total") }
getContentmanagementQuery ["results", "entities"] PageNumber { parameter: "pageNumber", page_count: None, total: None }
postAnalyticsConversationsDetailsQuery ["conversations"] BodyPageNumber { path: ["paging", "pageNumber"], page_count: None, total: Some("totalHits") }
postUsersSearch ["results"] BodyPageNumber { path: ["pageNumber"], page_count: Some("pageCount"), total: Some("total") }
getUsersSearch ["results"] Cursor { parameter: "q64", response: ["nextPage"] }
getExternalcontactsScanContacts ["entities"] Cursor { parameter: "cursor", response: ["cursors", "after"] }
postTaskmanagementWorkitemsQuery ["entities"] BodyCursor { path: ["after"], response: ["after"] }
getTeams ["entities"] NextUri { response: "nextUri" }
getScimV2Users ["resources"] StartIndex { parameter: "startIndex", count: "count", total: "totalResults" }
getScimV2Schemas ["resources"] Single
"#;

#[test]
fn every_style_of_paging_is_found() {
    let stats = stats(&API);
    assert_eq!(API.paging_undecided, [""; 0]);
    let styles = stats.paging_styles;
    assert_eq!(styles.page_number, 297);
    assert_eq!(styles.body_page_number, 31);
    assert_eq!(styles.cursor, 57);
    assert_eq!(styles.body_cursor, 5);
    assert_eq!(styles.next_uri, 131);
    assert_eq!(styles.start_index, 4);
    assert_eq!(styles.single, 182);

    for line in LISTINGS.trim().lines() {
        let (name, expected) = line.split_once(' ').unwrap();
        let operation = API.operations.iter().find(|one| one.wire_name == name);
        let paging = operation.unwrap().paging.as_ref().unwrap();
        assert_eq!(
            format!("{:?} {:?}", paging.items, paging.style),
            expected,
            "{name}"
        );
    }
    // What changes something lists nothing.
    let wrong = API.operations.iter().find(|operation| {
        operation.paging.is_some()
            && matches!(operation.http_method.as_str(), "PUT" | "PATCH" | "DELETE")
    });
    assert!(wrong.is_none());
}

#[test]
fn families_of_jobs_are_found() {
    let families = &API.job_families;
    let count = |test: fn(&genesys_codegen::ir::JobFamily) -> bool| {
        families.iter().filter(|family| test(family)).count()
    };
    assert_eq!(families.len(), 113);
    assert_eq!(count(|family| family.status.is_some()), 105);
    // 32 whose parameters have the same names as those of the submit operation, and one of a journey view that calls one otherwise.
    assert_eq!(count(|family| family.results.is_some()), 33);
    assert_eq!(count(|family| family.cancel.is_some()), 29);
    assert_eq!(count(|family| family.id.is_empty()), 0);
    assert_eq!(
        count(|family| family.status.is_some() && family.states.is_empty()),
        3
    );

    let family = |name: &str| {
        families
            .iter()
            .find(|family| API.operations[family.submit].wire_name == name)
            .unwrap()
    };
    let details = family("postAnalyticsConversationsDetailsJobs");
    assert_eq!(details.id, ["job_id"]);
    assert_eq!(details.state, ["state"]);
    let results = &API.operations[details.results.unwrap()];
    assert_eq!(
        results.wire_name,
        "getAnalyticsConversationsDetailsJobResults"
    );
    assert!(results.paging.is_some());
    let phases: Vec<(&str, JobPhase)> = details
        .states
        .iter()
        .map(|state| (state.wire.as_str(), state.phase))
        .collect();
    assert_eq!(
        phases,
        [
            ("QUEUED", JobPhase::Running),
            ("PENDING", JobPhase::Running),
            ("FAILED", JobPhase::Failed),
            ("CANCELLED", JobPhase::Cancelled),
            ("FULFILLED", JobPhase::Succeeded),
            ("EXPIRED", JobPhase::Failed),
        ]
    );
    assert!(family("postJourneyActionmapsEstimatesJobs").state_is_output);
    let adherence = family("postWorkforcemanagementAgentsMeAdherenceHistoricalJobs");
    assert_eq!(adherence.id, ["job", "id"]);
    assert_eq!(adherence.state, ["job", "status"]);
    for family in families {
        let arguments = |id: usize| {
            let arguments = &API.operations[id].arguments;
            arguments
                .iter()
                .filter(|argument| argument.location == Location::Path)
                .count()
        };
        for id in [family.status, family.results, family.cancel]
            .into_iter()
            .flatten()
        {
            assert_eq!(arguments(id), arguments(family.submit) + 1);
        }
    }
}

/// Every family whose path does not end in `jobs`, and why it is one: the operation that reads its state, a value of that state while the work
/// is done, and the value when it is done.
const FAMILIES_BY_SHAPE: &str = "\
patchWorkforcemanagementAlternativeshiftsTradesStateJobs getWorkforcemanagementAlternativeshiftsTradesStateJob Processing Complete
postAuditsQuery getAuditsQueryTransactionId Queued Succeeded
postBusinessrulesDecisiontableExports getBusinessrulesDecisiontableExport Pending Complete
postBusinessrulesDecisiontableImports getBusinessrulesDecisiontableImport Processing Complete
postExternalcontactsContactsExports getExternalcontactsContactsExport RUNNING SUCCEEDED
postExternalcontactsNotesExports getExternalcontactsNotesExport RUNNING SUCCEEDED
postExternalcontactsOrganizationsExports getExternalcontactsOrganizationsExport RUNNING SUCCEEDED
postExternalcontactsRelationshipsExports getExternalcontactsRelationshipsExport RUNNING SUCCEEDED
postFlowsExecutions getFlowsExecution RUNNING COMPLETED
postGdprRequests getGdprRequest SEARCHING COMPLETED
postKnowledgeSourceSynchronizations getKnowledgeSourceSynchronization InQueue Completed
postLearningScorm getLearningScormScormId Unpacking Ready
postQualityConversationsAuditsQuery getQualityConversationsAuditsQueryTransactionId Queued Succeeded
postRecordingBatchrequests getRecordingBatchrequest InProgress Completed
postRecordingUploadsReports getRecordingUploadsReport InProgress Completed
postSpeechandtextanalyticsProgramsPublishjobs getSpeechandtextanalyticsProgramsPublishjob Running Completed
postSpeechandtextanalyticsTopicsPublishjobs getSpeechandtextanalyticsTopicsPublishjob Running Completed
postWorkforcemanagementBusinessunitWeekSchedulePerformancepredictionsRecalculations getWorkforcemanagementBusinessunitWeekSchedulePerformancepredictionsRecalculation Processing Complete";

#[test]
fn families_of_jobs_are_found_by_their_shape() {
    let operation = |id: usize| &API.operations[id];
    let by_shape = API.job_families.iter().filter(|family| {
        let submit = operation(family.submit);
        submit.http_method != "POST" || !submit.path.ends_with("/jobs")
    });
    let mut found: Vec<&str> = by_shape
        .clone()
        .map(|family| operation(family.submit).wire_name.as_str())
        .collect();
    found.sort_unstable();
    let rows = FAMILIES_BY_SHAPE
        .lines()
        .map(|line| line.split(' ').collect::<Vec<_>>());
    assert!(found.into_iter().eq(rows.clone().map(|row| row[0])));
    for row in rows {
        let [submit, status, at_work, done] = row[..] else {
            panic!("{row:?}");
        };
        let mut families = by_shape.clone();
        let family = families
            .find(|family| operation(family.submit).wire_name == submit)
            .unwrap();
        assert_eq!(operation(family.status.unwrap()).wire_name, status);
        assert!(!family.id.is_empty(), "{submit}");
        for (value, phase) in [(at_work, JobPhase::Running), (done, JobPhase::Succeeded)] {
            let is_there = |state: &JobState| state.wire == value && state.phase == phase;
            assert!(family.states.iter().any(is_there), "{submit}: {value}");
        }
    }
}

#[test]
fn what_can_be_repeated_is_marked() {
    let repeatable = |name: &str| {
        let operation = API
            .operations
            .iter()
            .find(|operation| operation.wire_name == name);
        operation.unwrap().idempotent
    };
    assert!(repeatable("getUser"));
    assert!(repeatable("postUsersSearch"));
    assert!(repeatable("postAnalyticsConversationsDetailsQuery"));
    assert!(repeatable("postUsersSearchTeamsAssign"));
    assert!(!repeatable("postUsers"));
    assert!(!repeatable("patchUser"));
    assert!(!repeatable("postAnalyticsConversationsDetailsJobs"));
}
