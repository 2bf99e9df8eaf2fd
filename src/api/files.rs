//! Files of chats: taken in, handed out, and removed when nobody sent them. Members' URLs are here, those of customers in
//! `super::widget_files`.
//!
//! A file is what its content says. It leaves as a download that no browser runs: `attachment`, `nosniff`, and a policy
//! that allows nothing.

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Data, Path};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::ApiError;
use super::access::{self, Action};
use super::auth::Caller;
use super::edge::Edge;
use super::ranges::{Wanted, wanted};
use crate::actors::error::CallError;
use crate::delivery::intake::{For, IntakeError, pour};
use crate::domain::attachment::MediaType;
use crate::domain::ids::{ConversationId, FileId};
use crate::files::sniff::Found;
use crate::files::{FilesError, Upload};
use crate::protocol::code::Code;
use crate::store::files::{self, StoredFile};

/// Carries the file's name, UTF-8 and percent-encoded.
const NAME_HEADER: &str = "x-file-name";

/// Longest such header, in bytes.
const NAME_HEADER_MAX: usize = 2_000;

/// Nothing in a file may run, load or reach anything, whatever a browser makes of it.
pub(super) const FILE_POLICY: &str = "sandbox; default-src 'none'";

/// Says to the middleware that packs answers that this one is to stay as it is. It does not leave: see `super::finish`.
pub(super) const AS_IT_IS: &str = "identity";

/// Files removed with one question to the store.
pub(super) const SWEEP_AT_ONCE: i64 = 100;

/// A body that is a file, not read yet.
pub struct FileBody(Payload);

impl FromRequest for FileBody {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self(payload.take())))
    }
}

/// `POST /api/v1/conversations/{id}/files`: a member uploads a file to send in this conversation.
///
/// # Errors
/// `not_found` for strangers, `too_large`, `bad_request` for a type that is not allowed, `insufficient_storage`.
pub async fn upload(
    edge: Data<Edge>,
    request: HttpRequest,
    caller: Caller,
    id: Path<ConversationId>,
    body: FileBody,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let member = caller.member.id;
    let (conversation, ..) =
        edge.read(move |connection| access::conversation(connection, &caller, id, Action::Converse)).await?;
    let owner = For { scope: conversation.scope, contact: conversation.contact, member: Some(member) };
    receive(&edge, request.headers(), body, owner).await
}

/// `GET /api/v1/conversations/{id}/files/{file}`: a file that was sent in this conversation.
///
/// # Errors
/// `not_found` for strangers, and for files of other conversations.
pub async fn show(
    edge: Data<Edge>,
    request: HttpRequest,
    caller: Caller,
    path: Path<(ConversationId, FileId)>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, id) = path.into_inner();
    let file = edge
        .read(move |connection| {
            access::conversation(connection, &caller, conversation, Action::ReadConversations)?;
            Ok(files::by_id(connection, id)?)
        })
        .await?;
    if file.conversation != Some(conversation) {
        return Err(ApiError::not_found());
    }
    serve(&edge, request.headers(), &file).await
}

/// Takes a file in; nothing stays of one that fails.
///
/// # Errors
/// As [`upload`].
pub async fn receive(
    edge: &Edge,
    headers: &HeaderMap,
    body: FileBody,
    owner: For,
) -> Result<HttpResponse, ApiError> {
    let given_name = given_name(headers)?;
    check_announced(headers, edge.config.files.max_bytes)?;
    let Ok(_place) = edge.uploads.try_acquire() else { return Err(CallError::Overloaded.into()) };
    let FileBody(payload) = body;
    let attachment = edge.courier.intake.take(owner, &given_name, payload).await?;
    Ok(HttpResponse::Created().json(attachment))
}

/// Writes a body on as it comes; the caller finishes. Answers what it is, and how many bytes it has.
///
/// # Errors
/// `too_large` above `most` bytes, `bad_request` for a type that is not allowed.
pub(super) async fn stream(
    FileBody(payload): FileBody,
    bytes: &mut Upload,
    most: usize,
) -> Result<(Found, i64), ApiError> {
    Ok(pour(payload, bytes, most).await?)
}

/// Refuses a body that says of itself that it has more than `most` bytes.
///
/// # Errors
/// `too_large`.
pub(super) fn check_announced(headers: &HeaderMap, most: usize) -> Result<(), ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > most) { Err(too_large(most)) } else { Ok(()) }
}

fn given_name(headers: &HeaderMap) -> Result<String, ApiError> {
    let mut given = headers.get_all(NAME_HEADER);
    let (Some(name), None) = (given.next(), given.next()) else {
        return Err(ApiError::bad_request("the X-File-Name header must carry the file's name"));
    };
    let bad = || ApiError::bad_request("the X-File-Name header must be percent-encoded UTF-8");
    let name = name.to_str().ok().filter(|name| name.len() <= NAME_HEADER_MAX).ok_or_else(bad)?;
    Ok(percent_decode_str(name).decode_utf8().map_err(|_| bad())?.into_owned())
}

fn too_large(most: usize) -> ApiError {
    let words = format!("the file is larger than {most} bytes");
    ApiError::Plain(Code::TooLarge, words.into())
}

/// Hands a file out, or the part of it that these headers ask for. Whether the caller may have it was checked before.
///
/// # Errors
/// `unavailable` when the file store does not answer.
pub async fn serve(edge: &Edge, headers: &HeaderMap, file: &StoredFile) -> Result<HttpResponse, ApiError> {
    let attachment = &file.attachment;
    let size = u64::try_from(attachment.size).unwrap_or(0);
    // What is under an id never changes.
    let tag = format!("\"{}\"", attachment.id);
    let (mut response, bytes, length) = match wanted(headers, size, &tag) {
        Wanted::Whole => (HttpResponse::Ok(), edge.files.read(&file.object_key).await?, size),
        Wanted::Part(part) => {
            let place = format!("bytes {}-{}/{size}", part.start, part.end - 1);
            let mut response = HttpResponse::PartialContent();
            response.insert_header((header::CONTENT_RANGE, place));
            let length = part.end - part.start;
            (response, edge.files.read_part(&file.object_key, part).await?, length)
        }
        Wanted::Nothing => {
            let place = format!("bytes */{size}");
            return Ok(HttpResponse::RangeNotSatisfiable()
                .insert_header((header::CONTENT_RANGE, place))
                .finish());
        }
    };
    let content_type = match attachment.media_type {
        MediaType::Text => "text/plain; charset=utf-8",
        other => other.as_str(),
    };
    response.insert_header((header::CONTENT_TYPE, content_type));
    response.insert_header((header::CONTENT_DISPOSITION, as_download(&attachment.name)));
    response.insert_header((header::CONTENT_SECURITY_POLICY, FILE_POLICY));
    response.insert_header((header::ACCEPT_RANGES, "bytes"));
    response.insert_header((header::ETAG, tag));
    // Not to be packed on its way: parts are those of the file itself.
    response.insert_header((header::CONTENT_ENCODING, AS_IT_IS));
    response.no_chunking(length);
    Ok(response.streaming(bytes))
}

/// A download under this name, for browsers of every age (RFC 6266, section 5).
fn as_download(name: &str) -> String {
    let plain =
        |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    format!(
        "attachment; filename=\"{ascii}\"; filename*=UTF-8''{}",
        utf8_percent_encode(name, NON_ALPHANUMERIC)
    )
}

/// Removes files that nobody sent in time and those of erased contacts. Answers how many. What cannot be removed now
/// stays for the next time.
pub async fn sweep(edge: &Edge) -> usize {
    let mut count = 0;
    loop {
        let now = edge.sources.now();
        let claimed = edge.store.write(move |c| files::claim_expired(c, now, SWEEP_AT_ONCE)).await;
        let expired = match claimed {
            Ok(expired) => expired,
            Err(error) => {
                log::warn!("files not swept error=\"{error}\"");
                return count;
            }
        };
        let mut gone = Vec::with_capacity(expired.len());
        for file in &expired {
            match edge.files.remove(&file.object_key).await {
                Ok(()) => gone.push(file.id),
                Err(error) => log::warn!("file not removed file={} error=\"{error}\"", file.id),
            }
        }
        let (removed, all) = (gone.len(), gone.len() == expired.len());
        if let Err(error) = edge.store.write(move |connection| files::forget(connection, &gone)).await {
            log::warn!("files not swept error=\"{error}\"");
            return count;
        }
        count += removed;
        if !all || removed == 0 {
            return count;
        }
    }
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::TooLarge(most) => too_large(most),
            IntakeError::NotAllowed(_) | IntakeError::EndedEarly | IntakeError::TooSlow => {
                Self::bad_request(error.to_string())
            }
            IntakeError::Files(error) => error.into(),
            IntakeError::Store(error) => error.into(),
        }
    }
}

impl From<FilesError> for ApiError {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::Full => Self::Plain(Code::InsufficientStorage, "the server's disk is full".into()),
            FilesError::Missing | FilesError::Failed(_) => {
                log::error!("file store failed error=\"{error}\"");
                Self::Plain(Code::Unavailable, "the file store is unavailable".into())
            }
        }
    }
}
