//! Questions from the public page.

use crate::domain::{
    facts::{Facts, Happened, Question},
    refusal::Refusal,
};

/// Somebody asks those who answer for a programme something.
pub fn ask_question(facts: &mut Facts, question: Question) -> Result<(), Refusal> {
    if facts.programme.those_who_answer().next().is_none() {
        return Err(Refusal::StateConflict(
            "nobody answers questions about this programme".to_owned(),
        ));
    }
    facts.happened.push_back(Happened::QuestionAsked(Box::new(question)));
    Ok(())
}
