//! Who may do what: one table of actions and roles, and one function for each kind of object.
//!
//! Handlers reach objects through these functions only. What lies in a scope the caller does not belong to is answered
//! with the same `not_found` as what does not exist.

use super::ApiError;
use super::auth::Caller;
use crate::domain::channel::Channel;
use crate::domain::contact::Contact;
use crate::domain::conversation::Conversation;
use crate::domain::ids::{ChannelId, ContactId, ConversationId, MemberId, ScopeId, WebhookId};
use crate::domain::member::{Member, Role};
use crate::domain::webhook::Webhook;
use crate::store::{Connection, channels, contacts, conversations, members, webhooks};

macro_rules! actions {
    ($($action:ident $least:ident $doc:literal;)*) => {
        /// Everything that can be asked for in a scope.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $(#[doc = $doc] $action,)* }

        impl Action {
            /// The lowest role that may.
            pub const fn least_role(self) -> Role {
                match self { $(Self::$action => Role::$least,)* }
            }
        }
    };
}

actions! {
    ReadScope Agent "See the scope's name, settings, channels and members.";
    ChangeScope Admin "Change name, mode, time zone and settings.";
    DeleteScope Owner "Remove the scope with everything in it.";
    ManageBot Admin "See and change the bot.";
    ManageChannels Admin "Make, change and remove channels.";
    ManageCanned Admin "Make, change and remove shared canned replies.";
    ManageMembers Admin "Invite and remove members, change roles up to one's own.";
    ManageKeys Admin "See, make and revoke API keys.";
    ManageWebhooks Admin "See, make, change and remove webhooks.";
    ManageTags Admin "Make and remove the tags that are suggested.";
    ReadAudit Admin "Read the audit trail.";
    ReadReports Admin "Read reports and the wallboard.";
    ReadConversations Agent "Read conversations and transcripts.";
    Converse Agent "Write to customers and colleagues, transfer, resolve, activate.";
    TakeOver Admin "Take a conversation over from its assignee.";
    ChangeContact Agent "Correct name, address and attributes of a contact.";
    ExportContact Admin "Get everything stored about a contact.";
    EraseContact Admin "Remove everything a contact said.";
}

/// The caller's role in a scope, if it is enough for the action.
///
/// # Errors
/// `not_found` when the caller does not belong to the scope, `forbidden` when the role is too low.
pub fn scope(caller: &Caller, scope: ScopeId, action: Action) -> Result<Role, ApiError> {
    let role = caller.role_in(scope).ok_or_else(ApiError::not_found)?;
    if role < action.least_role() {
        return Err(ApiError::forbidden("your role does not allow this"));
    }
    Ok(role)
}

/// A channel of this scope.
///
/// # Errors
/// As [`scope`]; `not_found` also when the channel belongs to another scope.
pub fn channel(
    connection: &mut Connection,
    caller: &Caller,
    in_scope: ScopeId,
    id: ChannelId,
    action: Action,
) -> Result<Channel, ApiError> {
    scope(caller, in_scope, action)?;
    let channel = channels::by_id(connection, id)?;
    if channel.scope == in_scope { Ok(channel) } else { Err(ApiError::not_found()) }
}

/// A webhook of this scope, for those who may manage webhooks.
///
/// # Errors
/// As [`scope`]; `not_found` also when the webhook belongs to another scope.
pub fn webhook(
    connection: &mut Connection,
    caller: &Caller,
    in_scope: ScopeId,
    id: WebhookId,
) -> Result<Webhook, ApiError> {
    scope(caller, in_scope, Action::ManageWebhooks)?;
    let hook = webhooks::by_id(connection, id)?;
    if hook.scope == in_scope { Ok(hook) } else { Err(ApiError::not_found()) }
}

/// A member of this scope, and their role in it.
///
/// # Errors
/// As [`scope`]; `not_found` also when they do not belong to the scope.
pub fn member(
    connection: &mut Connection,
    caller: &Caller,
    in_scope: ScopeId,
    id: MemberId,
    action: Action,
) -> Result<(Member, Role), ApiError> {
    scope(caller, in_scope, action)?;
    let role = members::role_in(connection, id, in_scope)?.ok_or_else(ApiError::not_found)?;
    Ok((members::by_id(connection, id)?, role))
}

/// A conversation, its contact and the caller's role in its scope.
///
/// # Errors
/// As [`scope`].
pub fn conversation(
    connection: &mut Connection,
    caller: &Caller,
    id: ConversationId,
    action: Action,
) -> Result<(Conversation, Contact, Role), ApiError> {
    let (conversation, contact) = conversations::with_contact(connection, id)?;
    let role = scope(caller, conversation.scope, action)?;
    Ok((conversation, contact, role))
}

/// A contact.
///
/// # Errors
/// As [`scope`].
pub fn contact(
    connection: &mut Connection,
    caller: &Caller,
    id: ContactId,
    action: Action,
) -> Result<Contact, ApiError> {
    let contact = contacts::by_id(connection, id)?;
    scope(caller, contact.scope, action)?;
    Ok(contact)
}
