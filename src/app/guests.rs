//! Guests of the showcase: inviting them, calling invitations back, answering one (rule 12).
//!
//! A participant sees the own invitations, an organiser all of them, a guest the own one; how many come, everybody (rule 15).

use std::collections::{HashMap, HashSet};

use super::{
    App, AppError, Caller, Repeatable, Result,
    fields::Parsing,
    programmes::{Participant, ProgrammeRecord},
};
use crate::{
    domain::{
        acts::{self, InvitationDraft},
        guests::{Guest, GuestRelation, Invitation, InvitationStatus},
        hosting::Venue,
        ids::{InvitationId, ProgrammeId, RegistrationId},
        message::Locale,
        page::{Page, Window},
        refusal::Refusal,
        text::{EmailAddress, PersonName},
    },
    store::{GuestCounts, InvitationFilter, Scope, Touched},
};

/// Invitations fetched at once.
const AT_ONCE: usize = 100;

/// An invitation as whoever may see it sees it.
#[derive(Debug, Clone)]
pub struct InvitationView {
    /// Its programme.
    pub programme_id: ProgrammeId,
    /// The invitation.
    pub invitation: Invitation,
    /// The participant who invites; none: an organiser, or somebody who was erased.
    pub inviter: Option<Participant>,
}

/// What is given to invite somebody.
#[derive(Debug, Clone)]
pub struct InvitationFields {
    /// The guest's whole name.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// What the guest is to whoever invites.
    pub relation: GuestRelation,
    /// The language; else the programme's.
    pub locale: Option<Locale>,
    /// What the guest reads from whoever invites.
    pub message: Option<String>,
}

impl InvitationFields {
    fn parse(&self, default_locale: Locale) -> Result<InvitationDraft> {
        let mut parsing = Parsing::default();
        let name: Option<PersonName> = parsing.text("name", &self.name);
        let email: Option<EmailAddress> = parsing.text("email", &self.email);
        let message = parsing.optional("message", self.message.as_deref());
        let draft = name.zip(email).map(|(name, email)| InvitationDraft {
            guest: Guest {
                name,
                email,
                relation: self.relation,
                locale: self.locale.unwrap_or(default_locale),
            },
            message,
        });
        parsing.finish(draft)
    }
}

/// What a guest corrects; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct GuestCorrections {
    /// The whole name.
    pub name: Option<String>,
    /// The language of mails and pages.
    pub locale: Option<Locale>,
}

impl Caller {
    /// Whether the caller is a guest of a programme's showcase whose invitation holds.
    pub fn is_guest_of(&self, programme: ProgrammeId) -> bool {
        matches!(self, Self::Guest { programme: own, status, .. }
            if *own == programme && *status != InvitationStatus::Cancelled)
    }

    /// The registration of a caller who is one of the participants of a programme.
    fn takes_part_in(&self, programme: ProgrammeId) -> Option<RegistrationId> {
        match self {
            Self::Registrant { registration, .. } if self.is_member_of(programme) => Some(*registration),
            _ => None,
        }
    }

    fn may_see(&self, programme: ProgrammeId, invitation: &Invitation) -> bool {
        let own = self.takes_part_in(programme);
        self.organises(programme)
            || matches!(self, Self::Guest { invitation: own, .. } if *own == invitation.id)
            || (own.is_some() && own == invitation.invited_by)
    }
}

impl App {
    /// A stretch of a programme's invitations that the caller may see, in the order of inviting: all of them, or a member's own.
    pub async fn invitations(
        &self,
        caller: &Caller,
        programme: ProgrammeId,
        statuses: Option<Vec<InvitationStatus>>,
        window: &Window<i64>,
    ) -> Result<Page<InvitationView>> {
        if !caller.is_member_of(programme) {
            return Err(caller.refusal());
        }
        let invited_by = caller.takes_part_in(programme);
        if invited_by.is_none() && !caller.organises(programme) {
            // Facilitators invite nobody.
            return Ok(Page {
                items: Vec::new(),
                has_previous: false,
                has_next: false,
                total: 0,
            });
        }
        let filter = InvitationFilter { statuses, invited_by };
        let page = self.store().invitations(programme, &filter, window).await?;
        let found = page.items.iter().map(|one| (programme, one.clone())).collect();
        let mut views = self.invitation_views(found).await?.into_iter();
        // One view for each, in the same order.
        Ok(Page {
            items: views.by_ref().collect(),
            has_previous: page.has_previous,
            has_next: page.has_next,
            total: page.total,
        })
    }

    /// All of a programme's invitations whose guests were not erased, in the order of inviting; for organisers.
    pub async fn all_invitations(&self, caller: &Caller, programme: ProgrammeId) -> Result<Vec<InvitationView>> {
        caller.must_organise(programme)?;
        let mut window = Window::first(AT_ONCE);
        let mut all: Vec<InvitationView> = Vec::new();
        loop {
            let page = self.invitations(caller, programme, None, &window).await?;
            window.after = page.items.last().map(|view| view.invitation.arrival);
            all.extend(page.items);
            if !page.has_next {
                all.retain(|view| view.invitation.erased_at.is_none());
                return Ok(all);
            }
        }
    }

    /// The invitations of some ids that the caller may see.
    pub async fn invitations_by_id(&self, caller: &Caller, ids: &[InvitationId]) -> Result<Vec<InvitationView>> {
        let mut found = self.store().invitations_by_id(ids).await?;
        found.retain(|(programme, invitation)| caller.may_see(*programme, invitation));
        self.invitation_views(found).await
    }

    /// How many guests come to the showcases of some programmes.
    pub async fn accepted_guests(&self, programmes: &[ProgrammeId]) -> Result<HashMap<ProgrammeId, u32>> {
        let counts = self.store().guest_counts(programmes).await?;
        let accepted = |id: &ProgrammeId| {
            counts
                .get(id)
                .and_then(|of| of.get(&InvitationStatus::Accepted))
                .copied()
        };
        let count = |id: &ProgrammeId| (*id, accepted(id).unwrap_or(0));
        Ok(programmes.iter().map(count).collect())
    }

    /// How many of a programme's invitations stand where; for members.
    pub async fn guest_counts(&self, caller: &Caller, programme: ProgrammeId) -> Result<GuestCounts> {
        if !caller.is_member_of(programme) {
            return Err(caller.refusal());
        }
        let mut counts = self.store().guest_counts(&[programme]).await?;
        Ok(counts.remove(&programme).unwrap_or_default())
    }

    /// The place of a guest in the line of those who wait, from 1; none: the guest does not wait.
    pub async fn place_in_line(&self, record: &ProgrammeRecord, invitation: &Invitation) -> Result<Option<u32>> {
        if invitation.status != InvitationStatus::Waiting {
            return Ok(None);
        }
        Ok(self.store().guests_of(&record.programme).await?.position(invitation))
    }

    /// Where the showcase is, as far as that is known; for members and guests.
    pub async fn showcase_venue(&self, caller: &Caller, programme: ProgrammeId) -> Result<Option<Venue>> {
        let hosting = self.hosting(caller, programme).await?;
        hosting.showcase_venue()
    }

    async fn invitation_views(&self, found: Vec<(ProgrammeId, Invitation)>) -> Result<Vec<InvitationView>> {
        let inviters: HashSet<RegistrationId> = found.iter().filter_map(|(_, one)| one.invited_by).collect();
        let inviters: Vec<_> = inviters.into_iter().collect();
        let people = if inviters.is_empty() {
            Vec::new()
        } else {
            self.store().registrations_by_id(&inviters).await?
        };
        let people: HashMap<RegistrationId, Participant> = people
            .into_iter()
            .filter(|(_, registration)| registration.erased_at.is_none())
            .map(|(_, registration)| (registration.id, Participant::from(registration.person)))
            .collect();
        let view = |(programme_id, invitation): (ProgrammeId, Invitation)| InvitationView {
            programme_id,
            inviter: invitation.invited_by.and_then(|id| people.get(&id).cloned()),
            invitation,
        };
        Ok(found.into_iter().map(view).collect())
    }

    /// An invitation after an act of somebody who may see it.
    async fn own_invitation(&self, id: InvitationId) -> Result<InvitationView> {
        let found = self.store().invitations_by_id(&[id]).await?;
        let view = self.invitation_views(found).await?.pop();
        view.ok_or_else(|| Refusal::not_found("invitation", "invitationId").into())
    }

    /// Who invites to which programme's showcase: a participant (with the registration), or an organiser who names the programme.
    async fn inviting(
        &self,
        caller: &Caller,
        named: Option<ProgrammeId>,
    ) -> Result<(ProgrammeRecord, Option<RegistrationId>)> {
        match (caller, named) {
            (
                Caller::Registrant {
                    registration,
                    programme,
                    ..
                },
                named,
            ) => {
                if named.is_some_and(|named| named != *programme) {
                    return Err(Refusal::not_found("programme", "programmeId").into());
                }
                Ok((self.own_programme(*programme).await?, Some(*registration)))
            }
            (organiser, Some(programme)) if organiser.is_organiser() => {
                Ok((self.organised(caller, programme, "programmeId").await?, None))
            }
            (organiser, None) if organiser.is_organiser() => {
                Err(Refusal::required("programmeId", "is needed: the showcase of which programme?").into())
            }
            _ => Err(caller.refusal()),
        }
    }

    /// A participant, or an organiser, invites a guest.
    pub async fn invite_guest(
        &self,
        caller: &Caller,
        programme: Option<ProgrammeId>,
        fields: &InvitationFields,
        repeatable: &Repeatable,
    ) -> Result<InvitationView> {
        let (record, by) = self.inviting(caller, programme).await?;
        let draft = fields.parse(record.programme.announced.locale)?;
        let id = InvitationId(self.settle.entropy.id(self.now().await?));
        let scope = Scope::Touched(Touched {
            registration: by,
            invitation: Some(id),
            ..Touched::default()
        });
        let programme = record.programme.id;
        let id = self
            .act(caller, programme, "inviteGuest", repeatable, scope, |facts, now| {
                acts::invite_guest(facts, id, by, draft, now)
            })
            .await?;
        self.own_invitation(id).await
    }

    /// Whoever invited, or an organiser, calls an invitation back.
    pub async fn cancel_invitation(
        &self,
        caller: &Caller,
        id: InvitationId,
        repeatable: &Repeatable,
    ) -> Result<InvitationView> {
        // A guest declines; calling back is for whoever invites.
        let may_invite = caller.is_organiser() || matches!(caller, Caller::Registrant { .. });
        if !may_invite {
            return Err(caller.refusal());
        }
        let found = self.invitations_by_id(caller, &[id]).await?.pop();
        let view = found.ok_or_else(|| Refusal::not_found("invitation", "invitationId"))?;
        let scope = Scope::invitation(id);
        self.act(
            caller,
            view.programme_id,
            "cancelInvitation",
            repeatable,
            scope,
            |facts, now| acts::cancel_invitation(facts, id, now),
        )
        .await?;
        self.own_invitation(id).await
    }

    /// A guest answers the own invitation.
    pub async fn reply_to_invitation(
        &self,
        caller: &Caller,
        accepts: bool,
        repeatable: &Repeatable,
    ) -> Result<InvitationView> {
        let Caller::Guest {
            invitation, programme, ..
        } = caller
        else {
            return Err(caller.refusal());
        };
        let (id, scope) = (*invitation, Scope::invitation(*invitation));
        self.act(
            caller,
            *programme,
            "replyToInvitation",
            repeatable,
            scope,
            |facts, now| acts::reply_to_invitation(facts, id, accepts, now),
        )
        .await?;
        self.own_invitation(id).await
    }

    /// A guest, or an organiser, corrects what is stored of the guest.
    pub async fn update_invitation(
        &self,
        caller: &Caller,
        id: Option<InvitationId>,
        corrections: &GuestCorrections,
        repeatable: &Repeatable,
    ) -> Result<InvitationView> {
        let (programme, id) = self.guest_target(caller, id).await?;
        let mut parsing = Parsing::default();
        let name: Option<PersonName> = corrections.name.as_deref().and_then(|name| parsing.text("name", name));
        parsing.finish(Some(()))?;
        let (locale, scope) = (corrections.locale, Scope::invitation(id));
        self.act(caller, programme, "updateInvitation", repeatable, scope, |facts, _| {
            acts::correct_guest(facts, id, name, locale)
        })
        .await?;
        self.own_invitation(id).await
    }

    /// Which invitation an act is for: the guest's own, or the one that an organiser names.
    pub(super) async fn guest_target(
        &self,
        caller: &Caller,
        named: Option<InvitationId>,
    ) -> Result<(ProgrammeId, InvitationId)> {
        let not_found = || AppError::from(Refusal::not_found("invitation", "invitationId"));
        match (caller, named) {
            (
                Caller::Guest {
                    invitation, programme, ..
                },
                named,
            ) => match named {
                Some(id) if id != *invitation => Err(not_found()),
                _ => Ok((*programme, *invitation)),
            },
            (organiser, named) if organiser.is_organiser() => {
                let Some(id) = named else {
                    return Err(Refusal::required("invitationId", "is needed: which guest?").into());
                };
                match self.store().invitations_by_id(&[id]).await?.pop() {
                    Some((programme, _)) if caller.organises(programme) => Ok((programme, id)),
                    _ => Err(not_found()),
                }
            }
            _ => Err(caller.refusal()),
        }
    }
}
