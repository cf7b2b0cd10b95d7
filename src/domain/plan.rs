//! What a change would do to a programme's timeline, before it is made; and the hash by which a person confirms what was seen.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{
    facts::Facts,
    message::Recipient,
    programme::Price,
    timeline::{Outcome, Source, Step, StepKind, calendar_occurrences, forecast},
};

/// What becomes of an entry that was planned, or was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DifferenceKind {
    /// It will happen, and would not have.
    Added,
    /// It will happen at another moment.
    Moved,
    /// It will not happen, and would have.
    Dropped,
    /// Its moment changes, and it has happened: it does not happen again.
    AlreadyDone,
}

impl DifferenceKind {
    fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Moved => "moved",
            Self::Dropped => "dropped",
            Self::AlreadyDone => "already-done",
        }
    }
}

/// Entries of one rule or built-in step that fare alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// When it will happen, or would have.
    pub at: DateTime<Utc>,
    /// What becomes of it.
    pub change: DifferenceKind,
    /// When it would have happened, of what is moved.
    pub moved_from: Option<DateTime<Utc>>,
    /// The rule or built-in step.
    pub source: Source,
    /// Whom it is about, in order; nobody: the programme, or of what has been carried out, those whom the ledger knows.
    pub recipients: Vec<Recipient>,
    /// Which time, of what has been carried out.
    pub occurrence: Option<String>,
}

/// What a change comes to in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSummary {
    /// Who counts for the minimum before it.
    pub counted: u32,
    /// The minimum.
    pub minimum: u32,
    /// Those who hold a place for good right after it.
    pub participants: u32,
    /// Registrations that it ends.
    pub cancelled: u32,
    /// Those who wait for a place right after it.
    pub waiting: u32,
    /// Those who are offered a place right after it.
    pub offered: u32,
    /// Mails that go out at once.
    pub mails: usize,
    /// The price of one place.
    pub price: Price,
}

impl PlanSummary {
    fn of(before: &Facts, after: &Facts, steps: &[Step], now: DateTime<Utc>) -> Self {
        let ended = |facts: &Facts| facts.registrations.values().filter(|one| one.status.is_final()).count();
        let goes_at_once = |step: &&Step| matches!(step.kind, StepKind::Mail(_)) && step.due_at <= now && happens(step);
        let announced = &after.programme.announced;
        Self {
            counted: before.counts.counted,
            minimum: announced.min_participants,
            participants: after.counts.counted,
            cancelled: u32::try_from(ended(after).saturating_sub(ended(before))).unwrap_or(u32::MAX),
            waiting: after.counts.waiting,
            offered: after.counts.offered,
            mails: steps.iter().filter(goes_at_once).count(),
            price: announced.price.clone(),
        }
    }

    /// What the participants pay together, in cents.
    pub fn amount_cents(&self) -> u64 {
        u64::from(self.participants) * u64::from(self.price.cents)
    }
}

/// What a person confirms with the hash of a plan, beside the change itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirms {
    /// What it makes different in the timeline.
    Differences,
    /// That, and what it comes to in numbers.
    Numbers,
}

/// What a change brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// All that will happen if the change is made and nobody acts after that, in due order.
    pub steps: Vec<Step>,
    /// How that differs from what would have happened without it, in due order.
    pub differences: Vec<Difference>,
    /// What it comes to.
    pub summary: PlanSummary,
    /// The facts after the change and what it brings at once.
    pub facts: Facts,
    /// Names the plan: equal for equal plans, whenever they are made.
    pub hash: String,
}

impl Plan {
    /// What it brings that `after` takes the place of `before` at `now`. `change` names the change and what is said with it.
    pub fn of(change: &str, confirms: Confirms, before: &Facts, after: &Facts, now: DateTime<Utc>) -> Self {
        let end = DateTime::<Utc>::MAX_UTC;
        let (without, _) = forecast(before.clone(), now, end);
        let (steps, _) = forecast(after.clone(), now, end);
        let (_, facts) = super::timeline::advance(after.clone(), now);
        let mut differences = compare(&without, &steps);
        differences.extend(already_done(before, &facts));
        differences.sort();
        let summary = PlanSummary::of(before, &facts, &steps, now);
        let numbers = match confirms {
            Confirms::Differences => String::new(),
            Confirms::Numbers => format!("{summary:?}"),
        };
        // An announcement that was made is seen no more: sending it again takes another look.
        let change = format!(
            "{change}\n{} announcements before\n{numbers}",
            before.announcements.len()
        );
        let hash = hash(&change, &differences, now);
        Self {
            steps,
            differences,
            summary,
            facts,
            hash,
        }
    }
}

fn happens(step: &Step) -> bool {
    matches!(step.outcome, Outcome::Done(_))
}

fn compare(without: &[Step], with: &[Step]) -> Vec<Difference> {
    // An entry is the same when its key is; of what is left, the first of a rule and person for the first of the same: a
    // decision for another deadline is the decision, moved.
    let mut before: BTreeMap<_, _> = without
        .iter()
        .filter(|step| happens(step))
        .map(|step| (&step.key, step.due_at))
        .collect();
    let mut news = Vec::new();
    let mut grouped = Grouped::default();
    for step in with.iter().filter(|step| happens(step)) {
        match before.remove(&step.key) {
            Some(at) if at == step.due_at => {}
            Some(at) => grouped.add(DifferenceKind::Moved, step.due_at, Some(at), step),
            None => news.push(step),
        }
    }
    let mut gone: BTreeMap<_, Vec<DateTime<Utc>>> = BTreeMap::new();
    for (key, at) in before {
        gone.entry((key.source, key.subject)).or_default().push(at);
    }
    for times in gone.values_mut() {
        times.sort_unstable_by(|a, b| b.cmp(a));
    }
    for step in news {
        let earlier = gone.get_mut(&(step.key.source, step.key.subject)).and_then(Vec::pop);
        match earlier {
            // For another reason, at the same moment: nothing that anybody would notice.
            Some(at) if at == step.due_at => {}
            Some(at) => grouped.add(DifferenceKind::Moved, step.due_at, Some(at), step),
            None => grouped.add(DifferenceKind::Added, step.due_at, None, step),
        }
    }
    for ((source, subject), times) in gone {
        for at in times {
            grouped.add_subject(DifferenceKind::Dropped, at, None, source, subject);
        }
    }
    grouped.into_differences()
}

#[derive(Default)]
struct Grouped(BTreeMap<Alike, Vec<Recipient>>);

/// What entries have in common that fare alike: their moment, what becomes of them, from when they are moved, what makes them.
type Alike = (DateTime<Utc>, DifferenceKind, Option<DateTime<Utc>>, Source);

impl Grouped {
    fn add(&mut self, change: DifferenceKind, at: DateTime<Utc>, moved_from: Option<DateTime<Utc>>, step: &Step) {
        self.add_subject(change, at, moved_from, step.key.source, step.key.subject);
    }

    fn add_subject(
        &mut self,
        change: DifferenceKind,
        at: DateTime<Utc>,
        moved_from: Option<DateTime<Utc>>,
        source: Source,
        subject: Option<Recipient>,
    ) {
        let group = self.0.entry((at, change, moved_from, source)).or_default();
        group.extend(subject);
    }

    fn into_differences(self) -> Vec<Difference> {
        self.0
            .into_iter()
            .map(|((at, change, moved_from, source), mut recipients)| {
                recipients.sort_unstable();
                Difference {
                    at,
                    change,
                    moved_from,
                    source,
                    recipients,
                    occurrence: None,
                }
            })
            .collect()
    }
}

/// Moments of the calendar that change although they have come. Whether they brought anything, the ledger knows.
fn already_done(before: &Facts, after: &Facts) -> Vec<Difference> {
    let earlier: BTreeMap<_, _> = calendar_occurrences(before)
        .map(|(source, occurrence)| ((source, occurrence.name), occurrence.at))
        .collect();
    calendar_occurrences(after)
        .filter(|(source, occurrence)| before.settled.contains(&(source.word(), occurrence.name.clone())))
        .filter_map(|(source, occurrence)| {
            let moved_from = earlier.get(&(source, occurrence.name.clone())).copied();
            (moved_from != Some(occurrence.at)).then(|| Difference {
                at: occurrence.at,
                change: DifferenceKind::AlreadyDone,
                moved_from,
                source,
                recipients: Vec::new(),
                occurrence: Some(occurrence.name),
            })
        })
        .collect()
}

/// SHA-256 over what is changed and each difference, in hexadecimal; what happens at once is so whenever that is.
fn hash(change: &str, differences: &[Difference], now: DateTime<Utc>) -> String {
    let mut lines = vec![change.to_owned()];
    for difference in differences {
        let moment = |at: DateTime<Utc>| {
            if at <= now {
                "at once".to_owned()
            } else {
                at.to_rfc3339()
            }
        };
        let recipients: Vec<String> = difference.recipients.iter().map(ToString::to_string).collect();
        lines.push(format!(
            "{} {} {} {} {}",
            difference.change.word(),
            difference.source.word(),
            moment(difference.at),
            difference.moved_from.map(moment).unwrap_or_default(),
            recipients.join(",")
        ));
    }
    // What happens at once sorts by its moment, which differs from one look to the next.
    lines[1..].sort_unstable();
    let digest = Sha256::digest(lines.join("\n").as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
