//! Files that a platform wants to be given, and not only told where they are: calls that carry their bytes, and those of a chain in
//! which only the last one says something.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::{Courier, Line, request};
use crate::channels::{Call, Carries, Got, Verdict};
use crate::domain::attachment::Attachment;
use crate::hex;
use crate::outgoing::mime::Enclosure;
use crate::outgoing::{ErrorKind, Limits};

/// A call with files may take so long.
const UPLOAD: Duration = Duration::from_secs(60);

impl Courier {
    /// Makes one call, and those that must follow it, with these files of the message.
    pub(super) async fn make_with(&self, line: &Line, mut call: Call, files: &[Attachment]) -> Verdict {
        loop {
            let (carries, then) = (std::mem::take(&mut call.carries), call.then.take());
            let is_body = matches!(carries, Carries::Body(_));
            let mut limits = Limits::default();
            if carries != Carries::Nothing {
                limits.total = UPLOAD;
                if let Err(reason) = self.fill(&mut call, &carries, files).await {
                    return Verdict::Again { after: None, reason };
                }
            }
            let part = call.part;
            let (verdict, answer) = self.asked(line, call, limits, is_body).await;
            let Some(then) = then else { return verdict };
            match verdict {
                Verdict::Done { .. } => match line.platform.follow(&line.account(), &then, &answer) {
                    Ok(next) => call = Call { part, ..next },
                    Err(reason) => return Verdict::Failed { reason },
                },
                // Nothing was said yet, so nothing can be said twice.
                Verdict::Unknown { reason } => return Verdict::Again { after: None, reason },
                other => return other,
            }
        }
    }

    /// Makes one call.
    pub async fn make(&self, line: &Line, call: Call) -> Verdict {
        self.asked(line, call, Limits::default(), false).await.0
    }

    /// Makes one call; what it means, and what was answered. `by_status`: where files are put, success is all that is said.
    async fn asked(&self, line: &Line, call: Call, limits: Limits, by_status: bool) -> (Verdict, Value) {
        let failed = |verdict| (verdict, Value::Null);
        let Some((method, headers)) = request(&call) else {
            return failed(Verdict::Failed { reason: "a header cannot be sent".into() });
        };
        match self.outgoing.call(method, &call.url, headers, Bytes::from(call.body), limits).await {
            Ok(reply) if by_status && reply.status.is_success() => {
                failed(Verdict::Done { provider_id: None })
            }
            Ok(reply) => {
                let got =
                    Got { status: reply.status.as_u16(), retry_after: reply.retry_after, body: &reply.body };
                (line.platform.judge(&got), serde_json::from_slice(&reply.body).unwrap_or_default())
            }
            Err(error) => {
                let reason = error.to_string();
                failed(match error.kind {
                    ErrorKind::Refused(_) => Verdict::Failed { reason },
                    // Only a success can be too large.
                    ErrorKind::TooLarge => Verdict::Done { provider_id: None },
                    _ if error.request_was_written => Verdict::Unknown { reason },
                    _ => Verdict::Again { after: None, reason },
                })
            }
        }
    }

    /// Puts the files in.
    async fn fill(&self, call: &mut Call, carries: &Carries, files: &[Attachment]) -> Result<(), String> {
        let wanted: &[usize] = match carries {
            Carries::Nothing => return Ok(()),
            Carries::Body(index) => std::slice::from_ref(index),
            Carries::Form(indices) => indices,
        };
        let wanted: Vec<Attachment> = wanted.iter().filter_map(|index| files.get(*index)).cloned().collect();
        let mut files = self.enclosures(&wanted).await?;
        if let Carries::Form(_) = carries {
            let boundary = format!("files-{}", hex::encode(&self.sources.secret::<16>()));
            call.headers.retain(|(name, _)| *name != "content-type");
            call.headers.push(("content-type", format!("multipart/form-data; boundary={boundary}")));
            call.body = form(&boundary, &call.body, &files);
        } else {
            call.body = files.pop().map(|file| file.bytes).unwrap_or_default();
        }
        Ok(())
    }
}

/// A form of the JSON that the call has and of these files.
fn form(boundary: &str, json: &[u8], files: &[Enclosure]) -> Vec<u8> {
    let mut form =
        Vec::with_capacity(files.iter().map(|file| file.bytes.len() + 300).sum::<usize>() + json.len() + 300);
    let mut part = |head: &str, bytes: &[u8]| {
        form.extend_from_slice(
            format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(),
        );
        form.extend_from_slice(bytes);
        form.extend_from_slice(b"\r\n");
    };
    part("name=\"payload_json\"\r\nContent-Type: application/json", json);
    for (number, Enclosure { name, media_type, bytes }) in files.iter().enumerate() {
        let name = quoted(name);
        part(&format!("name=\"files[{number}]\"; filename=\"{name}\"\r\nContent-Type: {media_type}"), bytes);
    }
    form.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    form
}

/// As browsers write names into forms: <https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data>.
fn quoted(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_can_act_in_a_form() {
        let file =
            Enclosure { name: "a\"\r\nX: y.png".into(), media_type: "image/png", bytes: b"PNG".to_vec() };
        let wanted = "--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\nContent-Type: application/json\r\n\r\n{}\r\n\
                      --b\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"a%22%0D%0AX: y.png\"\r\n\
                      Content-Type: image/png\r\n\r\nPNG\r\n--b--\r\n";
        assert_eq!(String::from_utf8(form("b", b"{}", &[file])).expect("text"), wanted);
    }
}
