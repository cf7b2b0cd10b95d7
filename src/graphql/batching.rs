//! Makes batches whole: loads run in the task of their request, and only when everything else in it waits.
//!
//! async-graphql's data loader hands each batch to a task of its own. On several threads that task may take the keys while
//! the resolvers of the same list are still adding to them, and a list would cost one statement or three as chance has it.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use async_graphql::{
    Response,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};
use async_trait::async_trait;
use futures_util::{
    future::BoxFuture,
    stream::{FuturesUnordered, StreamExt},
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A batch on its way.
type Load = BoxFuture<'static, ()>;

/// Where a request's loads wait to be run; a part of the request's data.
pub struct Loads(std::sync::Mutex<Option<UnboundedReceiver<Load>>>);

impl Loads {
    /// A place for loads, and the way to it.
    pub fn new() -> (UnboundedSender<Load>, Self) {
        let (sender, receiver) = unbounded_channel();
        (sender, Self(std::sync::Mutex::new(Some(receiver))))
    }

    fn take(&self) -> Option<UnboundedReceiver<Load>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}

/// Runs the loads of each request beside its execution.
pub struct Batching;

impl ExtensionFactory for Batching {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(RunsLoads)
    }
}

struct RunsLoads;

#[async_trait]
impl Extension for RunsLoads {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let waiting = ctx.data_opt::<Loads>().and_then(Loads::take);
        let Some(mut waiting) = waiting else {
            return next.run(ctx, operation_name).await;
        };
        let mut execution = pin!(next.run(ctx, operation_name));
        let mut under_way: FuturesUnordered<Load> = FuturesUnordered::new();
        poll_fn(|cx| {
            // First every resolver that can go on, so that the batches have all their keys.
            if let Poll::Ready(response) = execution.as_mut().poll(cx) {
                return Poll::Ready(response);
            }
            while let Poll::Ready(Some(load)) = waiting.poll_recv(cx) {
                under_way.push(load);
            }
            // A load that is through wakes the resolvers that wait for it.
            while let Poll::Ready(Some(())) = under_way.poll_next_unpin(cx) {}
            Poll::Pending
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashMap,
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use async_graphql::{
        Context, EmptyMutation, EmptySubscription, Object, Request, Result, Schema, SimpleObject,
        dataloader::{DataLoader, Loader},
    };

    use super::*;

    struct Doubling(Arc<AtomicUsize>);

    impl Loader<usize> for Doubling {
        type Value = usize;
        type Error = String;

        async fn load(&self, keys: &[usize]) -> Result<HashMap<usize, usize>, String> {
            self.0.fetch_add(1, Ordering::SeqCst);
            // The answer comes from elsewhere, as a database's does.
            let keys = keys.to_vec();
            let doubles = tokio::spawn(async move { keys.into_iter().map(|key| (key, 2 * key)).collect() });
            doubles.await.map_err(|error| error.to_string())
        }
    }

    #[derive(SimpleObject)]
    #[graphql(complex)]
    struct Number {
        value: usize,
    }

    #[async_graphql::ComplexObject]
    impl Number {
        async fn double(&self, ctx: &Context<'_>) -> Result<Number> {
            let double = ctx.data::<DataLoader<Doubling>>()?.load_one(self.value).await?;
            Ok(Number {
                value: double.unwrap_or_default(),
            })
        }
    }

    struct Query;

    #[Object]
    impl Query {
        async fn numbers(&self) -> Vec<Number> {
            (1..=500).map(|value| Number { value }).collect()
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_level_of_a_list_is_one_batch_each_time() {
        let schema = Schema::build(Query, EmptyMutation, EmptySubscription)
            .extension(Batching)
            .finish();
        for _ in 0..20 {
            let batches = Arc::new(AtomicUsize::new(0));
            let (sender, loads) = Loads::new();
            let loader = DataLoader::new(Doubling(Arc::clone(&batches)), move |load| drop(sender.send(load)));
            let mut request = Request::new("{ numbers { double { double { value } } } }");
            request = request.data(loads).data(loader.delay(Duration::ZERO));
            let schema = schema.clone();
            let answer = tokio::spawn(async move { schema.execute(request).await })
                .await
                .unwrap();
            assert!(answer.errors.is_empty(), "{:?}", answer.errors);
            let answer = answer.data.into_json().unwrap();
            assert_eq!(answer["numbers"][499]["double"]["double"]["value"], 2000);
            assert_eq!(batches.load(Ordering::SeqCst), 2);
        }
    }
}
