//! Reasons of steps about hosting.

/// Why a step about hosting ended as it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostingWhy {
    /// A host was assigned.
    Assigned {
        /// Where.
        municipality: String,
    },
    /// The meeting had a host already.
    HasHost,
    /// The meeting has no host.
    HasNone,
    /// Nobody who offers a venue can host it.
    NobodyOffers,
    /// The person offers a venue already.
    HasOffered,
    /// Every meeting to come has a host.
    NoneLacksHost,
    /// The venue's name and address are known.
    VenueComplete,
    /// They are not; people are told as soon as they are.
    VenueIncomplete,
}

impl HostingWhy {
    /// The reason in words for an organiser.
    pub fn words(&self) -> String {
        match self {
            Self::Assigned { municipality } => format!("it is held at a venue in {municipality}"),
            Self::HasHost => "the meeting had a host already".to_owned(),
            Self::HasNone => "the meeting had no host".to_owned(),
            Self::NobodyOffers => "nobody offered a venue for it; the first offer is taken at once".to_owned(),
            Self::HasOffered => "this person has offered a venue".to_owned(),
            Self::NoneLacksHost => "every meeting to come had a host".to_owned(),
            Self::VenueComplete => "name and address of the venue were known".to_owned(),
            Self::VenueIncomplete => {
                "name and address of the venue were not known; people are told as soon as they are".to_owned()
            }
        }
    }
}
