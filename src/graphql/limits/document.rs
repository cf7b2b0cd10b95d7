//! Limits that are read off the syntax tree, fragments spread.

use std::collections::HashMap;

use async_graphql::Positioned;
use async_graphql::parser::types::{Directive, ExecutableDocument, OperationType, Selection, SelectionSet};

use super::{
    MAX_ALIASES, MAX_DEPTH, MAX_DIRECTIVES, MAX_DIRECTIVES_IN_ONE_PLACE, MAX_MUTATIONS, MAX_OPERATIONS,
    MAX_ROOT_FIELDS, MAX_SELECTIONS, Refusal,
};

/// What a selection set comes to once its fragments are spread. Counts saturate: beyond the limits the exact figure
/// means nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Measure {
    selections: u64,
    aliases: u64,
    directives: u64,
    /// Fields of this set itself, not of the fields inside them.
    fields: u64,
    depth: usize,
}

impl Measure {
    /// What another part of the same set adds.
    fn join(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.fields = self.fields.saturating_add(other.fields);
        self.depth = self.depth.max(other.depth);
    }
}

/// Checks every operation and every fragment of the document, spread or not.
pub(super) fn check(document: &ExecutableDocument) -> Result<(), Refusal> {
    let operations = document.operations.iter().len();
    if operations > MAX_OPERATIONS {
        return Err(Refusal::TooManyOperations { operations });
    }
    let mut survey = Survey {
        document,
        fragments: HashMap::new(),
    };
    let mut whole = Measure::default();
    let mut roots = Vec::with_capacity(operations);
    for (_, operation) in document.operations.iter() {
        let mut measure = survey.selection_set(&operation.node.selection_set.node)?;
        measure.directives = measure.directives.saturating_add(count(&operation.node.directives)?);
        for variable in &operation.node.variable_definitions {
            measure.directives = measure.directives.saturating_add(count(&variable.node.directives)?);
        }
        roots.push((operation.node.ty, measure.fields));
        whole.join(measure);
    }
    for name in document.fragments.keys() {
        survey.fragment(name)?;
    }
    if whole.selections > MAX_SELECTIONS {
        return Err(Refusal::TooManySelections);
    }
    if whole.depth > MAX_DEPTH {
        return Err(Refusal::TooDeep { depth: whole.depth });
    }
    if whole.aliases > MAX_ALIASES {
        return Err(Refusal::TooManyAliases { aliases: whole.aliases });
    }
    if whole.directives > MAX_DIRECTIVES {
        return Err(Refusal::TooManyDirectives {
            directives: whole.directives,
        });
    }
    roots
        .into_iter()
        .try_for_each(|(operation, fields)| root_fields_within(operation, fields))
}

/// Names of the fields of a set, fragments spread; only for a document that [`check`] let through.
pub(super) fn root_fields(document: &ExecutableDocument, set: &SelectionSet) -> Vec<String> {
    let mut names = Vec::new();
    let mut open = vec![set];
    while let Some(set) = open.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => names.push(field.node.name.node.to_string()),
                Selection::InlineFragment(inline) => open.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    open.extend(
                        document
                            .fragments
                            .get(&spread.node.fragment_name.node)
                            .map(|fragment| &fragment.node.selection_set.node),
                    );
                }
            }
        }
    }
    names
}

fn root_fields_within(operation: OperationType, fields: u64) -> Result<(), Refusal> {
    match operation {
        OperationType::Mutation if fields > MAX_MUTATIONS => Err(Refusal::TooManyMutations { fields }),
        _ if fields > MAX_ROOT_FIELDS => Err(Refusal::TooManyRootFields { fields }),
        _ => Ok(()),
    }
}

/// The walk over a document: every fragment is measured once.
struct Survey<'a> {
    document: &'a ExecutableDocument,
    /// Nothing while the fragment is being measured: meeting it again then is a cycle.
    fragments: HashMap<&'a str, Option<Measure>>,
}

impl<'a> Survey<'a> {
    fn selection_set(&mut self, set: &'a SelectionSet) -> Result<Measure, Refusal> {
        let mut whole = Measure::default();
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => {
                    let inside = self.selection_set(&field.node.selection_set.node)?;
                    Measure {
                        selections: inside.selections.saturating_add(1),
                        aliases: inside.aliases.saturating_add(u64::from(field.node.alias.is_some())),
                        directives: inside.directives,
                        fields: 1,
                        depth: inside.depth.saturating_add(1),
                    }
                }
                Selection::FragmentSpread(spread) => one_more(self.fragment(&spread.node.fragment_name.node)?),
                Selection::InlineFragment(inline) => one_more(self.selection_set(&inline.node.selection_set.node)?),
            };
            whole.join(part);
            whole.directives = whole.directives.saturating_add(count(selection.node.directives())?);
        }
        Ok(whole)
    }

    /// An unknown fragment weighs nothing; validation names it.
    fn fragment(&mut self, name: &str) -> Result<Measure, Refusal> {
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(Measure::default());
        };
        match self.fragments.get(name.as_str()) {
            Some(Some(measure)) => return Ok(*measure),
            Some(None) => {
                return Err(Refusal::FragmentCycle {
                    fragment: name.to_string(),
                });
            }
            None => {}
        }
        self.fragments.insert(name, None);
        let mut measure = self.selection_set(&fragment.node.selection_set.node)?;
        measure.directives = measure.directives.saturating_add(count(&fragment.node.directives)?);
        self.fragments.insert(name, Some(measure));
        Ok(measure)
    }
}

/// The spread itself is a selection that the engine visits.
fn one_more(measure: Measure) -> Measure {
    Measure {
        selections: measure.selections.saturating_add(1),
        ..measure
    }
}

fn count(directives: &[Positioned<Directive>]) -> Result<u64, Refusal> {
    if directives.len() > MAX_DIRECTIVES_IN_ONE_PLACE {
        return Err(Refusal::TooManyDirectivesInOnePlace {
            directives: directives.len(),
        });
    }
    Ok(u64::try_from(directives.len()).unwrap_or(u64::MAX))
}
