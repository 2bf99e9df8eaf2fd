//! Who does it, one at a time.
//!
//! | actor | message | answer | sent by |
//! | --- | --- | --- | --- |
//! | [`conversation::Conversation`] | [`conversation::Do`] | through its [`reply::Reply`], after the commit | sessions, REST, timers |
//! | | [`conversation::AttachMember`], [`conversation::AttachContact`] | what the session has not seen | sessions |
//! | | [`conversation::Typing`], [`conversation::Read`] | – | sessions |
//! | | [`conversation::DeliveryChanged`] | – | deliveries |
//! | | [`conversation::Surroundings`], [`conversation::RulesChanged`], [`conversation::ContactChanged`], [`conversation::Stop`] | – | its supervisor |
//! | [`scope_supervisor::ScopeSupervisor`] | [`scope_supervisor::Find`], [`scope_supervisor::FindForContact`], [`scope_supervisor::OpenFor`] | the conversation's address | sessions, REST |
//! | | [`scope_supervisor::Arrive`] | what the scope says, and the contact's open conversation | customers' sessions |
//! | | [`scope_supervisor::Leave`] | – | customers' sessions |
//! | | [`scope_supervisor::Watch`] | what stands on a wallboard | REST |
//! | | [`scope_supervisor::Subscribe`] | rows, through the agent | agents |
//! | | [`scope_supervisor::Published`], [`scope_supervisor::Mentioned`], [`scope_supervisor::Sleepy`] | – | conversations |
//! | [`agent::Agent`] | [`agent::Attach`], [`agent::Subscribe`], [`agent::SetPresence`] | – | sessions |
//! | | [`agent::Deliver`] | – | supervisors |
//!
//! Asking goes down, telling goes up: nobody awaits an answer from above.

pub mod agent;
pub mod conversation;
pub mod directory;
pub mod error;
pub mod figures;
pub mod link;
mod messaging;
pub mod reply;
pub mod scope_supervisor;
