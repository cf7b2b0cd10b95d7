use super::*;

/// What graphql 16.15 (npm) sends: `getIntrospectionQuery` with every option on.
const INTROSPECTION: &str = include_str!("introspection.graphql");

fn refusal(query: &str) -> Option<Refusal> {
    check(query, None, &Variables::default()).err()
}

/// `levels` fragments, each spreading the next twice.
fn fragment_bomb(levels: usize) -> String {
    let chain: String = (0..levels)
        .map(|level| format!("fragment f{level} on Query{{...f{next} ...f{next}}}", next = level + 1))
        .collect();
    format!("{{...f0}}{chain}fragment f{levels} on Query{{a}}")
}

fn nested(field: &str, depth: usize) -> String {
    format!(
        "{}{}{}",
        format!("{{{field}").repeat(depth - 1),
        "{a",
        "}".repeat(depth)
    )
}

#[test]
fn introspection_is_within_the_limits() {
    assert_eq!(refusal(INTROSPECTION), None);
    let own = "query IntrospectionQuery{__schema{queryType{name}types{kind name fields(includeDeprecated:true){name args{name type{kind name ofType{kind name}}}}}}}";
    assert_eq!(refusal(own), None);
}

#[test]
fn hostile_text_is_refused_before_it_is_parsed() {
    let table = [
        (",".repeat(1_000_000), Refusal::TooLong { bytes: 1_000_000 }),
        (" ".repeat(MAX_BYTES + 1), Refusal::TooLong { bytes: MAX_BYTES + 1 }),
        ("{".repeat(10_000), Refusal::TooManyOpenBrackets),
        ("{a".repeat(5_000), Refusal::TooManyOpenBrackets),
        (format!("{{a(b:{}", "[".repeat(10_000)), Refusal::TooManyOpenBrackets),
        (
            format!("{{a(b:{}{})}}", "[".repeat(5_000), "]".repeat(5_000)),
            Refusal::TooManyOpenBrackets,
        ),
        (format!("{{a(b:{}", "{c:".repeat(4_000)), Refusal::TooManyOpenBrackets),
        (format!("query($a:{}", "[".repeat(10_000)), Refusal::TooManyOpenBrackets),
        (format!("{{{}}}", "a ".repeat(999)), Refusal::TooManyTokens),
        ("!".repeat(1_001), Refusal::TooManyTokens),
        ("é".repeat(600), Refusal::TooManyTokens),
    ];
    for (query, expected) in table {
        assert_eq!(refusal(&query), Some(expected), "{}", &query[..20]);
    }
}

#[test]
fn brackets_and_words_in_strings_and_comments_are_no_tokens() {
    let brackets = "{[(".repeat(100);
    let words = "a ".repeat(2_000);
    let backslashes = r#"\\\""#;
    for query in [
        format!("{{a(b:\"{brackets}{words}\")}}"),
        format!("{{a(b:\"\"\"{brackets}\n\\\"\"\"{words}\"\"\")}}"),
        format!("{{a(b:\"{backslashes}{brackets}\")}}"),
        format!("# {brackets}{words}\n{{a}}"),
    ] {
        assert_eq!(refusal(&query), None, "{query}");
    }
}

#[test]
fn what_is_not_graphql_is_a_syntax_error_with_its_place() {
    for query in [
        "",
        "{",
        "}",
        "{a",
        "{a(b:\"",
        "{a(b:\"\"\"",
        "\"",
        "\"\\",
        "query",
        "{a}}",
        "{a(b:1..2)}",
        "\u{0}",
        "\u{feff}",
        "{ ) ] {",
    ] {
        assert!(
            matches!(refusal(query), Some(Refusal::Syntax { .. })),
            "{query}: {:?}",
            refusal(query)
        );
    }
    let Some(refused @ Refusal::Syntax { at: Some(at), .. }) = refusal("{\n  a(") else {
        panic!("a place is told")
    };
    assert_eq!((at.line, at.column), (2, 5));
    assert_eq!(refused.code(), ErrorCode::ParseFailed);
    assert_eq!(refused.to_server_error().locations, vec![at]);
    assert!(!refused.to_string().contains('\n'), "{refused}");
}

#[test]
fn a_fragment_bomb_is_counted_not_walked() {
    assert_eq!(refusal(&fragment_bomb(31)), Some(Refusal::TooManySelections));
    assert_eq!(refusal(&fragment_bomb(60)), Some(Refusal::TooManySelections));
    assert_eq!(refusal(&fragment_bomb(3)), None);
    // Never spread by an operation, and still harmless.
    assert_eq!(refusal(&fragment_bomb(31).replacen("{...f0}", "{a}", 1)), None);
}

#[test]
fn selections_are_counted_at_the_boundary() {
    // Each spread costs 1 and brings `size` fields.
    let spreading = |spreads: usize, size: usize| {
        format!(
            "{{{}}}fragment f on Query{{x{{{}}}}}",
            "...f ".repeat(spreads),
            "a ".repeat(size)
        )
    };
    assert_eq!(refusal(&spreading(10, 198)), None);
    assert_eq!(refusal(&spreading(10, 199)), Some(Refusal::TooManySelections));
}

#[test]
fn fragment_cycles_are_refused_wherever_they_are() {
    for query in [
        "{...a}fragment a on Query{...a}",
        "{...a}fragment a on Query{x{...b}}fragment b on Query{...on Query{...a}}",
        "{x}fragment a on Query{...b}fragment b on Query{...a}",
    ] {
        assert!(
            matches!(refusal(query), Some(Refusal::FragmentCycle { .. })),
            "{query}: {:?}",
            refusal(query)
        );
    }
}

#[test]
fn depth_counts_fields_also_through_fragments() {
    assert_eq!(refusal(&nested("x", MAX_DEPTH)), None);
    assert_eq!(
        refusal(&nested("x", MAX_DEPTH + 1)),
        Some(Refusal::TooDeep { depth: 16 })
    );
    let through = |depth: usize| format!("{{x{{...f}}}}fragment f on X{}", nested("x", depth - 1));
    assert_eq!(refusal(&through(15)), None);
    assert_eq!(refusal(&through(16)), Some(Refusal::TooDeep { depth: 16 }));
}

#[test]
fn aliases_directives_and_root_fields() {
    let fields = |count: usize, field: &str| field.repeat(count);
    let table = [
        (format!("{{x{{{}}}}}", fields(15, "b:a ")), None),
        (
            format!("{{x{{{}}}}}", fields(16, "b:a ")),
            Some(Refusal::TooManyAliases { aliases: 16 }),
        ),
        (
            format!("{{x{{{}}}}}fragment f on X{{b:a c:a}}", fields(8, "...f ")),
            Some(Refusal::TooManyAliases { aliases: 16 }),
        ),
        (format!("{{a{}}}", fields(5, "@d ")), None),
        (
            format!("{{a{}}}", fields(6, "@d ")),
            Some(Refusal::TooManyDirectivesInOnePlace { directives: 6 }),
        ),
        (
            format!("{{...{}{{a}}}}", fields(6, "@d ")),
            Some(Refusal::TooManyDirectivesInOnePlace { directives: 6 }),
        ),
        (
            format!("query{}{{a}}", fields(6, "@d ")),
            Some(Refusal::TooManyDirectivesInOnePlace { directives: 6 }),
        ),
        (
            format!("query($v:Int{}){{a}}", fields(6, "@d ")),
            Some(Refusal::TooManyDirectivesInOnePlace { directives: 6 }),
        ),
        (
            format!("{{...f}}fragment f on X{}{{a}}", fields(6, "@d ")),
            Some(Refusal::TooManyDirectivesInOnePlace { directives: 6 }),
        ),
        (
            format!("{{x{{{}}}}}", fields(11, "a @d@d@d@d@d ")),
            Some(Refusal::TooManyDirectives { directives: 55 }),
        ),
        (format!("{{x{{{}}}}}", fields(10, "a @d@d@d@d@d ")), None),
        (format!("{{{}}}", fields(15, "a ")), None),
        (
            format!("{{{}}}", fields(16, "a ")),
            Some(Refusal::TooManyRootFields { fields: 16 }),
        ),
        (
            format!("{{{}}}fragment f on Query{{a a}}", fields(8, "...f ")),
            Some(Refusal::TooManyRootFields { fields: 16 }),
        ),
        (format!("mutation{{{}}}", fields(5, "a ")), None),
        (
            format!("mutation{{{}}}", fields(6, "a ")),
            Some(Refusal::TooManyMutations { fields: 6 }),
        ),
        (
            format!("mutation{{{}}}fragment f on Mutation{{a a}}", fields(3, "...f ")),
            Some(Refusal::TooManyMutations { fields: 6 }),
        ),
        (
            (0..11).map(|number| format!("query q{number}{{a}}")).collect(),
            Some(Refusal::TooManyOperations { operations: 11 }),
        ),
    ];
    for (query, expected) in table {
        assert_eq!(refusal(&query), expected, "{query}");
    }
}

#[test]
fn the_operation_is_chosen_by_name() {
    const TWO: &str = "query A{a} mutation B{register ...f} fragment f on Mutation{askQuestion}";
    let chosen =
        |query: &str, name: Option<&str>| check(query, name, &Variables::default()).map(|checked| checked.operation());
    assert_eq!(chosen(TWO, Some("A")), Ok(OperationType::Query));
    assert_eq!(chosen(TWO, Some("B")), Ok(OperationType::Mutation));
    assert_eq!(
        chosen(TWO, Some("C")),
        Err(Refusal::UnknownOperation { name: "C".into() })
    );
    assert_eq!(chosen(TWO, None), Err(Refusal::OperationNameMissing));
    assert_eq!(
        chosen("{a}", Some("A")),
        Err(Refusal::UnknownOperation { name: "A".into() })
    );
    assert_eq!(chosen("query A{a}", None), Ok(OperationType::Query));
    let checked = check(TWO, Some("B"), &Variables::default()).expect("within the limits");
    assert_eq!(checked.root_fields(), ["register", "askQuestion"]);
}

#[test]
fn required_variables_have_a_value() {
    const QUERY: &str = "query($a:Int! $b:Int!=1 $c:Int){x(a:$a b:$b c:$c)}";
    let with = |variables: serde_json::Value| check(QUERY, None, &Variables::from_json(variables)).map(|_| ());
    let missing = |name: &str| Err(Refusal::VariableMissing { name: name.to_owned() });
    assert_eq!(with(serde_json::json!({"a": 1})), Ok(()));
    assert_eq!(with(serde_json::json!({})), missing("a"));
    assert_eq!(with(serde_json::json!({"a": null})), missing("a"));
    assert_eq!(with(serde_json::json!({"a": 1, "b": null})), missing("b"));
}

proptest::proptest! {
    /// Whatever is sent, it is answered and not died of.
    #[test]
    fn any_text_is_answered(text in r#"([{}()\[\]"\\#.@$:!=, \na-c019éx-]|\.\.\.|"""|query |mutation |fragment a on A|on ){0,200}"#) {
        let _ = refusal(&text);
    }
}
