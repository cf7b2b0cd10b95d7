//! Tells the values of an enumeration to whoever gave it another. The engine only says that it does not have that one.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use async_graphql::{
    ServerError, ValidationResult,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation},
    parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    },
};
use async_trait::async_trait;

/// The values of each enumeration, in a line.
static VALUES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let definitions = parse_schema(super::sdl()).map_or_else(|_| Vec::new(), |document| document.definitions);
    let enumeration = |definition| match definition {
        TypeSystemDefinition::Type(definition) => match definition.node.kind {
            TypeKind::Enum(kind) => {
                let values: Vec<String> = kind.values.iter().map(|value| value.node.value.to_string()).collect();
                Some((definition.node.name.to_string(), values.join(", ")))
            }
            _ => None,
        },
        _ => None,
    };
    definitions.into_iter().filter_map(enumeration).collect()
});

/// The name in what async-graphql 7.0.19 says of a value that an enumeration does not have (`validation/utils.rs`); it gives no
/// parts, so its wording decides. A test holds the wording against the engine.
fn enumeration_in(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("enumeration type \"")?;
    let (name, rest) = rest.split_once('"')?;
    rest.starts_with(" does not contain the value ").then_some(name)
}

fn with_known_values(mut error: ServerError) -> ServerError {
    if let Some(values) = enumeration_in(&error.message).and_then(|name| VALUES.get(name)) {
        error.message = format!("{}; it has {values}", error.message);
    }
    error
}

/// Adds the values to the errors of a document that was not valid.
pub struct KnownValues;

impl ExtensionFactory for KnownValues {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for KnownValues {
    async fn validation(
        &self,
        context: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(context).await;
        result.map_err(|errors| errors.into_iter().map(with_known_values).collect())
    }
}
