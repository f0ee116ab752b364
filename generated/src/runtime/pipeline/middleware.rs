//! Custom steps in the pipeline.

use std::sync::Arc;

use super::{Authorization, CallContext, Pipeline};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::transport::{HttpRequest, HttpResponse};

/// A custom step of the pipeline.
///
/// It may change the request, look at the response, answer by itself, or send more than once. The client builder takes it for either of two
/// places: around the whole call, or around every attempt. It sees no token in either place.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::clock::BoxFuture;
/// use genesys_cloud::runtime::transport::{HttpRequest, HttpResponse};
/// use genesys_cloud::runtime::{Middleware, Next};
/// use genesys_cloud::{Client, Error};
///
/// struct Audit;
///
/// impl Middleware for Audit {
///     fn handle<'a>(
///         &'a self,
///         request: HttpRequest,
///         next: Next<'a>,
///     ) -> BoxFuture<'a, Result<HttpResponse, Error>> {
///         Box::pin(async move {
///             let name = next.context().operation().map_or("request", |operation| operation.name);
///             let response = next.run(request).await?;
///             println!("{name}: {}", response.status);
///             Ok(response)
///         })
///     }
/// }
///
/// let client = Client::builder().access_token("token").call_middleware(Audit).build()?;
/// # drop(client);
/// # Ok::<(), Error>(())
/// ```
pub trait Middleware: Send + Sync + 'static {
    /// Handles `request`, most often by way of [`Next::run`].
    ///
    /// # Errors
    ///
    /// Those of `next`, or [`Error::other`].
    fn handle<'a>(
        &'a self,
        request: HttpRequest,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Error>>;
}

/// The steps after a [`Middleware`].
#[derive(Clone, Copy)]
pub struct Next<'a> {
    pipeline: &'a Pipeline,
    context: &'a CallContext,
    rest: &'a [Arc<dyn Middleware>],
    end: End,
}

/// What comes after the last middleware.
#[derive(Clone, Copy)]
enum End {
    Call,
    Attempt(Authorization),
}

impl<'a> Next<'a> {
    pub(super) fn for_call(pipeline: &'a Pipeline, context: &'a CallContext) -> Self {
        Self {
            pipeline,
            context,
            rest: &pipeline.connection.call_middleware,
            end: End::Call,
        }
    }

    pub(super) fn for_attempt(
        pipeline: &'a Pipeline,
        context: &'a CallContext,
        authorization: Authorization,
    ) -> Self {
        Self {
            pipeline,
            context,
            rest: &pipeline.connection.attempt_middleware,
            end: End::Attempt(authorization),
        }
    }

    /// The call that the request belongs to.
    #[must_use]
    pub fn context(&self) -> &'a CallContext {
        self.context
    }

    /// Sends `request` on. `Next` is `Copy`, so a middleware may do so several times.
    #[must_use]
    pub fn run(self, mut request: HttpRequest) -> BoxFuture<'a, Result<HttpResponse, Error>> {
        match self.rest.split_first() {
            Some((first, rest)) => first.handle(request, Self { rest, ..self }),
            None => match self.end {
                End::Call => Box::pin(async move {
                    let Self {
                        pipeline, context, ..
                    } = self;
                    pipeline.within_deadline(context, &mut request).await
                }),
                End::Attempt(authorization) => Box::pin(async move {
                    let Self {
                        pipeline, context, ..
                    } = self;
                    pipeline
                        .authorized(context, &mut request, authorization)
                        .await
                }),
            },
        }
    }
}

debug_fields!(Next<'a>, |this| context: this.context);
