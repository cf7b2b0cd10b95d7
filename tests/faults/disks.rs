//! A disk that is full in the middle of the work, and then not any more.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use leernetwerk::domain::delivery::SmtpVerb::Dot;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    Counts, Plan,
    plan::pause,
    world::{PATIENCE, World, stop},
};
use crate::harness::{
    app::STARTS_AT,
    engines::{Database, Engine},
    foundation::schema,
    postgres::Cluster,
    smtp::{Act, Rule},
};

sampled! { full_disks: Sqlite Postgres; }

/// A small disk in memory; it goes with this value.
struct Disk(TempDir);

impl Disk {
    /// None: only root can make one.
    fn of_megabytes(size: u32) -> Option<Self> {
        let directory = TempDir::with_prefix("leernetwerk-disk-").unwrap();
        let options = format!("size={size}m,mode=777");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(directory.path())
            .status();
        mounted.is_ok_and(|status| status.success()).then_some(Self(directory))
    }

    fn ballast(&self) -> PathBuf {
        self.0.path().join("ballast")
    }

    /// Leaves no room at all.
    fn fill(&self) {
        let room = fs::File::create(self.ballast()).unwrap();
        let (mut room, block) = (room, [0; 4096]);
        // Until it is full, which is the error that is wanted.
        while std::io::Write::write_all(&mut room, &block).is_ok() {}
    }

    fn empty(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whatever uses it still may: it goes when that ends.
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

/// Full while the decision falls and while verdicts are to be written: nobody crashes, and it goes on when there is room.
pub async fn full_disks(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    let Some(disk) = Disk::of_megabytes(32) else {
        println!("    SKIPPED: a small disk cannot be mounted here; run it as root");
        counts.add("SKIPPED for want of a small disk", 1);
        return counts;
    };
    let mut cluster = None;
    let url = match plan.engine {
        Engine::Sqlite => format!("sqlite://{}?mode=rwc", disk.0.path().join("leernetwerk.db").display()),
        Engine::Postgres => {
            let made = Cluster::another().unwrap().expect("PostgreSQL");
            let place = disk.0.path().join("tables");
            fs::create_dir(&place).unwrap();
            if let Some((user, group)) = made.owner() {
                std::os::unix::fs::chown(&place, Some(user), Some(group)).unwrap();
            }
            made.command(&format!("CREATE TABLESPACE small LOCATION '{}'", place.display()))
                .await
                .unwrap();
            let url = made.create("leernetwerk").await.unwrap();
            made.command("ALTER DATABASE leernetwerk SET TABLESPACE small")
                .await
                .unwrap();
            cluster = Some(made);
            url
        }
    };
    schema().migrate(&url).await.unwrap();
    let world = World::on(Database::at(plan.engine, url), 3, STARTS_AT, |given| given).await;
    let mut server = world.serve().await;
    world.relay.on(Rule::at(Dot, Act::Stall));
    // Verdicts of three mails wait to be written when the disk is full, and people want to register.
    world.close_registration().await;
    world.relay.wait_for_stalls(Dot, 3).await;
    disk.fill();
    let taken = world.relay.accepted().len();
    world.relay.release();
    world.relay.wait_for(taken + 3).await;
    for n in 0..4 {
        let query = "mutation ($input: ExtendDeadlineInput!) { extendDeadline(input: $input) { errors { code } } }";
        let day = format!("2014-06-{:02}", 1 + n % 9);
        let input = json!({ "programmeId": world.global_id(), "registrationDeadline": day, "reason": "x".repeat(900) });
        let request = reqwest::Client::new()
            .post(format!("{}/graphql", server.base_url))
            .bearer_auth(super::world::API_TOKEN)
            .json(&json!({ "query": query, "variables": { "input": input } }));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let refused = answer["errors"][0]["extensions"]["code"] == json!("INTERNAL_SERVER_ERROR");
        counts.add("answers on a full disk", 1);
        counts.add("of which internal errors", usize::from(refused));
        pause(Duration::from_millis(50)).await;
    }
    assert!(server.is_running(), "{}", server.logged());
    disk.empty();
    world.relay.behave();
    world.relay.release();
    let deadline = tokio::time::Instant::now() + PATIENCE / 2;
    while world.outstanding().await.unwrap() > 0 {
        let is_late = tokio::time::Instant::now() > deadline;
        assert!(
            !is_late,
            "it does not go on when there is room again: {}",
            world.left().await
        );
        pause(Duration::from_millis(100)).await;
    }
    stop(server).await;
    let held = world.hold().await;
    assert_eq!((held.get("attempts without a verdict"), held.get("decisions")), (0, 1));
    counts.merge(&held);
    drop(world);
    drop(cluster);
    counts
}
