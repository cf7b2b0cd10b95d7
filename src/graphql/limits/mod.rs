//! What one document may ask for, checked before the engine sees it.
//!
//! async-graphql 7.0.19 walks every fragment spread without memory before it looks at any limit of its own
//! (`check_recursive_depth`): a kilobyte of fragments, each spreading the next twice, keeps it busy for minutes. Its
//! parser recurses into values without a bound. So the door reads the text first ([`text`]), parses once, measures
//! the syntax tree with memory over fragments ([`document`]), and hands the tree on with the request. Every way in
//! (HTTP and WebSocket) goes through [`check`].
//!
//! What is counted is what would be executed: a selection, an alias, a directive or a root field inside a fragment
//! counts each time the fragment is spread, in every operation of the document, for all of them are validated.

mod document;
mod text;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{Pos, SchemaBuilder, ServerError, Value, Variables, parser};

use super::error_code::ErrorCode;

/// Length of a document, in bytes of UTF-8. Long texts belong in variables.
pub const MAX_BYTES: usize = 15_000;
/// Lexical tokens of a document (GraphQL, section 2.1.6), each bracket and name being one.
pub const MAX_TOKENS: usize = 1_000;
/// Brackets of any kind open at one place, values and types included.
pub const MAX_OPEN_BRACKETS: usize = 64;
/// Operations in one document, of which one request executes one.
pub const MAX_OPERATIONS: usize = 10;
/// Selections of all operations after fragments are spread.
pub const MAX_SELECTIONS: u64 = 2_000;
/// Fields inside fields, whether written in place or in a fragment. The standard introspection query has 15.
pub const MAX_DEPTH: usize = 15;
/// Aliases of all operations after fragments are spread.
pub const MAX_ALIASES: u64 = 15;
/// Directives on one field, spread, fragment, operation or variable.
pub const MAX_DIRECTIVES_IN_ONE_PLACE: usize = 5;
/// Directives of all operations after fragments are spread.
pub const MAX_DIRECTIVES: u64 = 50;
/// Fields of one query at its root, after fragments are spread.
pub const MAX_ROOT_FIELDS: u64 = 15;
/// Fields of one mutation at its root: each is an act with a transaction of its own.
pub const MAX_MUTATIONS: u64 = 5;
/// Complexity of one operation, by the costs that the schema gives its fields.
pub const MAX_COMPLEXITY: usize = 5_000;
/// Levels of the engine's own guard, which counts fragments as levels too: every one of [`MAX_DEPTH`] fields may come
/// through a fragment.
const MAX_RECURSIVE_DEPTH: usize = 2 * MAX_DEPTH;

/// Why a document is not executed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Longer than [`MAX_BYTES`].
    #[error("The document has {bytes} bytes; at most {MAX_BYTES} are accepted. Long texts belong in variables.")]
    TooLong {
        /// Length of the document.
        bytes: usize,
    },
    /// More than [`MAX_TOKENS`].
    #[error("The document has more than {MAX_TOKENS} tokens.")]
    TooManyTokens,
    /// More than [`MAX_OPEN_BRACKETS`].
    #[error("More than {MAX_OPEN_BRACKETS} brackets are open at one place of the document.")]
    TooManyOpenBrackets,
    /// Not a GraphQL document.
    #[error("{message}")]
    Syntax {
        /// What the parser found and what it expected.
        message: String,
        /// Where.
        at: Option<Pos>,
    },
    /// More than [`MAX_OPERATIONS`].
    #[error("The document has {operations} operations; at most {MAX_OPERATIONS} are accepted.")]
    TooManyOperations {
        /// Operations in the document.
        operations: usize,
    },
    /// A fragment spreads itself, directly or through others (GraphQL, section 5.5.2.2).
    #[error("The fragment \"{fragment}\" spreads itself.")]
    FragmentCycle {
        /// Its name.
        fragment: String,
    },
    /// More than [`MAX_SELECTIONS`].
    #[error("The document selects more than {MAX_SELECTIONS} fields once its fragments are spread.")]
    TooManySelections,
    /// Deeper than [`MAX_DEPTH`].
    #[error("The document nests fields {depth} deep; at most {MAX_DEPTH} are accepted.")]
    TooDeep {
        /// Depth of the deepest field.
        depth: usize,
    },
    /// More than [`MAX_ALIASES`].
    #[error("The document uses {aliases} aliases once its fragments are spread; at most {MAX_ALIASES} are accepted.")]
    TooManyAliases {
        /// Aliases.
        aliases: u64,
    },
    /// More than [`MAX_DIRECTIVES_IN_ONE_PLACE`].
    #[error("There are {directives} directives in one place; at most {MAX_DIRECTIVES_IN_ONE_PLACE} are accepted.")]
    TooManyDirectivesInOnePlace {
        /// Directives there.
        directives: usize,
    },
    /// More than [`MAX_DIRECTIVES`].
    #[error(
        "The document uses {directives} directives once its fragments are spread; at most {MAX_DIRECTIVES} are accepted."
    )]
    TooManyDirectives {
        /// Directives.
        directives: u64,
    },
    /// More than [`MAX_ROOT_FIELDS`].
    #[error("The operation asks for {fields} fields at its root; at most {MAX_ROOT_FIELDS} are accepted.")]
    TooManyRootFields {
        /// Fields at the root.
        fields: u64,
    },
    /// More than [`MAX_MUTATIONS`].
    #[error("The mutation has {fields} fields; at most {MAX_MUTATIONS} are accepted in one request.")]
    TooManyMutations {
        /// Fields at the root.
        fields: u64,
    },
    /// `operationName` names none of the operations.
    #[error("The document has no operation named \"{name}\".")]
    UnknownOperation {
        /// The name asked for.
        name: String,
    },
    /// Several operations and no `operationName`.
    #[error("The document has several operations; operationName has to say which one is meant.")]
    OperationNameMissing,
    /// A variable that must have a value has none (GraphQL, section 6.1.2).
    #[error("The variable \"${name}\" must have a value.")]
    VariableMissing {
        /// Its name.
        name: String,
    },
}

impl Refusal {
    /// The value of `extensions.code`.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Syntax { .. } => ErrorCode::ParseFailed,
            Self::FragmentCycle { .. } => ErrorCode::ValidationFailed,
            Self::UnknownOperation { .. } | Self::OperationNameMissing | Self::VariableMissing { .. } => {
                ErrorCode::BadUserInput
            }
            Self::TooLong { .. }
            | Self::TooManyTokens
            | Self::TooManyOpenBrackets
            | Self::TooManyOperations { .. }
            | Self::TooManySelections
            | Self::TooDeep { .. }
            | Self::TooManyAliases { .. }
            | Self::TooManyDirectivesInOnePlace { .. }
            | Self::TooManyDirectives { .. }
            | Self::TooManyRootFields { .. }
            | Self::TooManyMutations { .. } => ErrorCode::QueryTooComplex,
        }
    }

    /// The error as it stands in the answer.
    pub fn to_server_error(&self) -> ServerError {
        let mut error = self.code().server_error(self.to_string());
        if let Self::Syntax { at: Some(at), .. } = self {
            error.locations.push(*at);
        }
        error
    }
}

/// A document within the limits, parsed, with the one operation that is to be executed.
#[derive(Debug)]
pub struct CheckedDocument {
    document: ExecutableDocument,
    operation: OperationType,
    root_fields: Vec<String>,
}

impl CheckedDocument {
    /// Query, mutation or subscription.
    pub fn operation(&self) -> OperationType {
        self.operation
    }

    /// The names of the fields at the operation's root, fragments spread, each as often as it is asked for.
    pub fn root_fields(&self) -> &[String] {
        &self.root_fields
    }

    /// The syntax tree, for [`async_graphql::Request::set_parsed_query`].
    pub fn into_document(self) -> ExecutableDocument {
        self.document
    }
}

/// Checks one request's document and picks its operation.
///
/// Linear in the length of the text; recursion is bounded by [`MAX_OPEN_BRACKETS`] and by [`MAX_TOKENS`].
///
/// # Errors
/// The first limit that is exceeded, or why the operation cannot be executed with these variables.
pub fn check(query: &str, operation_name: Option<&str>, variables: &Variables) -> Result<CheckedDocument, Refusal> {
    text::check(query)?;
    let document = parser::parse_query(query).map_err(syntax)?;
    document::check(&document)?;
    let operation = select(&document.operations, operation_name)?;
    require_variables(operation, variables)?;
    let root_fields = document::root_fields(&document, &operation.selection_set.node);
    Ok(CheckedDocument {
        operation: operation.ty,
        root_fields,
        document,
    })
}

/// Sets the engine's own limits, as a second line behind [`check`]; only complexity is decided here alone, since its
/// costs stand in the schema.
pub fn limited<Q, M, S>(schema: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S> {
    schema
        .limit_depth(MAX_DEPTH)
        .limit_complexity(MAX_COMPLEXITY)
        .limit_recursive_depth(MAX_RECURSIVE_DEPTH)
        .limit_directives(MAX_DIRECTIVES_IN_ONE_PLACE)
}

fn syntax(error: parser::Error) -> Refusal {
    // The parser draws the line and an arrow under it; the last line says what it expected.
    let text = error.to_string();
    let message = text
        .lines()
        .last()
        .map(|line| line.trim_start_matches([' ', '=']).to_owned())
        .unwrap_or_default();
    Refusal::Syntax {
        message: format!("The document could not be parsed: {message}."),
        at: error.positions().next(),
    }
}

/// The operation that a request means (GraphQL, section 6.1 "GetOperation").
fn select<'a>(operations: &'a DocumentOperations, name: Option<&str>) -> Result<&'a OperationDefinition, Refusal> {
    match (name, operations) {
        (None, operations) => {
            let mut all = operations.iter();
            match (all.next(), all.next()) {
                (Some((_, only)), None) => Ok(&only.node),
                _ => Err(Refusal::OperationNameMissing),
            }
        }
        (Some(name), DocumentOperations::Multiple(operations)) => operations
            .get(name)
            .map(|operation| &operation.node)
            .ok_or_else(|| Refusal::UnknownOperation { name: name.to_owned() }),
        (Some(name), DocumentOperations::Single(_)) => Err(Refusal::UnknownOperation { name: name.to_owned() }),
    }
}

/// The engine leaves a missing variable to the field that uses it; the specification refuses the request.
fn require_variables(operation: &OperationDefinition, variables: &Variables) -> Result<(), Refusal> {
    let missing = operation
        .variable_definitions
        .iter()
        .map(|definition| &definition.node)
        .find(|definition| {
            !definition.var_type.node.nullable
                && match variables.get(&definition.name.node) {
                    None => definition.default_value.is_none(),
                    Some(value) => *value == Value::Null,
                }
        });
    missing.map_or(Ok(()), |definition| {
        Err(Refusal::VariableMissing {
            name: definition.name.node.to_string(),
        })
    })
}

#[cfg(test)]
mod tests;
