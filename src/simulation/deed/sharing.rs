//! Learning wishes, assignments, agendas and questions.

use crate::{
    app::{
        App, AppError, Caller, Repeatable,
        agendas::ProposalFields,
        sharing::{AssignmentFields, Shared, WishFields},
    },
    domain::{
        ids::{LearningWishId, MeetingId, ProgrammeId},
        sharing::AssignmentStatus,
    },
};

/// What members do with what is shared.
#[derive(Debug, Clone)]
pub(in crate::simulation) enum SharingDeed {
    /// Says what there is to learn.
    Wish {
        /// What.
        text: String,
        /// The theme.
        learning_line: String,
    },
    /// Follows a wish of somebody else.
    Follow {
        /// Which, counted round.
        nth: u32,
    },
    /// Offers support with a wish of somebody else.
    Support {
        /// Which, counted round.
        nth: u32,
    },
    /// Says what there is to work on, or how far it has come.
    Assignment {
        /// How far.
        status: AssignmentStatus,
    },
    /// Proposes something to speak about at the next meeting.
    Propose {
        /// What.
        title: String,
    },
    /// Votes for one of the proposals for the next meeting.
    Vote {
        /// Which, counted round.
        nth: u32,
    },
    /// Asks the facilitators something.
    Ask,
    /// A facilitator makes the agenda of the next meeting.
    SetAgenda,
}

impl SharingDeed {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Wish { .. } => "writes a learning wish",
            Self::Follow { .. } => "follows a learning wish",
            Self::Support { .. } => "offers support",
            Self::Assignment {
                status: AssignmentStatus::Done,
            } => "finishes the assignment",
            Self::Assignment { .. } => "works on an assignment",
            Self::Propose { .. } => "proposes a topic",
            Self::Vote { .. } => "votes for a topic",
            Self::Ask => "asks the facilitators",
            Self::SetAgenda => "makes the agenda",
        }
        .to_owned()
    }

    pub(super) async fn do_it(&self, app: &App, programme: ProgrammeId, caller: &Caller) -> Result<String, AppError> {
        let once = Repeatable::default();
        match self {
            Self::Wish { text, learning_line } => {
                let fields = WishFields {
                    text: text.clone(),
                    own_steps: Some("Ik oefen ermee op mijn eigen werk.".to_owned()),
                    learning_line: Some(learning_line.clone()),
                };
                app.add_learning_wish(caller, None, &fields, &once).await?;
                Ok(text.clone())
            }
            Self::Follow { nth } => {
                let Some((id, text)) = wish_of_another(&*app.shared(caller, programme).await?, *nth) else {
                    return Ok("nobody else has one yet".to_owned());
                };
                app.follow_learning_wish(caller, id, &once).await?;
                Ok(text)
            }
            Self::Support { nth } => {
                let Some((id, text)) = wish_of_another(&*app.shared(caller, programme).await?, *nth) else {
                    return Ok("nobody else has one yet".to_owned());
                };
                app.offer_support(caller, id, "Kijk gerust een dag met mij mee.", &once)
                    .await?;
                Ok(format!("with: {text}"))
            }
            Self::Assignment { status } => {
                let is_done = *status == AssignmentStatus::Done;
                let fields = AssignmentFields {
                    title: "Een gesprek met het hele team".to_owned(),
                    description: "We bespreken wat we zelf kunnen beslissen.".to_owned(),
                    intended_result: Some("Minder vragen aan de leidinggevende.".to_owned()),
                    status: *status,
                    result: is_done.then(|| "Het team plant nu zelf.".to_owned()),
                };
                app.save_assignment(caller, None, &fields, &once).await?;
                Ok(status.word().to_owned())
            }
            Self::Propose { title } => {
                let Some(meeting) = next_meeting(app, caller, programme).await? else {
                    return Ok("there is no meeting to come".to_owned());
                };
                propose(app, caller, meeting, title).await?;
                Ok(title.clone())
            }
            Self::Vote { nth } => {
                let Some(meeting) = next_meeting(app, caller, programme).await? else {
                    return Ok("there is no meeting to come".to_owned());
                };
                let shared = app.shared(caller, programme).await?;
                let items = shared.sharing.agenda_items_of(meeting);
                let Some(item) = round(&items, *nth) else {
                    return Ok("nothing is proposed yet".to_owned());
                };
                app.vote_for_agenda_item(caller, item.id, true, &once).await?;
                Ok(item.title.to_string())
            }
            Self::Ask => {
                app.ask_facilitators(caller, "Kunnen we even bellen over mijn opdracht?", &once)
                    .await?;
                Ok("they answer by mail".to_owned())
            }
            Self::SetAgenda => {
                let Some(meeting) = next_meeting(app, caller, programme).await? else {
                    return Ok("there is no meeting to come".to_owned());
                };
                if app.shared(caller, programme).await?.sharing.is_agenda_final(meeting) {
                    return Ok("it was made already".to_owned());
                }
                propose(app, caller, meeting, "Wat deden we sinds de vorige keer?").await?;
                let shared = app.shared(caller, programme).await?;
                let items = shared.sharing.agenda_items_of(meeting);
                let ids: Vec<_> = items.iter().map(|item| item.id).collect();
                app.set_agenda(caller, meeting, &ids, &once).await?;
                Ok(format!("{} topics", ids.len()))
            }
        }
    }
}

async fn propose(app: &App, caller: &Caller, meeting: MeetingId, title: &str) -> Result<(), AppError> {
    let fields = ProposalFields {
        title: title.to_owned(),
        minutes: Some(45),
    };
    app.propose_agenda_item(caller, meeting, &fields, &Repeatable::default())
        .await?;
    Ok(())
}

/// The meeting that begins next.
async fn next_meeting(app: &App, caller: &Caller, programme: ProgrammeId) -> Result<Option<MeetingId>, AppError> {
    let view = app.hosting(caller, programme).await?;
    let mut meetings = view.programme().announced.meetings.iter();
    Ok(meetings
        .find(|meeting| !view.has_begun(meeting))
        .map(|meeting| meeting.id))
}

/// A wish that is not one's own, counted round, and what it says.
fn wish_of_another(shared: &Shared, nth: u32) -> Option<(LearningWishId, String)> {
    let wishes = shared.sharing.wishes.values();
    let others: Vec<_> = wishes.filter(|wish| Some(wish.author) != shared.viewer).collect();
    round(&others, nth).map(|wish| (wish.id, wish.words.text.to_string()))
}

/// One of some things, counted round; none of none.
pub(super) fn round<T>(things: &[T], nth: u32) -> Option<&T> {
    things.get((nth as usize).checked_rem(things.len())?)
}
