use serde_json::Value;

use super::models::{User, read, refusal, text};

fn nested(depth: usize, property: &str, close: &str) -> String {
    format!("{}{{}}{}", property.repeat(depth), close.repeat(depth))
}

/// Threads of tokio and of the standard library have 2 MiB of stack, and code without optimisation uses the most of it.
fn on_a_small_stack(check: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(check)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn depth_up_to_the_limit_of_serde_json_is_read_and_written() {
    on_a_small_stack(|| {
        let document = nested(126, r#"{"manager":"#, "}");
        let user: User = read(&document);
        assert_eq!(text(user.clone()), document);
        assert_eq!(serde_json::to_string(&user).unwrap(), document);
        assert_eq!(user.clone(), user);
        assert!(format!("{user:#?}").contains("manager"));
    });
}

#[test]
fn deeper_documents_are_refused_and_do_not_overflow_the_stack() {
    on_a_small_stack(|| {
        for (property, close) in [
            (r#"{"manager":"#, "}"),
            (r#"{"odd":"#, "}"),
            (r#"{"addresses":[{"odd":["#, "]}]}"),
            (r#"{"settings":["#, "]}"),
        ] {
            let error = refusal::<User>(&nested(100_000, property, close));
            assert!(error.to_string().contains("recursion limit"), "{error}");
        }
    });
}

#[test]
fn unknown_properties_may_be_as_deep() {
    on_a_small_stack(|| {
        let document = nested(126, r#"{"odd":"#, "}");
        let user: User = read(&document);
        let again: Value = serde_json::from_str(&text(user)).unwrap();
        assert_eq!(again, serde_json::from_str::<Value>(&document).unwrap());
    });
}
