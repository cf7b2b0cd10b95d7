//! How many requests one address may make.
//!
//! The address is that of the peer. `X-Forwarded-For` is never read: anybody can send it. Behind a reverse proxy all
//! callers therefore share one allowance, and the proxy is the place to limit them apart.
//!
//! The allowances run on the clock of the process, not on the programme's: they protect the machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use poem::http::{StatusCode, header};
use poem::web::RemoteAddr;
use poem::{Endpoint, IntoResponse, Middleware, Request, Response};

/// Requests of any kind from one address, on average, per second.
pub const REQUESTS_PER_SECOND: NonZeroU32 = NonZeroU32::new(50).unwrap();
/// Requests of any kind that one address may make at once after a pause.
pub const REQUESTS_AT_ONCE: NonZeroU32 = NonZeroU32::new(200).unwrap();
/// Public mutations that send mail, from one address, on average, per minute; so many may come at once after a pause.
pub const MAILING_MUTATIONS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(120).unwrap();

/// Mutations that anybody may call and that make the server send mail.
pub const MAILING_MUTATIONS: [&str; 3] = ["register", "requestPersonalLink", "askQuestion"];

/// So many checks lie between two clearings of the addresses that have their whole allowance back. What is kept is
/// therefore bounded by the addresses seen within one refill (4 seconds, a minute) and this.
const CHECKS_BETWEEN_CLEARINGS: usize = 1_024;

/// The allowance of an address is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("There were too many requests from your address; please try again in {retry_after_seconds} seconds.")]
pub struct Exceeded {
    /// When it is worth trying again; at least 1.
    pub retry_after_seconds: u64,
}

/// The switch of `LEERNETWERK_RATE_LIMITS`.
#[derive(Debug, Clone)]
pub enum RateLimits {
    /// Every address has its allowances. Clones share them.
    On(Arc<Allowances>),
    /// No limits: for load tests on loopback.
    Off,
}

/// What each address has left.
#[derive(Debug)]
pub struct Allowances {
    requests: DefaultKeyedRateLimiter<IpAddr>,
    mailing_mutations: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    checks: AtomicUsize,
}

impl RateLimits {
    /// Limits with all allowances whole.
    pub fn on() -> Self {
        Self::On(Arc::new(Allowances {
            requests: RateLimiter::keyed(Quota::per_second(REQUESTS_PER_SECOND).allow_burst(REQUESTS_AT_ONCE)),
            mailing_mutations: RateLimiter::keyed(Quota::per_minute(MAILING_MUTATIONS_PER_MINUTE)),
            clock: DefaultClock::default(),
            checks: AtomicUsize::new(0),
        }))
    }

    /// Takes one request from the allowance of an address.
    ///
    /// # Errors
    /// The allowance is used up.
    pub fn admit_request(&self, address: IpAddr) -> Result<(), Exceeded> {
        match self {
            Self::On(allowances) => allowances.take(&allowances.requests, address, NonZeroU32::MIN),
            Self::Off => Ok(()),
        }
    }

    /// Takes the mailing mutations among the root fields of an operation from the allowance of an address: all of
    /// them or, when not all are left, none.
    ///
    /// # Errors
    /// The allowance is used up.
    pub fn admit_mutations(&self, address: IpAddr, root_fields: &[String]) -> Result<(), Exceeded> {
        let mailing = root_fields
            .iter()
            .filter(|name| MAILING_MUTATIONS.contains(&name.as_str()))
            .count();
        match (self, NonZeroU32::new(u32::try_from(mailing).unwrap_or(u32::MAX))) {
            (Self::On(allowances), Some(mailing)) => allowances.take(&allowances.mailing_mutations, address, mailing),
            (Self::On(_) | Self::Off, _) => Ok(()),
        }
    }
}

impl Allowances {
    fn take(
        &self,
        limiter: &DefaultKeyedRateLimiter<IpAddr>,
        address: IpAddr,
        count: NonZeroU32,
    ) -> Result<(), Exceeded> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_BETWEEN_CLEARINGS == CHECKS_BETWEEN_CLEARINGS - 1 {
            for limiter in [&self.requests, &self.mailing_mutations] {
                limiter.retain_recent();
                limiter.shrink_to_fit();
            }
        }
        match limiter.check_key_n(&network_of(address), count) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_until)) => {
                let wait = not_until.wait_time_from(self.clock.now());
                Err(Exceeded {
                    retry_after_seconds: wait.as_secs().saturating_add(1),
                })
            }
            // More than the allowance ever holds. The limits of a document lie below it, so it can only be one
            // that no waiting helps.
            Err(_) => Err(Exceeded {
                retry_after_seconds: 60,
            }),
        }
    }
}

/// What counts as one caller: an IPv4 address, or the /64 network that an IPv6 subscriber is given as a whole.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// The address of the peer. Peers without one (a Unix socket) share one allowance.
pub fn peer_of(request: &Request) -> IpAddr {
    let RemoteAddr(peer) = request.remote_addr();
    peer.as_socket_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip())
}

/// Limits pages: 429 with `Retry-After` and a sentence. `/graphql` asks [`RateLimits`] itself, to answer in GraphQL.
#[derive(Debug, Clone)]
pub struct LimitRequests(pub RateLimits);

impl<E: Endpoint> Middleware<E> for LimitRequests {
    type Output = LimitedRequests<E>;

    fn transform(&self, endpoint: E) -> Self::Output {
        LimitedRequests {
            endpoint,
            limits: self.0.clone(),
        }
    }
}

/// An endpoint behind [`LimitRequests`].
#[derive(Debug)]
pub struct LimitedRequests<E> {
    endpoint: E,
    limits: RateLimits,
}

impl<E: Endpoint> Endpoint for LimitedRequests<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        match self.limits.admit_request(peer_of(&request)) {
            Ok(()) => Ok(self.endpoint.call(request).await?.into_response()),
            Err(exceeded) => Ok(exceeded
                .to_string()
                .with_status(StatusCode::TOO_MANY_REQUESTS)
                .with_header(header::RETRY_AFTER, exceeded.retry_after_seconds)
                .into_response()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn refused(limits: &RateLimits, from: &str, times: u32) -> usize {
        (0..times)
            .filter(|_| limits.admit_request(address(from)).is_err())
            .count()
    }

    #[test]
    fn an_address_has_its_allowance_and_no_more() {
        let limits = RateLimits::on();
        assert_eq!(refused(&limits, "192.0.2.1", 60), 0);
        // The clock runs on while the test does: one in twenty milliseconds may come back, two hundred may not.
        assert!(refused(&limits, "192.0.2.1", 1_000) > 0);
        let exceeded = loop {
            if let Err(exceeded) = limits.admit_request(address("192.0.2.1")) {
                break exceeded;
            }
        };
        assert_eq!(exceeded.retry_after_seconds, 1);
        assert_eq!(refused(&limits, "192.0.2.2", 60), 0);
        assert_eq!(refused(&RateLimits::Off, "192.0.2.1", 10_000), 0);
    }

    #[test]
    fn neighbours_in_a_subscribers_network_share_one_allowance() {
        let limits = RateLimits::on();
        assert_eq!(refused(&limits, "2001:db8:1:2::1", 60), 0);
        assert!(refused(&limits, "2001:db8:1:2:ffff::9", 1_000) > 0);
        assert_eq!(refused(&limits, "2001:db8:1:3::1", 60), 0);
        assert_eq!(network_of(address("::ffff:192.0.2.1")), address("192.0.2.1"));
    }

    #[test]
    fn mailing_mutations_count_by_root_field() {
        let limits = RateLimits::on();
        let here = address("192.0.2.1");
        let fields = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let three = fields(&["register", "clock", "register", "askQuestion"]);
        for _ in 0..MAILING_MUTATIONS_PER_MINUTE.get() / 3 {
            assert_eq!(limits.admit_mutations(here, &three), Ok(()));
        }
        let exceeded = limits.admit_mutations(here, &three).expect_err("they are used up");
        assert!((1..=2).contains(&exceeded.retry_after_seconds), "{exceeded:?}");
        assert_eq!(
            limits.admit_mutations(here, &fields(&["programme", "offerVenue"])),
            Ok(())
        );
    }

    #[test]
    fn addresses_are_forgotten() {
        let RateLimits::On(allowances) = RateLimits::on() else {
            unreachable!("they are on")
        };
        let limits = RateLimits::On(allowances.clone());
        let mut most_kept = 0;
        let is_cleared = (0..5_000_000_u32).any(|number| {
            let _ = limits.admit_request(IpAddr::V4(Ipv4Addr::from_bits(number)));
            if number % 1_000 != 0 {
                return false;
            }
            let kept = allowances.requests.len();
            most_kept = most_kept.max(kept);
            kept < most_kept
        });
        assert!(is_cleared, "{most_kept} addresses were kept");
    }

    #[tokio::test]
    async fn pages_are_refused_with_a_sentence() {
        let page = LimitRequests(RateLimits::on()).transform(poem::endpoint::make_sync(|_| "page"));
        let mut statuses = Vec::new();
        for _ in 0..2_000 {
            let response = page.get_response(Request::default()).await;
            if response.status() == StatusCode::TOO_MANY_REQUESTS {
                assert!(response.headers().contains_key(header::RETRY_AFTER));
            }
            statuses.push(response.status());
        }
        assert!(statuses[..60].iter().all(|status| *status == StatusCode::OK));
        assert!(statuses.contains(&StatusCode::TOO_MANY_REQUESTS));
    }
}
