//! Bytes that break RFC 6455, or our limits within it.

use serde_json::json;

use crate::support::app::Person;
use crate::support::database::Database;
use crate::support::raw::{BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, Raw, TEXT, frame, header};
use crate::support::stage::Stage;

const KIB_64: usize = 65_536;

/// A harmless command that fills exactly so many bytes.
fn padded(length: usize) -> String {
    let command = json!({"type": "no_such_command", "ref": "7"}).to_string();
    format!("{command}{}", " ".repeat(length - command.len()))
}

/// Both kinds of sockets, with `hello` said.
async fn both(stage: &Stage, person: &Person) -> [Raw; 2] {
    [
        Raw::widget(&stage.app.base, &stage.channel.public_key).await.hello().await,
        Raw::dashboard(person).await.hello().await,
    ]
}

/// It still answers commands.
async fn is_alive(raw: &mut Raw) {
    raw.text(r#"{"type":"no_such_command","ref":"alive"}"#).await;
    let answer = raw.json().await;
    assert_eq!((&answer["ref"], &answer["code"]), (&json!("alive"), &json!("bad_request")));
}

#[actix_web::test]
async fn broken_frames_close_one_socket_with_their_code() {
    let stage = Stage::new(Database::sqlite()).await;
    let (person, mut bystander) = stage.agent().await;
    let text = b"{}";
    let fragments = |count: usize, payload: &[u8]| -> Vec<u8> {
        let middle = std::iter::repeat_n(frame(CONTINUATION, payload), count - 2);
        [frame(TEXT, payload)]
            .into_iter()
            .chain(middle)
            .chain([frame(FIN | CONTINUATION, payload)])
            .flatten()
            .collect()
    };
    let unmasked = [header(FIN | TEXT, 0, 2), text.to_vec()].concat();
    let over = padded(KIB_64 + 1);
    let (head, tail) = over.as_bytes().split_at(40_000);
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("unmasked", unmasked, 1002),
        ("reserved bit 1", frame(FIN | 0x40 | TEXT, text), 1002),
        ("reserved bit 2", frame(FIN | 0x20 | TEXT, text), 1002),
        ("reserved bit 3", frame(FIN | 0x10 | TEXT, text), 1002),
        ("unknown opcode", frame(FIN | 0x3, text), 1002),
        ("unknown control opcode", frame(FIN | 0xb, b""), 1002),
        ("continuation of nothing", frame(FIN | CONTINUATION, text), 1002),
        ("text within fragments", [frame(TEXT, b"{"), frame(FIN | TEXT, text)].concat(), 1002),
        ("fragments within fragments", [frame(TEXT, b"{"), frame(TEXT, b"}")].concat(), 1002),
        ("ping of 126 bytes", frame(FIN | PING, &[b'x'; 126]), 1002),
        ("ping in fragments", frame(PING, b"x"), 1002),
        ("close with half a code", frame(FIN | CLOSE, &[3]), 1002),
        ("binary", frame(FIN | BINARY, text), 1003),
        ("binary in fragments", frame(BINARY, text), 1003),
        ("not UTF-8", frame(FIN | TEXT, b"{\"\xff\":1}"), 1007),
        ("overlong UTF-8", frame(FIN | TEXT, b"\xc0\xaf"), 1007),
        ("a surrogate", frame(FIN | TEXT, b"\xed\xa0\x80"), 1007),
        (
            "not UTF-8 in fragments",
            [frame(TEXT, b"{\xe2\x82"), frame(FIN | CONTINUATION, b"}")].concat(),
            1007,
        ),
        ("64 KiB and a byte", frame(FIN | TEXT, over.as_bytes()), 1009),
        ("64 KiB and a byte in two", [frame(TEXT, head), frame(FIN | CONTINUATION, tail)].concat(), 1009),
        ("65 fragments", fragments(65, b" "), 1009),
        ("65 empty fragments", fragments(65, b""), 1009),
        ("an empty message without end", frame(CONTINUATION, b""), 1002),
    ];
    for (name, bytes, code) in &cases {
        for (raw, kind) in both(&stage, &person).await.iter_mut().zip(["widget", "dashboard"]) {
            raw.bytes(bytes).await;
            assert_eq!(raw.closed().await, *code, "{name} on the {kind} socket");
        }
    }
    bystander.ok(json!({"type": "presence", "status": "online"})).await;
}

#[actix_web::test]
async fn messages_up_to_the_limits_are_read_whole() {
    let stage = Stage::new(Database::sqlite()).await;
    let (person, _) = stage.agent().await;
    for mut raw in both(&stage, &person).await {
        raw.text(&padded(KIB_64)).await;
        assert_eq!(raw.json().await["code"], "bad_request");
        is_alive(&mut raw).await;

        // 64 fragments, a character cut in two, and a ping between them.
        let message = json!({"type": "no_such_command", "ref": "€"}).to_string().into_bytes();
        let cut = message.iter().position(|&byte| byte == 0xe2).unwrap() + 1;
        raw.frame(TEXT, &message[..cut]).await;
        raw.frame(FIN | PING, b"between").await;
        raw.frame(CONTINUATION, &message[cut..]).await;
        for _ in 0..61 {
            raw.frame(CONTINUATION, b"").await;
        }
        raw.frame(FIN | CONTINUATION, b" ").await;
        assert_eq!(raw.next().await, Some((PONG, b"between".to_vec())));
        assert_eq!(raw.json().await["ref"], "€");
        is_alive(&mut raw).await;

        // Empty messages are messages.
        raw.frame(FIN | TEXT, b"").await;
        assert_eq!(raw.json().await["code"], "bad_request");
        raw.frame(FIN | CLOSE, &1000_u16.to_be_bytes()).await;
        assert_eq!(raw.closed().await, 1000);
    }
}

#[actix_web::test]
async fn a_frame_that_announces_a_gigabyte_is_refused_at_its_header() {
    let stage = Stage::new(Database::sqlite()).await;
    let (person, mut bystander) = stage.agent().await;
    for length in [1 << 30, u64::MAX] {
        for mut raw in both(&stage, &person).await {
            let before = resident_bytes();
            raw.bytes(&[header(FIN | TEXT, 0x80, length), vec![1, 2, 3, 4]].concat()).await;
            assert_eq!(raw.closed().await, 1009);
            let megabyte = vec![b'x'; 1 << 20];
            for _ in 0..256 {
                if !raw.bytes(&megabyte).await {
                    break;
                }
            }
            // Other tests run beside this one; a quarter of a gigabyte would show all the same.
            let grown = resident_bytes().saturating_sub(before);
            assert!(grown < 96 << 20, "{} MiB more", grown >> 20);
        }
    }
    bystander.ok(json!({"type": "presence", "status": "online"})).await;
}

/// Memory this process has in use; the server runs in it.
fn resident_bytes() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    text.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * rustix::param::page_size()
}
