use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::*;

/// As rustdoc reads Markdown.
fn events(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION;
    Parser::new_ext(markdown, options)
}

/// What a reader sees: text, with code between backticks, `- ` or a number before an item, and a newline where a line or block ends.
fn seen(prose: &str) -> String {
    let markdown = paragraphs(prose).join("\n");
    let mut text = String::new();
    let mut numbers: Vec<Option<u64>> = Vec::new();
    for event in events(&markdown) {
        match event {
            Event::Text(part) => text.push_str(&part),
            Event::Code(part) => text.push_str(&format!("`{part}`")),
            Event::SoftBreak => text.push(' '),
            Event::HardBreak => text.push('\n'),
            Event::Start(Tag::List(start)) => numbers.push(start),
            Event::Start(Tag::Item) => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                match numbers.last_mut() {
                    Some(Some(number)) => {
                        text.push_str(&format!("{number}. "));
                        *number += 1;
                    }
                    _ => text.push_str("- "),
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                assert_eq!(&*language, "text", "{markdown}");
            }
            Event::Start(Tag::Link { link_type, .. }) => {
                assert_eq!(link_type, LinkType::Autolink, "{markdown}");
            }
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Link) => {}
            Event::End(TagEnd::List(_)) => {
                numbers.pop();
                if !text.ends_with('\n') {
                    text.push('\n');
                }
            }
            Event::End(_) => {
                if !text.ends_with('\n') {
                    text.push('\n');
                }
            }
            other => panic!("{other:?} of {prose:?}: {markdown}"),
        }
    }
    text.trim_end().to_owned()
}

#[track_caller]
fn reads(prose: &str, expected: &str) {
    assert_eq!(seen(prose), expected, "{:#?}", paragraphs(prose));
}

#[test]
fn punctuation_stays_as_it_was_written() {
    for text in [
        "Say \"yes\" or 'no', don't -- or --- wait... and ....",
        "a-b -5 --flag e.g.. 3...5",
        "5 * 3 * 2, **bold**, _it_, snake_case, __init__, ~~gone~~, ~x~",
        "[a](javascript:alert(1)), [b], ![c](d), [^1], [ ] task, <http-equiv>",
        "a < b > c & d; R&D &copy <userId> {@code <html>} <!-- no -->",
        "C:\\path\\ | a | b || c",
        "(https://x.io) ftp://y.io mailto:a@b.c",
        "a ` b, a `` c",
    ] {
        reads(text, text);
    }
}

#[test]
fn a_line_never_means_more_than_it_says() {
    for text in [
        "# heading",
        "1. one",
        "2017. one",
        "- one",
        "+ one",
        "> quote",
        "===",
        "---",
        "***",
        "* * *",
        "| a | b |\n|---|---|",
        "~~~\na\n~~~",
        "a\n===",
        "a\n---",
        ": b",
        "[a]: https://b.c",
        "1. one\n3. three",
        "01. one\n02. two",
        "- one\n* two",
    ] {
        reads(text, text);
    }
}

#[test]
fn lines_and_paragraphs_are_kept() {
    reads("one\ntwo\r\nthree\n\nfour", "one\ntwo\nthree\nfour");
    let lines = paragraphs(&format!("{}\n\nnext", "word ".repeat(60)));
    assert!(lines.iter().all(|line| line.chars().count() <= 100));
    assert_eq!(lines[lines.len() - 2..], [String::new(), "next".to_owned()]);
}

#[test]
fn lists_are_lists() {
    let list = "Valid values:\n- a \"b\"\n- c\nThe end";
    reads(list, list);
    assert_eq!(
        paragraphs(list),
        ["Valid values:", "", "- a \\\"b\\\"", "- c", "", "The end"]
    );
    reads("* a\n* b", "- a\n- b");
    reads("3) a\n4) b\n\n5) c", "3. a\n4. b\n5. c");
    reads("- a\n  more\n  - b\n  - c\n- d", "- a\nmore\n- b\n- c\n- d");
    reads("1. a\n2. b\n\n1. c\n2. d", "1. a\n2. b\n1. c\n2. d");
    reads("- a\n  7. b\n  8. c\n- d", "- a\n7. b\n8. c\n- d");
    // One item is a list within an item, and text elsewhere.
    assert_eq!(paragraphs("- a\n  - b\n- c"), ["- a", "  - b", "- c"]);
    assert_eq!(paragraphs("- a"), ["\\- a"]);
    // A long item stays in its item.
    let long = format!("- {}\n- b", "word ".repeat(60));
    let items = paragraphs(&long);
    assert!(items[1].starts_with("  word"), "{items:?}");
}

#[test]
fn lists_of_html_are_lists() {
    reads(
        "Values:<ul class=\"x\"><li>a &lt;b&gt;</li><LI>c<br>d</li></ul>After",
        "Values:\n- a <b>\n- c\nd\nAfter",
    );
    reads(
        "<ol>\n <li>a</li>\n <li>b<ul><li>c</li></ul></li>\n</ol>",
        "1. a\n2. b\n- c",
    );
    reads("<li>a<li>b", "- a\n- b");
    reads("</ul>x</li> <li></li>", "x");
    reads("a<br/>b<br />\nc<p>d</p>", "a\nb\nc\nd");
    // Without an item they are text, as is every other tag.
    for text in [
        "an <ul> of <b>x</b>",
        "<lisa> <pr> <brand>",
        "a <br",
        "<script>alert(1)</script>",
    ] {
        reads(text, text);
    }
    let deep = "<ul><li>x".repeat(5_000);
    assert_eq!(seen(&deep).matches('x').count(), 5_000);
}

#[test]
fn code_is_code() {
    // Longer than a line, with what would be the end of a link.
    let long = format!("`[x](:{}`", "    y".repeat(40));
    reads(&long, &long);
    reads("use `a b_c*` or ``d ` e``.", "use `a b_c*` or `d ` e`.");
    reads(
        "<code>a &lt; `b`</code> and <code>open",
        "`a < `b`` and <code>open",
    );
    reads("`&lt;a&gt; &amp;lt;`", "`<a> &lt;`");
    for code in [
        "```json\n{\n  \"a\": 1\n}\n```",
        "<pre>{\n  \"a\": 1\n}</pre>",
        "<pre><code class=\"json\">{\n  \"a\": 1\n}\n</code></pre>",
        "\n    {\n      \"a\": 1\n    }",
    ] {
        reads(&format!("See:\n{code}\nEnd"), "See:\n{\n  \"a\": 1\n}\nEnd");
    }
    assert_eq!(code("a`b"), "a\\`b");
    assert_eq!(code("site.id"), "`site.id`");
}

#[test]
fn entities_are_decoded_once() {
    reads(
        "&lt;b&gt; &amp;lt; &amp;amp; &quot;x&quot; &#39;y&#39; &hellip; &nosuch; & &; &#;",
        "<b> &lt; &amp; \"x\" 'y' … &nosuch; & &; &#;",
    );
    reads("a &#42;b&#42; &lt;ul&gt;&lt;li&gt;", "a *b* <ul><li>");
    // None turns the direction of text.
    reads("a&#x202e;b&#8238;&rlm;c\u{202e}d", "abcd");
}

#[test]
fn urls_become_links_and_their_full_stop_stays_outside() {
    assert_eq!(
        paragraphs("See https://x.io/a_b?c=1&amp;d=2."),
        ["See <https://x.io/a_b?c=1&d=2>."]
    );
    reads(
        "https://x.io/?a=1&copy;=2 http://",
        "https://x.io/?a=1©=2 http://",
    );
    assert_eq!(paragraphs("(https://x.io)"), ["(https\\://x.io)"]);
}

#[test]
fn hostile_prose_takes_no_long() {
    for part in [
        "```x\n", "`", "`a``", "<code>", "<p ", "1. a\n", " ", "- a\n ", "&", "<li>", "\n    x",
    ] {
        let text = part.repeat(100_000 / part.len());
        let start = std::time::Instant::now();
        paragraphs(&text);
        assert!(
            start.elapsed().as_secs() < 20,
            "{part:?}: {:?}",
            start.elapsed()
        );
    }
}

/// Text of parts that mean something to someone.
fn parts(extra: &'static [&'static str]) -> impl Strategy<Value = String> {
    let known = prop::sample::select(
        [
            &[
                "\"",
                "'",
                "--",
                "---",
                "...",
                "*",
                "_",
                "a",
                "word",
                " ",
                " ",
                "\n",
                "\n\n",
                "\n- ",
                "\n* ",
                "\n1. ",
                "\n2. ",
                "\n  - ",
                "    ",
                "`",
                "``",
                "[",
                "](",
                ")",
                "javascript:alert(1)",
                "https://x.io/a?b=1&c=2",
                "http://y.z.",
                "<b>",
                "</b>",
                "<",
                ">",
                "|",
                "\n|-|-|\n",
                "\n===\n",
                "#",
                "~",
                "~~",
                "![",
                "[^1]",
                "[^1]: ",
                "[x]: ",
                "\\",
                "&",
                ";",
                ":",
                "<script>",
                "<!--",
                "$",
                "é",
                "日本",
                "\u{202e}",
                "\u{7}",
                "&am",
                "<img src=x>",
                "<a href='https://evil.io'>",
                "Option<T>",
                "[`Vec`]",
                "std::fmt",
                "@",
                "{",
                "}",
                "!",
                "=",
                "+",
                "\t",
            ][..],
            extra,
        ]
        .concat(),
    );
    let part =
        prop_oneof![8 => known.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

/// Without what a reader does not see, or sees as a mark of another form.
fn bare(text: &str) -> String {
    let shown = text.chars().filter(|character| {
        !character.is_whitespace()
            && !character.is_control()
            && !turns_direction(*character)
            && *character != '`'
    });
    shown
        .map(|character| match character {
            '*' | '+' => '-',
            ')' => '.',
            other => other,
        })
        .collect()
}

/// Whether something like `&amp;` is in `text`, which is shown as the character that it stands for.
fn has_character_reference(text: &str) -> bool {
    text.split('&').skip(1).any(|rest| {
        let end =
            rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '#');
        end.is_some_and(|end| end > 0 && rest[end..].starts_with(';'))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// What is seen is what was written, and `seen` lets nothing pass but text, code, lists and plain links.
    #[test]
    fn any_text_reads_as_it_was_written(text in parts(&[])) {
        prop_assume!(!text.contains("```") && !has_character_reference(&text));
        prop_assert_eq!(bare(&seen(&text)), bare(&text), "{:#?}", paragraphs(&text));
    }

    #[test]
    fn nothing_becomes_active(text in parts(&[
        "<ul>", "<li>", "</li>", "</ul>", "<ol>", "<br>", "<p>", "<code>", "</code>", "<pre>", "</pre>", "&lt;", "&#60;", "&#x3c;", "&quot;", "&amp;",
        "&#x202e;", "&colon;", "&#10;", "\n```\n", "```",
    ])) {
        seen(&text);
        let markdown = paragraphs(&text).join("\n");
        let shown: String = text.chars().filter(|character| !turns_direction(*character)).collect();
        let shown = shown.replace("&amp;", "&");
        for event in events(&markdown) {
            if let Event::Start(Tag::Link { dest_url, .. }) = event {
                prop_assert!(shown.contains(&*dest_url), "{}", markdown);
                prop_assert!(dest_url.starts_with("https://") || dest_url.starts_with("http://"), "{}", markdown);
            }
        }
        prop_assert!(!markdown.chars().any(|character| turns_direction(character) || (character.is_control() && character != '\n')));
    }
}
