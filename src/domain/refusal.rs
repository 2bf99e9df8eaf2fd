//! Why a command has no effect. Refusals are expected answers, not failures.

use super::ids::{ConversationId, MemberId};

/// Why not. Each has a stable code in `protocol::code`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another member owns the conversation.
    #[error("{name} has this chat")]
    AlreadyAssigned {
        /// The owner.
        assignee: MemberId,
        /// Their name.
        name: String,
    },
    /// Only the assignee may do this.
    #[error("only the member who handles the chat may do this")]
    NotAssignee,
    /// The conversation is over.
    #[error("the chat has ended")]
    Ended,
    /// The conversation is not over.
    #[error("the chat has not ended")]
    NotEnded,
    /// The contact has another open conversation on this channel.
    #[error("the customer has another open chat")]
    ActiveExists {
        /// That one.
        conversation: ConversationId,
    },
    /// The target is not an active member of the scope.
    #[error("no such member in this scope")]
    NoSuchAgent,
    /// This episode has its feedback.
    #[error("this chat has been rated")]
    AlreadyRated,
    /// Feedback comes too late.
    #[error("the time for feedback is over")]
    RatingClosed,
    /// The bot's turn is over; what it said was kept aside.
    #[error("the bot's turn is over")]
    StaleBotTurn,
    /// The role does not allow it.
    #[error("your role does not allow this")]
    Forbidden,
    /// The scope has no bot.
    #[error("this scope has no bot")]
    NoBot,
    /// Nobody answers now; the scope takes messages instead.
    #[error("nobody is here now; leave a message instead")]
    Away,
    /// The conversation has as many tags as it may.
    #[error("this chat has as many tags as it may")]
    TooManyTags,
    /// A file is not there, was sent before, or is somebody else's.
    #[error("a file is not there any more")]
    NoSuchFile,
    /// The channel asks something before the first message, and some of it is not answered.
    #[error("the chat begins with answers to the form")]
    FormRequired {
        /// Keys of the questions.
        fields: Vec<String>,
    },
    /// The client id was used for another command.
    #[error("this client id was used for another command")]
    IdReused,
}
