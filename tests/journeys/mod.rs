//! Stories over time, through the real API.

mod deadline;
mod relay;
