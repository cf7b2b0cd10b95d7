//! The parameters of a GraphQL request (GraphQL over HTTP, "Request Parameters").

use async_graphql::{Request, Variables};
use serde_json::{Map, Value};

/// What a client asks for; read strictly, and without a look at the document.
#[derive(Debug)]
pub(crate) struct Parameters {
    /// The document.
    pub(crate) query: String,
    /// Which of the document's operations is meant.
    pub(crate) operation_name: Option<String>,
    /// Values of the operation's variables.
    pub(crate) variables: Variables,
}

/// Why the parameters cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnusableParameters {
    /// The body is not JSON.
    #[error("The body is not JSON: {0}.")]
    NotJson(String),
    /// Several requests in one.
    #[error("Batches are not supported: send one request at a time.")]
    Batch,
    /// The body is a string, a number …
    #[error("The body must be a JSON object.")]
    NotAnObject,
    /// No `query`.
    #[error("The parameter \"query\" is missing.")]
    QueryMissing,
    /// Only the hash of a document was sent.
    #[error("PersistedQueryNotFound")]
    PersistedQueryNotFound,
    /// A parameter of another type.
    #[error("The parameter \"{name}\" must be {expected}.")]
    WrongType {
        /// The parameter.
        name: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// A parameter twice in a query string.
    #[error("The parameter \"{0}\" was given more than once.")]
    Repeated(&'static str),
    /// The query string is not form-encoded.
    #[error("The query string could not be read.")]
    UnreadableQueryString,
}

const QUERY: &str = "query";
const OPERATION_NAME: &str = "operationName";
const VARIABLES: &str = "variables";
const EXTENSIONS: &str = "extensions";

impl Parameters {
    /// Reads the body of a POST.
    ///
    /// # Errors
    /// The body is not one JSON object with usable parameters; properties of other names are ignored.
    pub(super) fn from_body(body: &[u8]) -> Result<Self, UnusableParameters> {
        let value = serde_json::from_slice(body).map_err(|error| UnusableParameters::NotJson(error.to_string()))?;
        Self::from_json(value)
    }

    /// Reads the payload of a `subscribe` message, or a parsed body.
    ///
    /// # Errors
    /// As [`Self::from_body`].
    pub(crate) fn from_json(value: Value) -> Result<Self, UnusableParameters> {
        match value {
            Value::Object(object) => Self::from_object(object),
            Value::Array(_) => Err(UnusableParameters::Batch),
            _ => Err(UnusableParameters::NotAnObject),
        }
    }

    /// Reads the query string of a GET: `variables` and `extensions` are JSON in it, and an empty one is none.
    ///
    /// # Errors
    /// As [`Self::from_body`], or a parameter is given twice.
    pub(super) fn from_query_string(pairs: Vec<(String, String)>) -> Result<Self, UnusableParameters> {
        let mut object = Map::new();
        for (name, value) in pairs {
            let Some(name) = [QUERY, OPERATION_NAME, VARIABLES, EXTENSIONS]
                .into_iter()
                .find(|known| *known == name)
            else {
                continue;
            };
            let value = match name {
                VARIABLES | EXTENSIONS if !value.is_empty() => {
                    serde_json::from_str(&value).map_err(|_| UnusableParameters::WrongType {
                        name,
                        expected: "a JSON object",
                    })?
                }
                OPERATION_NAME | VARIABLES | EXTENSIONS if value.is_empty() => Value::Null,
                _ => Value::String(value),
            };
            if object.insert(name.to_owned(), value).is_some() {
                return Err(UnusableParameters::Repeated(name));
            }
        }
        Self::from_object(object)
    }

    fn from_object(mut object: Map<String, Value>) -> Result<Self, UnusableParameters> {
        let extensions = take_object(&mut object, EXTENSIONS)?;
        let query = match object.remove(QUERY) {
            Some(Value::String(query)) => query,
            None | Some(Value::Null)
                if extensions
                    .as_ref()
                    .is_some_and(|given| given.contains_key("persistedQuery")) =>
            {
                return Err(UnusableParameters::PersistedQueryNotFound);
            }
            None => return Err(UnusableParameters::QueryMissing),
            Some(_) => {
                return Err(UnusableParameters::WrongType {
                    name: QUERY,
                    expected: "a string",
                });
            }
        };
        let operation_name = match object.remove(OPERATION_NAME) {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => {
                return Err(UnusableParameters::WrongType {
                    name: OPERATION_NAME,
                    expected: "a string",
                });
            }
        };
        let variables = take_object(&mut object, VARIABLES)?
            .map(|variables| Variables::from_json(Value::Object(variables)))
            .unwrap_or_default();
        Ok(Self {
            query,
            operation_name,
            variables,
        })
    }

    /// The engine's request, still without caller and document.
    pub(super) fn into_request(self) -> Request {
        let mut request = Request::new(self.query).variables(self.variables);
        request.operation_name = self.operation_name;
        request
    }
}

fn take_object(
    object: &mut Map<String, Value>,
    name: &'static str,
) -> Result<Option<Map<String, Value>>, UnusableParameters> {
    match object.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(value)) => Ok(Some(value)),
        Some(_) => Err(UnusableParameters::WrongType {
            name,
            expected: "a JSON object",
        }),
    }
}
