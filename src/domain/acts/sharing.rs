//! What participants share, and what facilitators make of it (rules 9 and 10).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::domain::{
    facts::{Facts, Happened},
    ids::{AgendaItemId, AssignmentId, LearningWishId, MeetingId, QuestionId, RegistrationId},
    programme::{Meeting, Phase, TeamRole},
    refusal::Refusal,
    sharing::{
        AGENDA_ITEMS_AT_MOST, AgendaItem, Assignment, AssignmentWords, LONGEST_ITEM_MINUTES, LearningWish,
        PROPOSALS_A_PERSON, QUESTIONS_A_DAY, Question, SUPPORT_A_PERSON, SupportOffer, TEAM_PROPOSALS, WISHES_A_PERSON,
        WishWords,
    },
    text::{Line, Paragraphs},
};

fn conflict(explanation: impl Into<String>) -> Refusal {
    Refusal::StateConflict(explanation.into())
}

/// Sharing begins with the go and ends with the programme.
fn must_be_under_way(facts: &Facts) -> Result<(), Refusal> {
    match facts.programme.phase {
        Phase::GoingAhead => Ok(()),
        Phase::Draft | Phase::Open => Err(conflict(
            "this can be done from the moment that the programme goes ahead; please come back then",
        )),
        Phase::Cancelled => Err(conflict("this programme does not go ahead")),
        Phase::Completed => Err(conflict(
            "this programme is over; what was shared stays to be read, and can no longer be changed",
        )),
    }
}

fn must_take_part(facts: &Facts, id: RegistrationId) -> Result<(), Refusal> {
    must_be_under_way(facts)?;
    if facts.takes_part(id) {
        Ok(())
    } else {
        Err(conflict("this registration does not take part in the programme"))
    }
}

fn wish_of(facts: &mut Facts, id: LearningWishId) -> Result<&mut LearningWish, Refusal> {
    facts
        .sharing
        .wishes
        .get_mut(&id)
        .ok_or_else(|| Refusal::not_found("learning wish", "learningWishId"))
}

/// Somebody says what they want to learn.
pub fn add_learning_wish(
    facts: &mut Facts,
    id: LearningWishId,
    author: RegistrationId,
    words: WishWords,
    now: DateTime<Utc>,
) -> Result<LearningWishId, Refusal> {
    must_take_part(facts, author)?;
    if facts.sharing.wishes_of(author).count() >= WISHES_A_PERSON {
        return Err(conflict(format!(
            "there are {WISHES_A_PERSON} learning wishes of this person already, which is the most; change one of them instead"
        )));
    }
    let wish = LearningWish {
        id,
        author,
        words,
        created_at: now,
        edited_at: None,
        followers: BTreeMap::new(),
        support: BTreeMap::new(),
    };
    facts.sharing.wishes.insert(id, wish);
    Ok(id)
}

/// Its author changes what a wish says; the same words again are no change.
pub fn edit_learning_wish(
    facts: &mut Facts,
    id: LearningWishId,
    by: RegistrationId,
    words: WishWords,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    must_take_part(facts, by)?;
    let wish = wish_of(facts, id)?;
    if wish.author != by {
        return Err(conflict("only the person whose wish it is can change it"));
    }
    if wish.words != words {
        wish.words = words;
        wish.edited_at = Some(now);
    }
    Ok(())
}

/// Somebody else's wish, of somebody who takes part.
fn wish_of_another(facts: &mut Facts, id: LearningWishId, by: RegistrationId) -> Result<&mut LearningWish, Refusal> {
    must_take_part(facts, by)?;
    let author = wish_of(facts, id)?.author;
    if author == by {
        return Err(conflict(
            "this is your own learning wish: you hear of support offered with it without following it",
        ));
    }
    if !facts.takes_part(author) {
        return Err(Refusal::not_found("learning wish", "learningWishId"));
    }
    wish_of(facts, id)
}

/// Somebody wants to hear when a wish changes; asking twice changes nothing.
pub fn follow_learning_wish(
    facts: &mut Facts,
    id: LearningWishId,
    by: RegistrationId,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    wish_of_another(facts, id, by)?.followers.entry(by).or_insert(now);
    Ok(())
}

/// Somebody no longer wants to hear of it.
pub fn unfollow_learning_wish(facts: &mut Facts, id: LearningWishId, by: RegistrationId) -> Result<(), Refusal> {
    must_take_part(facts, by)?;
    wish_of(facts, id)?.followers.remove(&by);
    Ok(())
}

/// Somebody offers support with a wish.
pub fn offer_support(facts: &mut Facts, id: LearningWishId, offer: SupportOffer) -> Result<(), Refusal> {
    let wish = wish_of_another(facts, id, offer.from)?;
    if wish.support_from(offer.from) >= SUPPORT_A_PERSON {
        return Err(conflict(format!(
            "you have offered support with this wish {SUPPORT_A_PERSON} times, which is the most"
        )));
    }
    wish.support.insert(offer.id, offer);
    Ok(())
}

/// Somebody saves what they work on; each has one assignment, `id` is for the first time.
pub fn save_assignment(
    facts: &mut Facts,
    id: AssignmentId,
    author: RegistrationId,
    words: AssignmentWords,
    now: DateTime<Utc>,
) -> Result<AssignmentId, Refusal> {
    must_take_part(facts, author)?;
    let saved = facts.sharing.assignments.entry(author).or_insert_with(|| Assignment {
        id,
        author,
        words: words.clone(),
        saved_at: now,
    });
    if saved.words != words {
        saved.words = words;
        saved.saved_at = now;
    }
    Ok(saved.id)
}

/// A meeting that has not begun.
fn meeting_to_come(facts: &Facts, id: MeetingId, now: DateTime<Utc>) -> Result<&Meeting, Refusal> {
    must_be_under_way(facts)?;
    let announced = &facts.programme.announced;
    let meeting = announced
        .meetings
        .iter()
        .find(|meeting| meeting.id == id)
        .ok_or_else(|| Refusal::not_found("meeting", "meetingId"))?;
    if meeting
        .starts_at(announced.time_zone)
        .is_some_and(|starts_at| now < starts_at)
    {
        Ok(meeting)
    } else {
        Err(conflict(
            "this meeting has begun, so its agenda can no longer be changed",
        ))
    }
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// At which meeting.
    pub meeting: MeetingId,
    /// What it is about.
    pub title: Line<150>,
    /// How long it takes.
    pub minutes: Option<u32>,
}

/// A participant, or the team (none), proposes something to speak about.
pub fn propose_agenda_item(
    facts: &mut Facts,
    id: AgendaItemId,
    by: Option<RegistrationId>,
    proposal: Proposal,
    now: DateTime<Utc>,
) -> Result<AgendaItemId, Refusal> {
    let meeting = meeting_to_come(facts, proposal.meeting, now)?.id;
    if proposal
        .minutes
        .is_some_and(|minutes| !(1..=LONGEST_ITEM_MINUTES).contains(&minutes))
    {
        return Err(Refusal::invalid(
            "minutes",
            format!("must be from 1 to {LONGEST_ITEM_MINUTES}; leave it out if it is not known"),
        ));
    }
    let most = match by {
        Some(id) => {
            must_take_part(facts, id)?;
            if facts.sharing.is_agenda_final(meeting) {
                return Err(conflict(
                    "the agenda of this meeting is final; ask the facilitators if something has to be added",
                ));
            }
            PROPOSALS_A_PERSON
        }
        None => TEAM_PROPOSALS,
    };
    if facts.sharing.proposals_of(by, meeting) >= most {
        return Err(conflict(format!(
            "{most} items have been proposed for this meeting already, which is the most; vote for one of them, or ask the facilitators"
        )));
    }
    let item = AgendaItem {
        id,
        meeting,
        title: proposal.title,
        minutes: proposal.minutes,
        proposed_by: by,
        proposed_at: now,
        votes: BTreeSet::new(),
        position: None,
    };
    facts.sharing.agenda_items.insert(id, item);
    Ok(id)
}

/// A participant votes for an item, or takes the vote back; each has one vote for each item.
pub fn vote_for_agenda_item(
    facts: &mut Facts,
    id: AgendaItemId,
    by: RegistrationId,
    vote: bool,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    must_take_part(facts, by)?;
    let not_found = || Refusal::not_found("agenda item", "agendaItemId");
    let meeting = facts.sharing.agenda_items.get(&id).ok_or_else(not_found)?.meeting;
    meeting_to_come(facts, meeting, now)?;
    if facts.sharing.is_agenda_final(meeting) {
        return Err(conflict("the agenda of this meeting is final, so votes are closed"));
    }
    let item = facts.sharing.agenda_items.get_mut(&id).ok_or_else(not_found)?;
    if vote {
        item.votes.insert(by);
    } else {
        item.votes.remove(&by);
    }
    Ok(())
}

/// A facilitator or organiser makes the final agenda of these items in this order; of none: it is open again for proposals and
/// votes.
pub fn set_agenda(
    facts: &mut Facts,
    meeting: MeetingId,
    items: &[AgendaItemId],
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    meeting_to_come(facts, meeting, now)?;
    let field = "agendaItemIds";
    if items.len() > AGENDA_ITEMS_AT_MOST {
        return Err(Refusal::invalid(
            field,
            format!(
                "names {} items; at most {AGENDA_ITEMS_AT_MOST} make an agenda",
                items.len()
            ),
        ));
    }
    if items.iter().collect::<BTreeSet<_>>().len() < items.len() {
        return Err(Refusal::invalid(field, "names an item twice; name each once"));
    }
    let known = &facts.sharing.agenda_items;
    if items
        .iter()
        .any(|id| known.get(id).is_none_or(|item| item.meeting != meeting))
    {
        return Err(Refusal::not_found("agenda item of this meeting", field));
    }
    for item in facts.sharing.agenda_items.values_mut() {
        if item.meeting == meeting {
            let place = items.iter().position(|id| *id == item.id);
            item.position = place.and_then(|place| u32::try_from(place + 1).ok());
        }
    }
    Ok(())
}

/// A participant asks the facilitators, or where there are none the organisers, something.
pub fn ask_facilitators(
    facts: &mut Facts,
    id: QuestionId,
    by: RegistrationId,
    question: Paragraphs<2000>,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let takes_part = facts
        .registrations
        .get(&by)
        .is_some_and(|registration| registration.status.counts());
    if !takes_part {
        return Err(conflict(
            "the facilitators can be asked from the moment that your place is certain; the contacts of the programme answer before that",
        ));
    }
    if facts.facilitators().is_empty() {
        return Err(conflict("this programme has nobody to ask"));
    }
    if facts.sharing.questions_lately(by, now) >= QUESTIONS_A_DAY {
        return Err(conflict(format!(
            "you have asked {QUESTIONS_A_DAY} questions within a day, which is the most; please wait for an answer, or ask again tomorrow"
        )));
    }
    facts.sharing.questions.push(Question {
        id,
        asked_by: by,
        asked_at: now,
    });
    facts.happened.push_back(Happened::FacilitatorsAsked {
        question: id,
        by,
        text: question,
    });
    Ok(())
}

impl Facts {
    /// Whether somebody takes part in a programme that goes ahead.
    pub fn takes_part(&self, id: RegistrationId) -> bool {
        self.registrations.get(&id).is_some_and(|registration| {
            registration.status == crate::domain::registration::RegistrationStatus::Confirmed
        })
    }

    /// Who guides the learning: the facilitators, or where there are none the organisers.
    pub fn facilitators(&self) -> Vec<&crate::domain::programme::TeamMember> {
        let with = |role| self.programme.team_with(role).collect::<Vec<_>>();
        let facilitators = with(TeamRole::Facilitator);
        if facilitators.is_empty() {
            with(TeamRole::Organiser)
        } else {
            facilitators
        }
    }
}
