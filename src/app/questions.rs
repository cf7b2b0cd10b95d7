//! Questions from the public page.

use super::{App, Caller, Repeatable, Result, fields::Parsing};
use crate::{
    domain::{acts, facts::Question, refusal::Refusal},
    store::{Scope, Touched},
};

/// What somebody asks, as given.
#[derive(Debug, Clone, Default)]
pub struct QuestionFields {
    /// Who asks.
    pub name: String,
    /// Where the answer goes.
    pub email: String,
    /// What is asked.
    pub question: String,
}

impl App {
    /// Somebody asks the contacts of a programme something. Only they are written to: nothing goes to the address given, which
    /// may be anybody's.
    pub async fn ask_question(
        &self,
        caller: &Caller,
        slug: &str,
        fields: QuestionFields,
        repeatable: &Repeatable,
    ) -> Result<()> {
        let mut parsing = Parsing::default();
        let name = parsing.text("name", &fields.name);
        let email = parsing.text("email", &fields.email);
        let text = parsing.text("question", &fields.question);
        let record = self
            .programme(&Caller::Public, slug)
            .await?
            .ok_or_else(|| Refusal::not_found("programme", "programmeSlug"))?;
        let act = self.settle.entropy.id(self.now().await?);
        let question = name
            .zip(email)
            .zip(text)
            .map(|((name, email), text)| Question { name, email, text, act });
        let question = parsing.finish(question)?;
        self.act(
            caller,
            record.programme.id,
            "askQuestion",
            repeatable,
            Scope::Touched(Touched::default()),
            |facts, _| acts::ask_question(facts, question),
        )
        .await
    }
}
