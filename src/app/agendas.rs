//! What a meeting will speak about: proposed and voted for by members, made final by facilitators and organisers (rule 10).

use std::sync::Arc;

use super::{
    App, Caller, Repeatable, Result,
    fields::Parsing,
    programmes::ProgrammeRecord,
    sharing::{Shared, own_registration},
};
use crate::{
    domain::{
        acts::{self, Proposal},
        ids::{AgendaItemId, MeetingId, ProgrammeId},
        programme::TeamRole,
        refusal::Refusal,
    },
    store::Scope,
};

/// Something to speak about, as given.
#[derive(Debug, Clone, Default)]
pub struct ProposalFields {
    /// What it is about.
    pub title: String,
    /// How long it takes.
    pub minutes: Option<i64>,
}

impl ProposalFields {
    fn parse(&self, meeting: MeetingId) -> Result<Proposal> {
        let mut parsing = Parsing::default();
        let title = parsing.text("title", &self.title);
        // What is no count at all is out of bounds like one that is too long.
        let minutes = self.minutes.map(|minutes| u32::try_from(minutes).unwrap_or(0));
        let proposal = title.map(|title| Proposal {
            meeting,
            title,
            minutes,
        });
        parsing.finish(proposal)
    }
}

impl Caller {
    /// Whether the caller makes the agendas of a programme: facilitators and organisers do.
    pub fn makes_agendas_of(&self, programme: ProgrammeId) -> bool {
        let guides = matches!(self, Self::TeamMember { programme: own, roles, .. }
            if *own == programme && roles.contains(&TeamRole::Facilitator));
        guides || self.organises(programme)
    }
}

impl App {
    /// A member proposes something to speak about at a meeting.
    pub async fn propose_agenda_item(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        fields: &ProposalFields,
        repeatable: &Repeatable,
    ) -> Result<(Arc<Shared>, AgendaItemId)> {
        let programme = self.programme_of_meeting(caller, meeting).await?.programme.id;
        if !caller.is_member_of(programme) {
            return Err(caller.refusal());
        }
        let by = match caller {
            Caller::Registrant { registration, .. } => Some(*registration),
            _ => None,
        };
        let proposal = fields.parse(meeting)?;
        let id = AgendaItemId(self.settle.entropy.id(self.now().await?));
        let scope = by.map_or(Scope::Live, Scope::registration);
        let id = self
            .act(
                caller,
                programme,
                "proposeAgendaItem",
                repeatable,
                scope,
                |facts, now| acts::propose_agenda_item(facts, id, by, proposal, now),
            )
            .await?;
        Ok((self.shared(caller, programme).await?, id))
    }

    /// A participant votes for an item, or takes the vote back.
    pub async fn vote_for_agenda_item(
        &self,
        caller: &Caller,
        id: AgendaItemId,
        vote: bool,
        repeatable: &Repeatable,
    ) -> Result<(Arc<Shared>, AgendaItemId)> {
        let by = own_registration(caller)?;
        let mut found = self.shared_with(caller, &[], &[], &[id]).await?;
        let Some(shared) = found.pop() else {
            return Err(Refusal::not_found("agenda item", "agendaItemId").into());
        };
        let (programme, scope) = (shared.programme, Scope::registration(by));
        self.act(
            caller,
            programme,
            "voteForAgendaItem",
            repeatable,
            scope,
            |facts, now| acts::vote_for_agenda_item(facts, id, by, vote, now),
        )
        .await?;
        Ok((self.shared(caller, programme).await?, id))
    }

    /// A facilitator or organiser makes the final agenda of a meeting, or opens it again; the meeting's programme.
    pub async fn set_agenda(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        items: &[AgendaItemId],
        repeatable: &Repeatable,
    ) -> Result<ProgrammeRecord> {
        let record = self.programme_of_meeting(caller, meeting).await?;
        let programme = record.programme.id;
        if !caller.makes_agendas_of(programme) {
            return Err(caller.refusal());
        }
        // Everybody is at hand: an agenda whose moment has passed goes out at once.
        self.act(caller, programme, "setAgenda", repeatable, Scope::Live, |facts, now| {
            acts::set_agenda(facts, meeting, items, now)
        })
        .await?;
        Ok(record)
    }

    /// The programme of a meeting, for somebody who could be one of its members.
    async fn programme_of_meeting(&self, caller: &Caller, meeting: MeetingId) -> Result<ProgrammeRecord> {
        if *caller == Caller::Public {
            return Err(caller.refusal());
        }
        let found = self.programmes_of_meetings(caller, &[meeting]).await?.pop();
        Ok(found.ok_or_else(|| Refusal::not_found("meeting", "meetingId"))?)
    }
}
