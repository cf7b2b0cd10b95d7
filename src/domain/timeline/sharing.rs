//! What participants are told of what they share (rules 9 and 10).

use chrono::{DateTime, Utc};

use super::{
    Fold, Why,
    by_calendar::{Content, Mailing},
};
use crate::domain::{
    facts::Facts,
    ids::{MeetingId, RegistrationId},
    message::{AgendaLine, Colleague, Letter, Recipient, SupportNews, WishNews},
    programme::{Phase, TeamRole},
    registration::RegistrationStatus as Status,
    rule::RuleKey,
    sharing::{News, Sharing, excerpt},
    trigger::{Occurrence, Trigger},
};

/// So many wishes are told of in one digest, and so many offers with each; the page tells the rest.
const DIGEST_AT_MOST: usize = 10;
/// So many characters of a wish, and of an offer.
const EXCERPT: usize = 300;

impl Facts {
    /// Who takes part, by arrival.
    pub(super) fn participants(&self) -> Vec<RegistrationId> {
        self.in_line(|registration| registration.status == Status::Confirmed)
    }

    /// What is shared by those who take part.
    pub fn shared(&self) -> Sharing {
        self.sharing.among(|id| self.takes_part(id))
    }

    pub(super) fn colleague(&self, id: RegistrationId) -> Option<Colleague> {
        self.registrations.get(&id).map(|registration| Colleague {
            given_name: registration.person.given_name.clone(),
            organisation: registration.person.organisation.clone(),
        })
    }

    /// The moment at which the agenda of a meeting goes out, with its name.
    fn agenda_moment(&self, meeting: MeetingId) -> Option<Occurrence> {
        let rule = self.rule(RuleKey::Agenda)?;
        let moments =
            rule.trigger
                .occurrences(&self.programme, self.decisions.last(), rule.when_moved, rule.valid_from);
        moments.into_iter().find(|moment| moment.meeting == Some(meeting))
    }

    /// What the final agenda of a meeting says; none: it is not final, or there is no such meeting.
    fn agenda_letter(&self, meeting: MeetingId) -> Option<(Letter, DateTime<Utc>)> {
        if !self.sharing.is_agenda_final(meeting) {
            return None;
        }
        let held = self.programme.meeting(meeting)?;
        let starts_at = held.starts_at(self.programme.announced.time_zone)?;
        let items = self.sharing.final_agenda_of(meeting).into_iter();
        let letter = Letter::Agenda {
            meeting: held.title.to_string(),
            starts_at,
            items: items
                .map(|item| AgendaLine {
                    title: item.title.to_string(),
                    minutes: item.minutes,
                })
                .collect(),
        };
        Some((letter, starts_at))
    }

    /// Who gets an agenda: participants, facilitators, organisers.
    fn agenda_readers(&self) -> impl Iterator<Item = Recipient> {
        let team = self.programme.announced.team.iter();
        let members = team.filter(|member| member.is(TeamRole::Facilitator) || member.is(TeamRole::Organiser));
        let members = members.map(|member| Recipient::TeamMember(member.id));
        self.participants()
            .into_iter()
            .map(Recipient::Registration)
            .chain(members)
    }
}

impl Fold {
    /// Rule 9: whoever has no learning wish is asked for one.
    pub(super) fn wish_request(&self, is_reminder: bool) -> Content {
        let ask = |id: RegistrationId| Mailing {
            recipient: Recipient::Registration(id),
            letter: Letter::LearningWishRequest { is_reminder },
            unless: self.facts.sharing.has_wish(id).then_some(Why::HasLearningWish),
        };
        Content {
            mails: self.facts.participants().into_iter().map(ask).collect(),
            unless: self.facts.unless_it_goes_on(),
            useful_until: self.facts.programme.ends_at(),
            known_from: self.goes_ahead_since(),
        }
    }

    /// Rule 9: who follows something hears once a week what changed; an author, of support that was offered.
    pub(super) fn wish_digest(&self, occurrence: &Occurrence) -> Content {
        let shared = self.facts.shared();
        let since = self.digest_before(occurrence);
        let mailing = |reader: RegistrationId| {
            let news = shared.news_to(reader, since, occurrence.at);
            let is_told = !news.is_empty() || shared.follows_something(reader);
            is_told.then(|| Mailing {
                recipient: Recipient::Registration(reader),
                unless: news.is_empty().then_some(Why::NothingChanged),
                letter: self.digest(&shared, reader, &news),
            })
        };
        Content {
            mails: self.facts.participants().into_iter().filter_map(mailing).collect(),
            unless: self.facts.unless_it_goes_on(),
            useful_until: self.facts.programme.ends_at(),
            known_from: self.goes_ahead_since(),
        }
    }

    /// The moment of the digest before one, from which on things are news.
    fn digest_before(&self, occurrence: &Occurrence) -> Option<DateTime<Utc>> {
        let rule = self.facts.rule(RuleKey::LearningWishDigest)?;
        let Trigger::Weekday { at, .. } = rule.trigger else {
            return None;
        };
        let word = RuleKey::LearningWishDigest.word();
        let zone = self.facts.programme.announced.time_zone;
        let settled = self.facts.settled.iter().filter(|(source, _)| *source == word);
        settled
            .filter_map(|(_, name)| name.parse().ok())
            .map(|on| crate::domain::calendar::resolve(on, at, zone))
            .filter(|moment| *moment < occurrence.at)
            .max()
    }

    fn digest(&self, shared: &Sharing, reader: RegistrationId, news: &[News]) -> Letter {
        let tell = |news: &News| {
            let wish = shared.wishes.get(&news.wish)?;
            let offers = news.support.iter().filter_map(|id| wish.support.get(id));
            Some(WishNews {
                wish: excerpt(&wish.words.text, EXCERPT),
                author: (wish.author != reader)
                    .then(|| self.facts.colleague(wish.author))
                    .flatten(),
                was_edited: news.was_edited,
                support: offers
                    .filter_map(|offer| {
                        Some(SupportNews {
                            from: self.facts.colleague(offer.from)?,
                            text: excerpt(&offer.text, EXCERPT),
                        })
                    })
                    .take(DIGEST_AT_MOST)
                    .collect(),
            })
        };
        Letter::LearningWishDigest {
            wishes: news.iter().filter_map(tell).take(DIGEST_AT_MOST).collect(),
            others: u32::try_from(news.len().saturating_sub(DIGEST_AT_MOST)).unwrap_or(u32::MAX),
        }
    }

    /// Rule 10: whoever makes the agenda is reminded of one that is not final.
    pub(super) fn agenda_reminder(&self, occurrence: &Occurrence) -> Option<Content> {
        let facts = &self.facts;
        let meeting = facts.programme.meeting(occurrence.meeting?)?;
        let starts_at = meeting.starts_at(facts.programme.announced.time_zone)?;
        let goes_out = facts.agenda_moment(meeting.id).map(|moment| moment.at);
        let is_paused = facts.rule(RuleKey::Agenda).is_none_or(|rule| rule.pause_note.is_some());
        let letter = Letter::AgendaMissing {
            meeting: meeting.title.to_string(),
            starts_at,
            goes_out_at: goes_out.filter(|at| *at > occurrence.at && !is_paused),
            proposals: u32::try_from(facts.sharing.agenda_items_of(meeting.id).len()).unwrap_or(u32::MAX),
        };
        let makers = facts
            .facilitators()
            .into_iter()
            .map(|member| Recipient::TeamMember(member.id));
        let is_final = facts.sharing.is_agenda_final(meeting.id);
        Some(Content {
            mails: Mailing::to_all(makers, &letter),
            unless: facts.unless_it_goes_on().or(is_final.then_some(Why::AgendaIsFinal)),
            useful_until: Some(starts_at),
            known_from: self.goes_ahead_since(),
        })
    }

    /// Rule 10: the final agenda goes out. One that is not final yet goes as soon as it is ([`Self::tell_of_agendas`]), so
    /// nobody counts as told before that.
    pub(super) fn agenda(&self, occurrence: &Occurrence) -> Option<Content> {
        let unless = self.facts.unless_it_goes_on();
        let content = |mails, unless, useful_until| Content {
            mails,
            unless,
            useful_until,
            known_from: self.goes_ahead_since(),
        };
        if unless.is_some() || occurrence.at < self.goes_ahead_since() {
            return Some(content(Vec::new(), unless, None));
        }
        let Some((letter, starts_at)) = self.facts.agenda_letter(occurrence.meeting?) else {
            return Some(content(Vec::new(), Some(Why::AgendaIsNotFinal), None));
        };
        let mails = Mailing::to_all(self.facts.agenda_readers(), &letter);
        Some(content(mails, None, Some(starts_at)))
    }

    /// An agenda whose moment has passed goes to whoever has not got it: as soon as it is final, and to who joins after that.
    pub(super) fn tell_of_agendas(&mut self, at: DateTime<Utc>) {
        if self.facts.programme.phase != Phase::GoingAhead {
            return;
        }
        let mut untold = Vec::new();
        for meeting in &self.facts.programme.announced.meetings {
            let Some((letter, starts_at)) = self.facts.agenda_letter(meeting.id) else {
                continue;
            };
            let Some(moment) = self.facts.agenda_moment(meeting.id) else {
                continue;
            };
            let is_settled = (RuleKey::Agenda.word(), moment.name.clone());
            if at < starts_at && self.facts.settled.contains(&is_settled) {
                let mails = Mailing::to_all(self.facts.agenda_readers(), &letter);
                untold.push((mails, moment.name, starts_at));
            }
        }
        for (mails, occurrence, starts_at) in untold {
            for mail in mails {
                self.tell(RuleKey::Agenda, mail, &occurrence, at, Some(starts_at));
            }
        }
    }
}
