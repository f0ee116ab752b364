use serde_json::Value;

use super::models::{User, read, refusal, text};
use crate::runtime::codec::{Extra, Model, Visitor};

/// A model as wide as the API's widest, and recursive.
macro_rules! wide {
    ($($field:ident)*) => {
        #[derive(Clone, Default)]
        struct Wide {
            $($field: Option<String>,)*
            next: Option<Box<Wide>>,
            list: Option<Vec<Wide>>,
            map: Option<std::collections::BTreeMap<String, Wide>>,
            extra: Extra,
        }

        impl Model for Wide {
            const NAME: &'static str = "Wide";

            fn visit<V: Visitor>(&mut self, visitor: &mut V) {
                $(visitor.field(stringify!($field), &mut self.$field);)*
                visitor.boxed("next", &mut self.next);
                visitor.field("list", &mut self.list);
                visitor.field("map", &mut self.map);
                visitor.extra(&mut self.extra);
            }
        }
        crate::__model!(Wide);
    };
}
wide!(a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 e0 e1
    e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9);

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

#[test]
fn wide_models_may_be_as_deep() {
    on_a_small_stack(|| {
        for (depth, property, close) in [
            (126, r#"{"next":"#, "}"),
            (63, r#"{"list":["#, "]}"),
            (63, r#"{"map":{"k":"#, "}}"),
        ] {
            let document = nested(depth, property, close);
            let wide: Wide = read(&document);
            assert_eq!(text(wide.clone()), document);
            assert_eq!(wide.clone(), wide);
        }
    });
}
